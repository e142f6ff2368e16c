// SPDX-License-Identifier: Apache-2.0
// Boards and cut-offs through the bus, with the roster and screening counting what they count.
#include <map>
#include <random>
#include <set>

#include "modules/reporting/tests/fixture.hpp"
#include "modules/screening/facts.hpp"
#include "modules/screening/views.hpp"

namespace wangdi::reporting {
namespace {

using screening::VisitOutcome;

// Every level of the way from the nation to a community of each province, and a city that shows
// townships.
constexpr const char* kBoards[] = {"",          "99",           "9901",         "990101",
                                   "990101001", "990101001001", "990101001002", "9902",
                                   "990201003", "98",           "980101",       "980101001001"};

// Three doors in each grid, one of them with a key person; in every grid the first is reached, in
// every second one the next is vacant.
void populate(Country& country) {
  const auto today = country.today();
  for (std::size_t grid = 0; grid < kGrids; ++grid) {
    std::vector<HouseholdId> doors;
    for (int i = 0; i < 3; ++i) doors.push_back(country.add_door(grid));
    country.add_key_person(doors[0], grid, today, today.plus_days(14));
    country.add_key_person(doors[1], grid, today, today.plus_days(1));
    country.visit(doors[0], grid, VisitOutcome::all_well);
    country.visit(doors[1], grid, grid % 2 == 0 ? VisitOutcome::vacant : VisitOutcome::not_home);
  }
}

TEST(Board, given_records_when_asked_at_any_level_then_rows_add_up_to_the_region) {
  Country country;
  const auto today = country.today();
  country.start_round("", today, today.plus_days(1), today.plus_days(9));
  populate(country);
  for (int day = 0; day < 4; ++day, country.next_day()) {
    for (const auto* code : kBoards) {
      const auto board = country.board(code);
      EXPECT_EQ(board.region.code.text(), code);
      EXPECT_EQ(sum_of_households(board), board.households) << code << " day " << day;
      EXPECT_EQ(sum_of_key_persons(board), board.key_persons) << code << " day " << day;
      ASSERT_EQ(board.trend.size(), kTrendDays);
      EXPECT_EQ(board.trend.items.back(),
                (TrendDay{country.today(), board.households.reached, board.households.due}));
      EXPECT_FALSE(board.next);
    }
  }
  EXPECT_TRUE(country.h.rebuild_differences().empty());
}

TEST(Board, given_records_when_counted_then_these_figures) {
  Country country;
  const auto today = country.today();
  country.start_round("", today, today.plus_days(1), today.plus_days(9));
  populate(country);
  // 21 doors, 7 reached, 4 vacant; 14 key persons of whom 7 were seen.
  auto nation = country.board("");
  EXPECT_EQ(nation.households, (HouseholdFigures{7, 17, 4, 10, 0}));
  EXPECT_EQ(nation.key_persons, (KeyPersonFigures{7, 14, 7}));
  EXPECT_EQ(nation.cut_off.name, "2020-02-18");
  EXPECT_EQ(nation.cut_off.at, country.h.clock.now());
  EXPECT_EQ(nation.cut_off.positions_count, 4);
  ASSERT_EQ(nation.rows.size(), 2u);
  EXPECT_EQ(nation.rows.items[0].code.text(), "99") << "6 of 15 stands before 1 of 2";
  EXPECT_EQ(nation.rows.items[0].updated_at, country.h.clock.now());
  // The next day the promised revisits of three doors have lapsed.
  country.next_day();
  nation = country.board("");
  EXPECT_EQ(nation.households, (HouseholdFigures{7, 17, 4, 10, 3}));
  EXPECT_EQ(nation.key_persons, (KeyPersonFigures{0, 14, 14})) << "seen is of one day";
  // After the due day all that are missing are overdue; the short terms have ended.
  country.next_day();
  nation = country.board("");
  EXPECT_EQ(nation.households, (HouseholdFigures{7, 17, 4, 10, 10}));
  EXPECT_EQ(nation.key_persons, (KeyPersonFigures{0, 7, 7}));
  EXPECT_EQ(nation.trend.items[3], (TrendDay{today.plus_days(-1), 0, 0}));
  EXPECT_EQ(nation.trend.items[4], (TrendDay{today, 7, 17}));
  // The day of the visits as it stood at its end.
  const auto then = country.board("", "&day=2020-02-18");
  EXPECT_EQ(then.households, (HouseholdFigures{7, 17, 4, 10, 0}));
  EXPECT_EQ(then.key_persons, (KeyPersonFigures{7, 14, 7}));
  EXPECT_EQ(then.cut_off.at, today.plus_days(1).start(ZoneOffset{}));
}

// The seed is fixed: a failure repeats.
TEST(Board, given_many_visits_on_many_days_when_counted_then_boards_equal_the_doors) {
  Country country;
  const auto first = country.today();
  std::minstd_rand random(20200218);
  std::vector<std::pair<HouseholdId, std::size_t>> doors;
  for (int i = 0; i < 60; ++i) {
    const auto grid = static_cast<std::size_t>(i) % kGrids;
    doors.emplace_back(country.add_door(grid), grid);
    if (i % 3 == 0) {
      country.add_key_person(doors.back().first, grid, first, first.plus_days(i % 5));
    }
  }
  country.start_round("99", first, first.plus_days(2), first.plus_days(30));
  const auto county = country.start_round("980101", first, first.plus_days(4), first.plus_days(5));
  for (int day = 0; day < 6; ++day, country.next_day()) {
    for (int visit = 0; visit < 25; ++visit) {
      const auto& [household, grid] = doors[random() % doors.size()];
      const auto outcome = static_cast<VisitOutcome>(1 + random() % 5);
      if (outcome != VisitOutcome::exception) country.visit(household, grid, outcome);
      country.h.clock.advance(1);
    }
    for (const auto* code : kBoards) {
      const auto board = country.board(code);
      EXPECT_EQ(sum_of_households(board), board.households) << code << " day " << day;
      EXPECT_EQ(sum_of_key_persons(board), board.key_persons) << code << " day " << day;
    }
    auto reader = testing::Harness::must(country.h.engine->open_reader());
    const auto grids = testing::Harness::must(
        screening::grid_figures(*reader, testing::region("980101001001"), county, country.today()));
    ASSERT_EQ(grids.size(), 1u);
    const auto board = country.board("98");
    EXPECT_EQ(board.households.reached, grids[0].reached);
    EXPECT_EQ(board.households.vacant, grids[0].vacant);
    EXPECT_EQ(board.households.due, grids[0].registered - grids[0].vacant);
    EXPECT_EQ(board.key_persons.due, grids[0].key_due);
    EXPECT_EQ(board.key_persons.seen, grids[0].key_seen);
  }
  EXPECT_TRUE(country.h.rebuild_differences().empty());
}

TEST(Board, given_a_day_to_come_when_asked_then_refused) {
  Country country;
  EXPECT_EQ(country.ask(country.officer("99"), "reporting/board", "region=99&day=2020-02-19"),
            "invalid_fields");
}

TEST(Board, given_a_communitys_doors_when_counted_then_the_board_agrees_with_the_worker) {
  Country country;
  const auto today = country.today();
  country.start_round("990101", today, today.plus_days(1), today.plus_days(9));
  populate(country);
  for (int day = 0; day < 3; ++day, country.next_day()) {
    const auto board = country.board("990101001001");
    ASSERT_EQ(board.rows.size(), 2u);
    for (const auto& row : board.rows) {
      const auto text = country.ask(country.officer(row.code.text()), "screening/doors",
                                    "grid=" + row.code.text());
      const auto doors = codec::decode<screening::DoorsView>(text);
      ASSERT_TRUE(doors) << text;
      EXPECT_EQ(row.households.reached, doors->households.done);
      EXPECT_EQ(row.households.due, doors->households.due);
      EXPECT_EQ(row.households.overdue, doors->households.overdue) << "day " << day;
      EXPECT_EQ(row.households.vacant, doors->households.vacant);
      EXPECT_EQ(row.key_persons.seen, doors->key_persons.done);
      EXPECT_EQ(row.key_persons.due, doors->key_persons.due);
    }
  }
}

TEST(Board, given_rounds_of_several_levels_when_counted_then_each_door_counts_once) {
  Country country;
  const auto today = country.today();
  const auto end = today.plus_days(9);
  // A township, later its county, and a grid elsewhere; nothing runs in the rest.
  country.start_round("990101001", today, today, end);
  populate(country);
  auto nation = country.board("");
  EXPECT_EQ(nation.households.due, 9 - 2) << "the township's three grids";
  EXPECT_EQ(country.board("990102").households, HouseholdFigures{});
  EXPECT_EQ(country.board("990102").key_persons, (KeyPersonFigures{1, 2, 1}));
  country.start_round("990101", today, today, end);
  country.start_round("980101001001", today, today, end);
  nation = country.board("");
  EXPECT_EQ(nation.households, (HouseholdFigures{0, 15, 0, 15, 0}))
      << "the county's round is the one that counts, and it began after the visits";
  for (const auto* code : kBoards) {
    const auto board = country.board(code);
    EXPECT_EQ(sum_of_households(board), board.households) << code;
  }
}

TEST(Board, given_a_hidden_county_when_its_city_is_asked_then_townships_stand_in_its_place) {
  Country country;
  const auto today = country.today();
  country.start_round("9902", today, today, today);
  populate(country);
  const auto board = country.board("9902");
  ASSERT_EQ(board.rows.size(), 1u);
  EXPECT_EQ(board.rows.items[0].code.text(), "990201003");
  EXPECT_EQ(board.rows.items[0].level, RegionLevel::township);
  EXPECT_EQ(board.rows.items[0].households, board.households);
  EXPECT_EQ(board.rows.items[0].updated_at, country.h.clock.now());
  EXPECT_EQ(board.households.due, 3);
}

TEST(Board, given_more_places_than_a_page_when_read_on_then_each_comes_once) {
  Country country;
  auto page = country.board("980102");
  ASSERT_EQ(page.rows.size(), limits::kPageRows);
  ASSERT_TRUE(page.next);
  std::set<RegionCode> seen;
  for (const auto& row : page.rows) seen.insert(row.code);
  page = country.board("980102", "&after=" + *page.next);
  EXPECT_EQ(page.rows.size(), kEmptyTownships - limits::kPageRows);
  EXPECT_FALSE(page.next);
  for (const auto& row : page.rows) EXPECT_TRUE(seen.insert(row.code).second);
}

TEST(Board, given_somebody_elses_region_when_asked_then_as_if_not_there) {
  Country country;
  const auto ask = [&](const access::Actor& actor, const std::string& code) {
    return country.ask(actor, "reporting/board", "region=" + code);
  };
  EXPECT_EQ(ask(country.officer("990101"), "990102"), "not_found");
  EXPECT_EQ(ask(country.officer("990101"), "99"), "not_found");
  EXPECT_EQ(ask(country.officer("990101001001"), "990101001001001"), "not_found");
  EXPECT_EQ(ask(country.officer("99"), "990999"), "not_found") << "no such place";
  EXPECT_EQ(ask(country.officer(kGridCodes[0]), kGridCodes[0]), "not_found");
  EXPECT_EQ(ask(testing::actor(access::Role::system_administrator, ""), "99"), "not_found");
}

TEST(Indicators, given_the_definitions_when_asked_then_each_has_unit_and_titles) {
  Country country;
  const auto text = country.ask(country.officer("99"), "reporting/indicators", "");
  const auto view = codec::decode<Indicators>(text);
  ASSERT_TRUE(view) << text;
  ASSERT_EQ(view->rows.size(), 10u);
  EXPECT_EQ(view->rows[2].indicator, "households_reached");
  EXPECT_EQ(view->rows[2].unit, "households");
  EXPECT_EQ(view->rows[2].denominator, "households_registered - households_vacant");
  EXPECT_FALSE(view->rows[0].denominator);
}

TEST(CutOff, given_a_stored_moment_when_records_go_on_then_its_figures_stay) {
  Country country;
  const auto today = country.today();
  country.start_round("", today, today, today.plus_days(9));
  populate(country);
  std::map<std::string, std::string> stored;
  for (const auto* code : kBoards) {
    TakeCutOff command;
    command.name.text = "日报 16:00";
    command.region = testing::region(code);
    const auto before = country.board(code);
    country.must_send(command, code);
    const auto listed = codec::decode<CutOffs>(
        country.ask(country.officer(code), "reporting/cut_offs", "region=" + std::string(code)));
    ASSERT_TRUE(listed);
    ASSERT_EQ(listed->rows.size(), 1u) << code;
    const auto& row = listed->rows.items[0];
    EXPECT_EQ(row.name, "日报 16:00");
    EXPECT_EQ(row.at, country.h.clock.now());
    const auto id = row.id.text();
    auto board = country.board(code, "&cut_off=" + id);
    EXPECT_EQ(board.cut_off.name, "日报 16:00");
    EXPECT_EQ(board.cut_off.positions_count, before.cut_off.positions_count);
    stored[code] = codec::encode(board);
    // But for its name and the running round it is the board of that moment.
    EXPECT_TRUE(before.round && !board.round);
    board.cut_off = before.cut_off;
    board.round = before.round;
    EXPECT_EQ(codec::encode(board), codec::encode(before)) << code;
    country.must_send(command = {{"日报 17:00"}, testing::region(code)}, code);
    stored[code] += id;
  }
  country.next_day();
  populate(country);
  for (const auto& [code, kept] : stored) {
    const auto id = kept.substr(kept.size() - 36);
    EXPECT_EQ(codec::encode(country.board(code, "&cut_off=" + id)) + id, kept);
  }
  EXPECT_TRUE(country.h.rebuild_differences().empty());
}

TEST(CutOff, given_an_account_with_a_name_when_listed_then_the_officer_is_named) {
  Country country;
  country.must_send(TakeCutOff{{"日报"}, testing::region("990101")}, "990101");
  const auto by = [&] {
    const auto listed = codec::decode<CutOffs>(
        country.ask(country.officer("990101"), "reporting/cut_offs", "region=990101"));
    return listed && listed->rows.size() == 1 ? listed->rows.items[0].by : std::string();
  };
  EXPECT_EQ(by(), country.officer("990101").account.text());
  country.name_account(country.officer("990101"), "测试员");
  EXPECT_EQ(by(), "测试员");
}

TEST(CutOff, given_a_name_that_is_taken_when_used_again_then_refused) {
  Country country;
  const TakeCutOff command{{"日报"}, testing::region("990101")};
  country.must_send(command, "990101");
  const auto again = country.send(command, "990101");
  EXPECT_EQ(again.status, bus::CommandStatus::refused);
  ASSERT_TRUE(again.error);
  EXPECT_EQ(again.error->code(), ErrorCode::cut_off_exists);
  country.must_send(TakeCutOff{{"日报"}, testing::region("990102")}, "990102");
}

TEST(CutOff, given_somebody_elses_cut_off_when_asked_then_as_if_not_there) {
  Country country;
  const TakeCutOff command{{"日报"}, testing::region("990101")};
  country.must_send(command, "990101");
  const auto listed = codec::decode<CutOffs>(
      country.ask(country.officer("99"), "reporting/cut_offs", "region=990101"));
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->rows.size(), 1u);
  const auto id = listed->rows.items[0].id.text();
  EXPECT_EQ(
      country.ask(country.officer("990102"), "reporting/board", "region=990102&cut_off=" + id),
      "not_found");
  EXPECT_EQ(country.ask(country.officer("990102"), "reporting/cut_offs", "region=990101"),
            "not_found");
  for (const auto* code : {"990102", "99", "990101001001001"}) {
    const TakeCutOff other{{"别处"}, testing::region(code)};
    EXPECT_EQ(country.h.send(country.officer("990101"), other, testing::region(code)).status,
              bus::CommandStatus::refused)
        << code;
  }
}

}  // namespace
}  // namespace wangdi::reporting
