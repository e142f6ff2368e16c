// SPDX-License-Identifier: Apache-2.0
// `wangdi demo`: a marked folder with one community, its people, a round under way and an account
// of each role. Everything goes through the commands a phone or an office would send.
#include <fstream>
#include <ostream>

#include "access/credentials.hpp"
#include "access/system_actor.hpp"
#include "app/commands.hpp"
#include "app/demo_accounts.hpp"
#include "app/demo_data.hpp"
#include "app/init_commands.hpp"
#include "app/sending.hpp"
#include "app/shipped.hpp"
#include "app/system_clock.hpp"
#include "app/user_command.hpp"

namespace wangdi::app {
namespace {

// What each person of the demo is to the commands.
struct Staff {
  std::vector<access::Actor> workers;  // by grid
  access::Actor officer;
  access::Actor county;
};

Result<access::Actor> open_demo_account(Runtime& runtime, const DemoAccount& account,
                                        const std::string& hash) {
  WD_TRY(const auto region, RegionCode::parse(account.region));
  WD_TRY(const auto opened,
         open_account(runtime, {account.name, account.display_name, account.role, region}));
  WD_TRY([[maybe_unused]] auto set,
         runtime.writer().run_job([&](store::Rows& rows, vault::Writer&) {
           return access::set_password(rows, opened.account, hash);
         }));
  return access::Actor{opened.account, account.role, region, {}};
}

template <class Command>
void add(Sending& sending, std::vector<bus::PreparedCommand>& to, const Command& command,
         const RegionCode& region, UnixMs at) {
  to.push_back(sending.prepare(command, region, at));
}

Status send_places(Runtime& runtime, const DemoCommunity& demo, const Staff& staff) {
  Sending sending(runtime);
  const auto now = runtime.clock().now();
  std::vector<bus::PreparedCommand> commands;
  for (const auto& grid : demo.grids) add(sending, commands, grid, demo.community, now);
  add(sending, commands, demo.compound, demo.community, now);
  for (const auto& building : demo.buildings) add(sending, commands, building, building.grid, now);
  WD_TRY([[maybe_unused]] auto sent, sending.send_all(staff.officer, std::move(commands)));
  return ok();
}

// Registered before the round began, as in a community that did its homework.
Status send_people(Runtime& runtime, const DemoCommunity& demo, const Staff& staff) {
  Sending sending(runtime);
  const auto at = demo.round.starts_on.plus_days(-1).start(runtime.config().zone());
  std::vector<bus::PreparedCommand> commands;
  for (const auto& home : demo.households) {
    const auto& grid = home.household.grid;
    add(sending, commands, home.household, grid, at);
    for (const auto& person : home.persons) add(sending, commands, person, grid, at);
    for (const auto& group : home.key_groups) add(sending, commands, group, grid, at);
    for (const auto& set : home.statuses) add(sending, commands, set, grid, at);
  }
  WD_TRY([[maybe_unused]] auto sent, sending.send_all(staff.officer, std::move(commands)));
  return ok();
}

Status send_visits(Runtime& runtime, const DemoCommunity& demo, const Staff& staff) {
  Sending sending(runtime);
  WD_TRY([[maybe_unused]] auto round, sending.send(staff.county, demo.round, demo.round.region));
  for (std::size_t i = 0; i < staff.workers.size(); ++i) {
    std::vector<bus::PreparedCommand> commands;
    for (const auto& visit : demo.visits) {
      if (!staff.workers[i].region.contains(visit.grid)) continue;
      add(sending, commands, visit.visit, visit.grid, visit.at);
    }
    WD_TRY([[maybe_unused]] auto sent, sending.send_all(staff.workers[i], std::move(commands)));
  }
  return ok();
}

enum class Who : std::uint8_t { offices, workers };

// Offices first: they add the grids that workers then get.
Status open_accounts(Runtime& runtime, const std::vector<DemoAccount>& accounts,
                     const std::string& hash, Who who, Staff& staff) {
  for (const auto& account : accounts) {
    const bool is_worker = account.role == access::Role::grid_worker;
    if (is_worker != (who == Who::workers)) continue;
    WD_TRY(auto actor, open_demo_account(runtime, account, hash));
    if (is_worker) staff.workers.push_back(actor);
    if (actor.role == access::Role::community_officer) staff.officer = actor;
    if (actor.role == access::Role::county_officer) staff.county = actor;
  }
  return ok();
}

Status make_demo(const Config& config) {
  const SystemClock clock;
  WD_TRY(auto runtime, Runtime::create(config, clock, true));
  runtime->start();
  WD_TRY(const auto names, DemoNames::load(shipped_data_folder() + "/names/demo_names.csv"));
  WD_TRY([[maybe_unused]] auto imported, import_tree(*runtime, ""));
  WD_TRY(const auto community, RegionCode::parse(kDemoCommunity));
  const auto demo = make_demo_community(community, names, clock.now(), config.zone());

  const auto accounts = demo_accounts(community);
  const auto password = make_demo_password();
  WD_TRY(const auto hash, crypto::hash_password(password, crypto::PasswordCost{}));
  Staff staff;
  WD_TRY([[maybe_unused]] auto offices,
         open_accounts(*runtime, accounts, hash, Who::offices, staff));
  WD_TRY([[maybe_unused]] auto places, send_places(*runtime, demo, staff));
  WD_TRY([[maybe_unused]] auto workers,
         open_accounts(*runtime, accounts, hash, Who::workers, staff));
  WD_TRY([[maybe_unused]] auto people, send_people(*runtime, demo, staff));
  WD_TRY([[maybe_unused]] auto visits, send_visits(*runtime, demo, staff));
  WD_TRY([[maybe_unused]] auto kept, keep_demo_password(runtime->folder().files(), password));
  WD_TRY([[maybe_unused]] auto complete, runtime->folder().complete());
  return ok();
}

}  // namespace

int run_demo(const Config& config, Console& console) {
  const auto done = make_demo(config);
  return done ? kExitOk : fail(console, done.error());
}

}  // namespace wangdi::app
