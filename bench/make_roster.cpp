// SPDX-License-Identifier: Apache-2.0
// Makes the folder that measurements run on: a county with many invented communities, a round, an
// account of each role, and visits at most doors. Everything goes through the commands. Prints
// what a client has to know as one JSON line.
// Usage: bench_make_roster DATA COMMUNITIES VISITED_PERCENT [nation | city]; WANGDI_STORE names a
// PostgreSQL database, if any.
// "nation" adds a small community in each other county and makes the round the nation's; "city"
// spreads the communities over the counties of the city, with as many in each.
#include <condition_variable>
#include <iostream>
#include <mutex>

#include "access/credentials.hpp"
#include "access/system_actor.hpp"
#include "app/demo_accounts.hpp"
#include "app/init_commands.hpp"
#include "app/sending.hpp"
#include "app/shipped.hpp"
#include "app/system_clock.hpp"
#include "cpu.hpp"
#include "modules/accounts/messages.hpp"
#include "modules/regions/facts.hpp"
#include "roster.hpp"

namespace wangdi::bench {
namespace {

constexpr std::string_view kCounty = "321281";
constexpr std::size_t kChildrenMax = 1'000;
constexpr std::size_t kGridsTold = 360;  // with the ids of their doors
constexpr std::string_view kPassword = "amber-bridge-willow";

// Keeps the writer busy while the next commands are made up.
class Pipeline {
 public:
  explicit Pipeline(app::Runtime& runtime) : runtime_(runtime), sending_(runtime) {}
  ~Pipeline() { static_cast<void>(finish()); }

  template <class Command>
  void add(const access::Actor& actor, const Command& command, const RegionCode& region,
           UnixMs at) {
    if (!portion_.empty() &&
        (portion_.size() == limits::kWriterBatch || actor.account != actor_.account)) {
      submit();
    }
    actor_ = actor;
    portion_.push_back(sending_.prepare(command, region, at));
    ++sent_;
  }
  // Waits for all; the first refusal is the error.
  Status finish() {
    submit();
    std::unique_lock lock(mutex_);
    free_.wait(lock, [this] { return running_ == 0; });
    if (error_) return *error_;
    return ok();
  }
  std::size_t sent() const { return sent_; }

 private:
  static constexpr int kRunningMax = 7;  // of kWriterBatch commands: fewer than the queue takes

  void submit() {
    if (portion_.empty()) return;
    {
      std::unique_lock lock(mutex_);
      free_.wait(lock, [this] { return running_ < kRunningMax; });
      ++running_;
    }
    const auto queued = runtime_.writer().submit(
        actor_, std::exchange(portion_, {}),
        [this](std::vector<bus::Outcome> outcomes) { done(std::move(outcomes)); });
    if (!queued) done_with(queued.error());
  }
  void done(std::vector<bus::Outcome> outcomes) {
    std::optional<Error> failed;
    for (auto& outcome : outcomes) {
      if (outcome.error) failed = std::move(outcome.error);
    }
    done_with(std::move(failed));
  }
  void done_with(std::optional<Error> failed) {
    const std::lock_guard lock(mutex_);
    if (failed && !error_) error_ = std::move(failed);
    --running_;
    free_.notify_one();
  }

  app::Runtime& runtime_;
  app::Sending sending_;
  access::Actor actor_;
  std::vector<bus::PreparedCommand> portion_;
  std::size_t sent_ = 0;
  std::mutex mutex_;
  std::condition_variable free_;
  int running_ = 0;
  std::optional<Error> error_;
};

// What the measuring client reads.
struct ToldGrid {
  std::string worker;
  RegionCode grid;
  std::vector<std::string> buildings;
  std::vector<std::string> households;
};
WD_DESCRIBE(ToldGrid, worker, grid, buildings, households)
struct Told {
  std::string password;
  RegionCode county;
  std::string officer;  // of the first community
  std::int64_t communities = 0;
  std::int64_t households = 0;
  std::int64_t persons = 0;
  std::int64_t commands = 0;
  std::int64_t districts = 0;
  double cpu_us_a_command = 0;
  std::vector<ToldGrid> grids;
};
WD_DESCRIBE(Told, password, county, officer, communities, households, persons, commands, districts,
            cpu_us_a_command, grids)

struct Options {
  std::size_t communities = 0;
  std::size_t visited_percent = 0;
  bool nation = false;
  bool city = false;
};

class Maker {
 public:
  Maker(app::Runtime& runtime, const app::DemoNames& names, Options options)
      : runtime_(runtime),
        options_(options),
        zone_(runtime.config().zone()),
        now_(runtime.clock().now()),
        roster_(names, now_, zone_),
        pipeline_(runtime) {}

