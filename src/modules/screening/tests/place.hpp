// SPDX-License-Identifier: Apache-2.0
// A community with two grids for screening's tests: the division's rows are put in directly, all
// else goes through commands. People are invented; their numbers start with 99.
#pragma once

#include <charconv>
#include <map>

#include "common/indicators/indicators.hpp"
#include "modules/accounts/tables.hpp"
#include "modules/regions/tables.hpp"
#include "modules/residents/messages.hpp"
#include "modules/residents/module.hpp"
#include "modules/screening/facts.hpp"
#include "modules/screening/messages.hpp"
#include "modules/screening/module.hpp"
#include "modules/screening/views.hpp"
#include "tests/support/harness.hpp"

namespace wangdi::screening {

// Rows of reference: the rebuild of these tests leaves them out.
inline void register_places(bus::Registry& registry) {
  registry.table(store::Table<regions::TreeRow, 2>{regions::kTree.name, {}, false});
  registry.table(store::Table<regions::GridRow, 3>{regions::kGrid.name, {}, false});
  registry.table(store::Table<regions::StoredBuilding, 2>{regions::kBuilding.name, {}, false});
  registry.table(store::Table<accounts::HomeRow, 2>{accounts::kHome.name, {}, false});
  registry.table(indicators::kCommunityDay);
  registry.table(indicators::kDistrictDay);
}

class Place {
 public:
  using Role = access::Role;
  static constexpr std::int64_t kHour = 3'600'000;
  static constexpr std::int64_t kDayMs = 24 * kHour;

  explicit Place(testing::TestEngine engine = testing::engine_of_tests(),
                 int lanes = testing::Harness::kLanes)
      : Place({register_places, residents::register_module, register_module}, engine, lanes) {}
  // With modules that hear of these.
  explicit Place(std::initializer_list<testing::Harness::Register> modules,
                 testing::TestEngine engine = testing::engine_of_tests(),
                 int lanes = testing::Harness::kLanes)
      : h(modules, {}, {}, engine, lanes) {
    h.send(officer, std::vector<bus::PreparedCommand>{});
    const auto plant = [this](store::Rows& rows, vault::Writer& vault) -> Status {
      rows.put(accounts::kHome, {RegionCode().district(), officer.account, community.district()});
      WD_TRY([[maybe_unused]] auto named,
             vault.put(community.district(), officer.account.value, vault::Field::name, "沈阿丙"));
      rows.put(regions::kTree, {RegionLevel::community, community, "Lotus Lane", 0, std::nullopt,
                                std::nullopt, std::nullopt});
      for (int i = 0; i < 2; ++i) {
        rows.put(regions::kGrid, {community.district(), community, grids[i],
                                  i == 0 ? "First grid" : "Second grid"});
        buildings[i] = BuildingId{h.id()};
        rows.put(regions::kBuilding, {community.district(), buildings[i], grids[i], std::nullopt,
                                      std::to_string(i + 3), 2, 6, 2, i + 1});
      }
      return ok();
    };
    testing::Harness::must(h.writer->run_job(plant, {community.district(), District{}}));
  }

  CivilDate today() const { return CivilDate::of(h.clock.now(), {}); }

  template <class Command>
  bus::Outcome send(const access::Actor& by, const Command& command) {
    return h.send(by, command, community);
  }
  template <class Command>
  void done(const Command& command) {
    expect_applied(send(officer, command));
  }
  static void expect_applied(const bus::Outcome& outcome) {
    ASSERT_EQ(outcome.status, bus::CommandStatus::applied)
        << (outcome.error ? error_entry(outcome.error->code()).name : "");
  }

  HouseholdId household(int grid, int floor, int number) {
    residents::AddHousehold command;
    command.id = HouseholdId{h.id()};
    command.grid = grids[grid];
    command.building = buildings[grid];
    command.unit.text = "2";
    command.floor = floor;
    command.room.text = std::to_string(floor * 100 + number);
    done(command);
    return command.id;
  }
  PersonId person(HouseholdId household, std::string name = "沈阿甲") {
    residents::AddPerson command;
    command.id = PersonId{h.id()};
    command.household = household;
    command.name.text = std::move(name);
    command.document_kind = residents::DocumentKind::none;
    done(command);
    return command.id;
  }
  void key_group(PersonId person, residents::KeyGroup group, int days_from, int days_until) {
    residents::AddKeyGroup command;
    command.person = person;
    command.group = group;
    command.reason.text = "登记";
    command.starts_on = today().plus_days(days_from);
    command.ends_on = today().plus_days(days_until);
    done(command);
  }

