// SPDX-License-Identifier: Apache-2.0
// The module over the real write path with its real rights and a gatekeeper, wired as the program
// does it. A small tree: nation, one province, city, county, two townships, communities and grids,
// and a neighbouring county.
#pragma once

#include <future>

#include "access/gatekeeper.hpp"
#include "access/system_actor.hpp"
#include "modules/accounts/facts.hpp"
#include "modules/accounts/module.hpp"
#include "modules/accounts/rights.hpp"
#include "modules/regions/tables.hpp"
#include "tests/support/harness.hpp"

namespace wangdi::accounts::testing {

using access::Actor;
using access::Role;
using wangdi::testing::Harness;
using wangdi::testing::region;

inline constexpr std::string_view kPlaces[] = {"",
                                               "32",
                                               "3205",
                                               "320508",
                                               "320571",
                                               "320508001",
                                               "320508002",
                                               "320571001",
                                               "320508001001",
                                               "320508001002",
                                               "320508001001001",
                                               "320508001001002",
                                               "320508001002001"};

struct Town {
  Town() : Town(std::initializer_list<Harness::Register>{}) {}
  // With modules that hear of accounts.
  explicit Town(std::initializer_list<Harness::Register> more) : harness({}) {
    auto& h = harness;
    macs.emplace(h.vault->hmac(vault::KeyName::first_secret));
    register_module(h.registry, {&*macs, &ended});
    for (const auto& add : more) add(h.registry);
    h.registry.check();
    for (const auto& table : h.registry.tables()) must(h.connection->create(table));
    must(h.connection->create(regions::kTree.info()));
    must(h.connection->create(regions::kGrid.info()));
    h.writer =
        std::make_unique<bus::Writer>(bus::WriterParts{*h.connection, h.registry, *h.vault_writer,
                                                       rights, *h.parameters, h.clock},
                                      bus::WriterOptions{});
    open_gate();
    h.writer->on_commit([this](const bus::Committed&, store::Connection&) {
      const auto over = ended.committed(*harness.connection);
      for (const auto account : ended.touched()) must(gate->reload(*harness.connection, account));
      for (const auto account : over) gate->end_sessions_of(account);
    });
    plant_tree();
  }
  ~Town() {
    gate->stop();
    harness.writer->stop();
  }

  template <class T>
  static T must(Result<T> result) {
    return Harness::must(std::move(result));
  }

  void open_gate() {
    access::GatekeeperParts parts{
        .clock = harness.clock,
        .rules = must(gatekeeper_rules(*harness.parameters, region_day(), false)),
        .first_secret_hmac = [this] { return harness.vault->hmac(vault::KeyName::first_secret); },
        .device_mark_hmac = [this] { return harness.vault->hmac(vault::KeyName::device_mark); },
        .submit_job =
            [this](access::Job job, std::function<void(Status)> done) {
              return harness.writer->submit_job(
                  [job = std::move(job)](store::Rows& rows, vault::Writer&) { return job(rows); },
                  std::move(done));
            },
        .account = actor_of,
        .threads = {}};
    parts.rules.cost = {1, 1u << 16};
    for (std::size_t i = 0; i < access::kHashingThreads; ++i) {
      auto connection = must(harness.engine->open_reader());
      std::shared_ptr<vault::Reader> reader = must(harness.vault->open_reader(*connection));
      parts.threads.push_back({std::move(connection), [reader](District home, AccountId account) {
                                 return own_names(*reader, home, account);
                               }});
    }
    gate = must(access::Gatekeeper::open(std::move(parts), *harness.connection));
  }
  CivilDate region_day() const { return CivilDate::of(harness.clock.now(), ZoneOffset{}); }

  void plant_tree() {
    must(harness.connection->begin());
    store::Rows rows(*harness.connection, store::Start::kStored);
    for (const auto code : kPlaces) {
      const auto at = region(code);
      const auto name = "地方" + at.text();
      if (at.level() == RegionLevel::grid) {
        rows.put(regions::kGrid, {at.district(), at.at(RegionLevel::community), at, name});
      } else {
        rows.put(regions::kTree, {at.level(), at, name, 0, {}, {}, {}});
      }
    }
    must(rows.flush());
    must(harness.connection->commit());
  }

  AccountId new_id() { return {harness.id()}; }
  // The account of a number as everybody names it in a test.
  static Actor actor(AccountId id, Role role, std::string_view code) {
    return {id, role, region(code), {}};
  }

  OpenAccount opening(AccountId id, const std::string& name, Role role, std::string_view code) {
    return {id, must(LoginName::parse(name)), {"工作人员" + name}, role, region(code)};
  }
  bus::Outcome open(const Actor& by, AccountId id, const std::string& name, Role role,
                    std::string_view code) {
    return harness.send(by, opening(id, name, role, code), region(code));
  }
  // Opened by the system; its actor.
  Actor opened(const std::string& name, Role role, std::string_view code) {
    const auto id = new_id();
    const auto outcome = open(access::system_actor(), id, name, role, code);
    EXPECT_EQ(outcome.status, bus::CommandStatus::applied) << name << error_of(outcome);
    if (outcome.answer) {
      secret = must(codec::decode<FirstSecret>(*outcome.answer)).first_secret;
    }
    return actor(id, role, code);
  }
  static std::string error_of(const bus::Outcome& outcome) {
    if (!outcome.error) return std::string(codec::name_of(outcome.status));
    return std::string(error_entry(outcome.error->code()).name);
  }
  template <class T>
  static std::string error_of(const Result<T>& result) {
    return result ? "ok" : std::string(error_entry(result.error().code()).name);
  }

  Result<access::Opened> log_in(const std::string& name, const std::string& password) {
    std::promise<Result<access::Opened>> promise;
    auto future = promise.get_future();
    gate->log_in({name, password, "", "192.0.2.1", ""},
                 [&](Result<access::Opened> result) { promise.set_value(std::move(result)); });
    return future.get();
  }

  Harness harness;
  AccountRights rights;
  EndedAccounts ended;
  std::optional<access::SecretMacs> macs;
  std::unique_ptr<access::Gatekeeper> gate;
  std::string secret;  // of the account opened last
};

}  // namespace wangdi::accounts::testing
