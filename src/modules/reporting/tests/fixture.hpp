// SPDX-License-Identifier: Apache-2.0
// A small country for tests of boards: two provinces, one city whose county is hidden, a county of
// many townships without records. All persons are invented.
#pragma once

#include <gtest/gtest.h>

#include "access/tables.hpp"
#include "modules/accounts/names.hpp"
#include "modules/accounts/tables.hpp"
#include "modules/regions/tables.hpp"
#include "modules/reporting/messages.hpp"
#include "modules/reporting/module.hpp"
#include "modules/residents/messages.hpp"
#include "modules/residents/module.hpp"
#include "modules/screening/messages.hpp"
#include "modules/screening/module.hpp"
#include "tests/support/harness.hpp"

namespace wangdi::reporting {

inline constexpr const char* kGridCodes[] = {
    "990101001001001", "990101001001002", "990101001002001", "990101002001001",
    "990102001001001", "990201003001001", "980101001001001"};
inline constexpr std::size_t kGrids = std::size(kGridCodes);
inline constexpr int kEmptyTownships = 230;  // of county 980102: more than one page

class Country {
 public:
  Country() {
    for (const auto& table :
         {regions::kTree.info(), regions::kGrid.info(), regions::kBuilding.info(),
          regions::kCommunityCount.info(), accounts::kHome.info()}) {
      testing::Harness::must(h.connection->create(table));
    }
    store::Rows rows(*h.connection, store::Start::kStored);
    put_node(rows, "", "全国");
    for (const auto* code : kGridCodes) put_grid(rows, testing::region(code));
    put_node(rows, "980102", "多镇县");
    for (int number = 0; number < kEmptyTownships; ++number) {
      put_node(rows, std::to_string(980102000 + number + 1), "镇");
    }
    testing::Harness::must(h.connection->begin());
    testing::Harness::must(rows.flush());
    testing::Harness::must(h.connection->commit());
  }

  static access::Actor officer(std::string_view code) {
    const auto region = testing::region(code);
    switch (region.level()) {
      case RegionLevel::nation:
      case RegionLevel::province:
      case RegionLevel::city:
        return testing::actor(access::Role::higher_officer, code, 5);
      case RegionLevel::county:
        return testing::actor(access::Role::county_officer, code, 4);
      case RegionLevel::township:
        return testing::actor(access::Role::township_officer, code, 3);
      case RegionLevel::community:
        return testing::actor(access::Role::community_officer, code, 2);
      case RegionLevel::grid:
        return testing::actor(access::Role::grid_worker, code, 1);
    }
    return {};
  }

  template <class Command>
  bus::Outcome send(const Command& command, std::string_view code) {
    return h.send(officer(code), command, testing::region(code));
  }
  template <class Command>
  void must_send(const Command& command, std::string_view code) {
    const auto outcome = send(command, code);
    ASSERT_EQ(outcome.status, bus::CommandStatus::applied)
        << (outcome.error ? error_entry(outcome.error->code()).name : "");
  }

  HouseholdId add_door(std::size_t grid) {
    residents::AddHousehold command;
    command.id = HouseholdId{h.id()};
    command.grid = testing::region(kGridCodes[grid]);
    command.building = building_of(command.grid);
    command.unit.text = "1";
    command.floor = 4;
    command.room.text = std::to_string(++rooms_);
    must_send(command, kGridCodes[grid]);
    return command.id;
  }
  // A person who is to be seen each day of the term.
  void add_key_person(HouseholdId household, std::size_t grid, CivilDate from, CivilDate until) {
    residents::AddPerson person;
    person.id = PersonId{h.id()};
    person.household = household;
    person.name.text = "测试";
    person.document_kind = residents::DocumentKind::none;
    must_send(person, kGridCodes[grid]);
    residents::AddKeyGroup group;
    group.person = person.id;
    group.group = residents::KeyGroup::living_alone_elder;
    group.reason.text = "独居";
    group.starts_on = from;
    group.ends_on = until;
    must_send(group, kGridCodes[grid]);
  }
  RoundId start_round(std::string_view code, CivilDate from, CivilDate due, CivilDate until) {
    screening::StartRound command;
    command.id = RoundId{h.id()};
    command.region = testing::region(code);
    command.title.text = "排查";
    command.starts_on = from;
    command.due_on = due;
    command.ends_on = until;
    must_send(command, code);
    return command.id;
  }
  void visit(HouseholdId household, std::size_t grid, screening::VisitOutcome outcome) {
    screening::RecordVisit command;
    command.visit = VisitId{h.id()};
    command.household = household;
    command.outcome = outcome;
    must_send(command, kGridCodes[grid]);
  }