  StartRound round_form(const RegionCode& region, int starts = 0, int due = 2, int ends = 6) {
    StartRound command;
    command.id = RoundId{h.id()};
    command.region = region;
    command.title.text = "第一轮";
    command.starts_on = today().plus_days(starts);
    command.due_on = today().plus_days(due);
    command.ends_on = today().plus_days(ends);
    return command;
  }
  RoundId round(const RegionCode& region, int starts = 0, int due = 2, int ends = 6) {
    const auto form = round_form(region, starts, due, ends);
    expect_applied(h.send(planner(region), form, region));
    return form.id;
  }
  static access::Actor planner(const RegionCode& region) {
    switch (region.level()) {
      case RegionLevel::grid:
      case RegionLevel::community:
        return testing::actor(Role::community_officer, region.at(RegionLevel::community).text(), 2);
      case RegionLevel::township:
        return testing::actor(Role::township_officer, region.text(), 3);
      case RegionLevel::county:
        return testing::actor(Role::county_officer, region.text(), 4);
      case RegionLevel::nation:
      case RegionLevel::province:
      case RegionLevel::city:
        break;
    }
    return testing::actor(Role::higher_officer, region.text(), 5);
  }

  RecordVisit visit_form(HouseholdId household, VisitOutcome outcome) {
    RecordVisit command;
    command.visit = VisitId{h.id()};
    command.household = household;
    command.outcome = outcome;
    return command;
  }
  // `ago` before now by the corrected clock.
  bus::Outcome send_at(const RecordVisit& form, std::int64_t ago) {
    auto prepared = h.prepare(form, community);
    prepared.occurred_at -= ago;
    return h.send(officer, {std::move(prepared)}).front();
  }
  VisitId visit(HouseholdId household, VisitOutcome outcome, std::int64_t ago = 0) {
    const auto form = visit_form(household, outcome);
    expect_applied(send_at(form, ago));
    return form.visit;
  }
  static CorrectVisit correction(VisitId visit, HouseholdId household, VisitOutcome outcome) {
    CorrectVisit command;
    command.visit = visit;
    command.household = household;
    command.outcome = outcome;
    command.reason.text = "看错了门牌";
    return command;
  }
  bus::Outcome correct(VisitId visit, HouseholdId household, VisitOutcome outcome) {
    return send(officer, correction(visit, household, outcome));
  }

  template <class View>
  View get(const access::Actor& by, const std::string& path, const std::string& query) {
    const auto answer = testing::Harness::must(h.query(by, path, query));
    return testing::Harness::must(codec::decode<View>(answer.bytes));
  }
  DoorsView doors(int grid = 0) {
    return get<DoorsView>(officer, "screening/doors", "grid=" + grids[grid].text());
  }
  Door door(HouseholdId household, int grid = 0) {
    for (auto& one : doors(grid).doors) {
      if (one.household == household) return one;
    }
    ADD_FAILURE() << "no such door";
    return {};
  }
  VisitRecords visits(const std::string& query) {
    return get<VisitRecords>(officer, "screening/visits", query);
  }

  // A counter of the community at the end of a day, as the boards add it up.
  std::int64_t counter(indicators::Indicator indicator, RoundId round, CivilDate day) {
    std::int64_t sum = 0;
    testing::Harness::must(reader().by_key(
        indicators::kCommunityDay.info(), 2, store::bind_all(community.district(), community),
        [&](const store::RowReader& from) {
          const auto row = store::read_row<indicators::CommunityDayRow>(from);
          const bool counts = indicators::is_running(indicator) ? row.day <= day : row.day == day;
          if (row.indicator == indicator && row.round == round && counts) sum += row.value;
          return true;
        }));
    return sum;
  }
  store::Connection& reader() {
    if (!reader_) reader_ = testing::Harness::must(h.engine->open_reader());
    return *reader_;
  }

  const RegionCode community = testing::region("320508005012");
  const RegionCode grids[2] = {testing::region("320508005012001"),
                               testing::region("320508005012002")};
  const access::Actor officer = testing::actor(Role::community_officer, "320508005012");
  BuildingId buildings[2];
  testing::Harness h;

 private:
  std::unique_ptr<store::Connection> reader_;
};

}  // namespace wangdi::screening