  Result<Told> make() {
    WD_TRY(told_.county, RegionCode::parse(kCounty));
    told_.password = kPassword;
    WD_TRY(const auto reader, runtime_.reader());
    WD_TRY([[maybe_unused]] auto officers, open_officers());
    // What other counties send may be written before what they rely on.
    WD_TRY([[maybe_unused]] auto begun, pipeline_.finish());
    WD_TRY(const auto counties, counties_of(*reader.connection));
    for (const auto& county : counties) {
      const auto wanted = options_.communities / counties.size();
      WD_TRY(const auto communities, communities_of(*reader.connection, county, wanted));
      if (communities.size() < wanted) return Error(ErrorCode::region_code_invalid);
      const auto officer = county == told_.county ? county_
                                                  : open("county" + county.text(),
                                                         access::Role::county_officer, county);
      for (const auto& community : communities) {
        add_community(officer, community, roster_.make(community), true);
      }
    }
    if (options_.nation) {
      WD_TRY([[maybe_unused]] auto nation, add_other_counties(*reader.connection));
    }
    WD_TRY([[maybe_unused]] auto sent, pipeline_.finish());
    WD_TRY([[maybe_unused]] auto passwords, set_passwords());
    told_.commands = static_cast<std::int64_t>(pipeline_.sent());
    return std::move(told_);
  }

 private:
  // The measured one, or all of its city that have communities.
  Result<std::vector<RegionCode>> counties_of(store::Connection& db) {
    std::vector<RegionCode> counties;
    if (!options_.city) return std::vector{told_.county};
    WD_TRY(const auto below, regions::displayed_children(db, told_.county.at(RegionLevel::city),
                                                         std::nullopt, kChildrenMax));
    for (const auto& county : below) {
      WD_TRY(const auto communities, communities_of(db, county.code, 1));
      if (!communities.empty()) counties.push_back(county.code);
    }
    return counties;
  }

  // Communities where somebody may live, in order of code.
  static Result<std::vector<RegionCode>> communities_of(store::Connection& db,
                                                        const RegionCode& county,
                                                        std::size_t wanted = kChildrenMax) {
    std::vector<RegionCode> found;
    WD_TRY(const auto townships,
           regions::displayed_children(db, county, std::nullopt, kChildrenMax));
    for (const auto& township : townships) {
      WD_TRY(const auto below,
             regions::displayed_children(db, township.code, std::nullopt, kChildrenMax));
      for (const auto& community : below) {
        WD_TRY(const auto count, regions::community_count(db, community.code));
        if (count == 1) found.push_back(community.code);
        if (found.size() == wanted) return found;
      }
    }
    return found;
  }

  access::Actor open(const std::string& name, access::Role role, const RegionCode& region) {
    const access::Actor actor{AccountId{roster_.id()}, role, region, {}};
    auto login = accounts::LoginName::parse(name);
    WD_ASSERT(login);
    pipeline_.add(access::system_actor(),
                  accounts::OpenAccount{actor.account, *login, {"工作人员"}, role, region}, region,
                  now_);
    accounts_.push_back(actor.account);
    return actor;
  }

  Status open_officers() {
    using access::Role;
    county_ = open("county", Role::county_officer, told_.county);
    open("city", Role::higher_officer, told_.county.at(RegionLevel::city));
    open("province", Role::higher_officer, told_.county.at(RegionLevel::province));
    nation_ = open("nation", Role::higher_officer, {});
    open("admin", Role::system_administrator, {});
    const auto today = CivilDate::of(now_, zone_);
    const bool is_wide = options_.nation || options_.city;
    const auto& region = is_wide ? nation_.region : told_.county;
    pipeline_.add(is_wide ? nation_ : county_,
                  screening::StartRound{RoundId{roster_.id()},
                                        region,
                                        {"第一轮"},
                                        today.plus_days(-8),
                                        today,
                                        today.plus_days(12)},
                  region, now_);
    return ok();
  }

  void add_community(const access::Actor& county, const RegionCode& community,
                     const std::vector<Grid>& grids, bool with_workers) {
    const auto number = std::to_string(++told_.communities);
    for (const auto& grid : grids) {
      pipeline_.add(county, grid.grid, community, now_);
      for (const auto& building : grid.buildings) pipeline_.add(county, building, grid.code, now_);
    }
    const auto officer = open("officer" + number, access::Role::community_officer, community);
    if (told_.officer.empty()) told_.officer = "officer" + number;
    std::size_t place = 0;
    for (const auto& grid : grids) {
      if (with_workers) {
        const auto worker = "worker" + number + "-" + std::to_string(++place);
        open(worker, access::Role::grid_worker, grid.code);
        if (told_.grids.size() < kGridsTold) tell(worker, grid);
      }
    }
    for (const auto& grid : grids) add_people(officer, grid);
    for (const auto& grid : grids) add_visits(officer, grid);
  }