  // Gives an officer's account a display name.
  void name_account(const access::Actor& actor, std::string_view name) {
    const auto home = actor.region.district();
    const auto put = [&](store::Rows& rows, vault::Writer& vault) -> Status {
      rows.put(accounts::kHome, {access::kNation, actor.account, home});
      return vault.put(home, actor.account.value, accounts::kDisplayName, name);
    };
    const auto done = h.writer->run_job(put, {home, access::kNation});
    ASSERT_TRUE(done);
  }

  CivilDate today() const { return CivilDate::of(h.clock.now(), ZoneOffset{}); }
  void next_day() { h.clock.advance(86'400'000); }

  // The answer as text; the error's name when there is one.
  std::string ask(const access::Actor& actor, const std::string& path, std::string query) {
    auto answer = h.query(actor, path, std::move(query));
    return answer ? answer->bytes : std::string(error_entry(answer.error().code()).name);
  }
  BoardView board(std::string_view code, const std::string& more = {}) {
    const auto text = ask(officer(code), "reporting/board", "region=" + std::string(code) + more);
    auto view = codec::decode<BoardView>(text);
    EXPECT_TRUE(view) << text;
    return view ? *view : BoardView{};
  }

  testing::Harness h{residents::register_module, screening::register_module, register_module};

 private:
  static BuildingId building_of(const RegionCode& grid) {
    BuildingId id;
    std::copy_n(grid.text().begin(), 15, id.value.bytes.begin());
    return id;
  }

  static void put_node(store::Rows& rows, std::string_view code, std::string_view name) {
    regions::TreeRow row;
    row.code = testing::region(code);
    row.level = row.code.level();
    row.name = name;
    if (code == "990201") row.flags = regions::kPseudoCounty;
    rows.put(regions::kTree, row);
  }
  // The grid with its building and all nodes above it.
  static void put_grid(store::Rows& rows, const RegionCode& grid) {
    for (auto code = grid.parent(); code.level() != RegionLevel::nation; code = code.parent()) {
      put_node(rows, code.text(), "地方" + code.text());
    }
    const auto district = grid.district();
    rows.put(regions::kGrid,
             {district, grid.at(RegionLevel::community), grid, "网格" + grid.text().substr(12)});
    regions::StoredBuilding building;
    building.district = district;
    building.building = building_of(grid);
    building.grid = grid;
    building.name = "1";
    rows.put(regions::kBuilding, building);
    const auto county = grid.at(RegionLevel::county);
    rows.put(regions::kCommunityCount, {county.level(), county, 1});
  }

  int rooms_ = 0;
};

inline HouseholdFigures sum_of_households(const BoardView& board) {
  HouseholdFigures sum;
  for (const auto& row : board.rows) {
    sum.reached += row.households.reached;
    sum.due += row.households.due;
    sum.vacant += row.households.vacant;
    sum.missing += row.households.missing;
    sum.overdue += row.households.overdue;
  }
  return sum;
}
inline KeyPersonFigures sum_of_key_persons(const BoardView& board) {
  KeyPersonFigures sum;
  for (const auto& row : board.rows) {
    sum.seen += row.key_persons.seen;
    sum.due += row.key_persons.due;
    sum.missing += row.key_persons.missing;
  }
  return sum;
}

inline void PrintTo(const HouseholdFigures& figures, std::ostream* out) {
  *out << codec::encode(figures);
}
inline void PrintTo(const KeyPersonFigures& figures, std::ostream* out) {
  *out << codec::encode(figures);
}

}  // namespace wangdi::reporting