  void add_people(const access::Actor& officer, const Grid& grid) {
    for (const auto& door : grid.doors) {
      pipeline_.add(officer, door.household, grid.code, now_);
      for (const auto& person : door.persons) pipeline_.add(officer, person, grid.code, now_);
      for (const auto& group : door.key_groups) pipeline_.add(officer, group, grid.code, now_);
      ++told_.households;
      told_.persons += static_cast<std::int64_t>(door.persons.size());
    }
  }

  // The doors of a grid one after the other, spread over the last seven days.
  void add_visits(const access::Actor& officer, const Grid& grid) {
    constexpr std::int64_t kHourMs = 3'600'000, kHours = 7 * 24;
    for (const auto& door : grid.doors) {
      const auto turn = ++doors_;
      if (turn % 100 >= options_.visited_percent) continue;
      const auto at = now_ - static_cast<std::int64_t>(turn) % kHours * kHourMs;
      screening::RecordVisit visit;
      visit.visit = VisitId{roster_.id()};
      visit.household = door.household.id;
      pipeline_.add(officer, visit, grid.code, at);
    }
  }

  // One grid with one building of four doors in each county but the measured one.
  Status add_other_counties(store::Connection& db) {
    constexpr std::size_t kSmallDoors = 4;
    std::vector<RegionCode> open_places = {RegionCode()};
    while (!open_places.empty()) {
      const auto place = std::move(open_places.back());
      open_places.pop_back();
      if (place.level() < RegionLevel::county) {
        WD_TRY(const auto below,
               regions::displayed_children(db, place, std::nullopt, kChildrenMax));
        for (const auto& child : below) open_places.push_back(child.code);
        continue;
      }
      if (place.level() != RegionLevel::county || place == told_.county) continue;
      WD_TRY(const auto communities, communities_of(db, place, 1));
      if (communities.empty()) continue;
      const auto county = open("county" + place.text(), access::Role::county_officer, place);
      add_community(county, communities.front(),
                    roster_.make(communities.front(), 1, 1, kSmallDoors), false);
      ++told_.districts;
    }
    return ok();
  }

  void tell(const std::string& worker, const Grid& grid) {
    ToldGrid told{worker, grid.code, {}, {}};
    for (const auto& building : grid.buildings) told.buildings.push_back(building.id.text());
    for (const auto& door : grid.doors) told.households.push_back(door.household.id.text());
    told_.grids.push_back(std::move(told));
  }

  // As in a demo: nobody has to set a first password before anything can be measured.
  Status set_passwords() {
    WD_TRY(const auto hash, crypto::hash_password(std::string(kPassword), crypto::PasswordCost{}));
    return runtime_.writer().run_job([&](store::Rows& rows, vault::Writer&) -> Status {
      for (const auto account : accounts_) {
        WD_TRY([[maybe_unused]] auto set, access::set_password(rows, account, hash));
      }
      return ok();
    });
  }

  app::Runtime& runtime_;
  Options options_;
  ZoneOffset zone_;
  UnixMs now_;
  RosterMaker roster_;
  Pipeline pipeline_;
  access::Actor county_;
  access::Actor nation_;
  std::vector<AccountId> accounts_;
  std::size_t doors_ = 0;
  Told told_;
};

Result<Told> make_folder(const std::string& data, Options options) {
  const app::SystemClock clock;
  app::Config config;
  config.data = data;
  config.keys = data + ".keys";
  config.root = data + ".root";
  config.anchor = data + ".anchor";
  config.storage_url = store_of_environment();
  WD_TRY(auto runtime, app::Runtime::create(config, clock, true));
  runtime->start();
  WD_TRY(const auto names,
         app::DemoNames::load(app::shipped_data_folder() + "/names/demo_names.csv"));
  WD_TRY([[maybe_unused]] auto imported, app::import_tree(*runtime, ""));
  const double before = process_cpu_seconds();
  Maker maker(*runtime, names, options);
  WD_TRY(auto told, maker.make());
  told.cpu_us_a_command =
      (process_cpu_seconds() - before) * 1e6 / static_cast<double>(told.commands);
  WD_TRY([[maybe_unused]] auto kept,
         app::keep_demo_password(runtime->folder().files(), told.password));
  WD_TRY([[maybe_unused]] auto complete, runtime->folder().complete());
  return told;
}

int run(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: bench_make_roster DATA COMMUNITIES VISITED_PERCENT [nation | city]\n";
    return 2;
  }
  const std::string_view spread = argc > 4 ? argv[4] : "";
  const auto told =
      make_folder(argv[1], {count_argument(argc, argv, 2, 1), count_argument(argc, argv, 3, 0),
                            spread == "nation", spread == "city"});
  if (!told) {
    app::Console console{std::cout, std::cerr, Language::kEnglish};
    return app::fail(console, told.error());
  }
  std::cout << codec::encode(*told) << '\n';
  return 0;
}

}  // namespace
}  // namespace wangdi::bench

int main(int argc, char** argv) { return wangdi::bench::run(argc, argv); }
