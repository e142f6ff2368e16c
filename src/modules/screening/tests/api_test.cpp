// SPDX-License-Identifier: Apache-2.0
// Screening through the one door: visits, corrections and rounds as they arrive, and the views.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "modules/screening/tests/place.hpp"

namespace wangdi::screening {
namespace {

using access::Role;
using bus::CommandStatus;
using indicators::Indicator;
using testing::actor;
using testing::Harness;
using testing::region;

class ScreeningApi : public ::testing::Test {
 protected:
  Place place;

  static void expect_error(const bus::Outcome& outcome, ErrorCode code) {
    EXPECT_EQ(outcome.status, CommandStatus::refused);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(error_entry(outcome.error->code()).name, error_entry(code).name);
  }
  std::int64_t counter(Indicator indicator, RoundId round = {}) {
    return place.counter(indicator, round, place.today());
  }
  void expect_rebuilt_the_same() {
    for (const auto& difference : place.h.rebuild_differences()) {
      ADD_FAILURE() << difference.table << " " << difference.live_rows << " "
                    << difference.rebuilt_rows << " " << difference.different_rows;
    }
  }
};

// ---- visits ----

TEST_F(ScreeningApi,
       given_two_visits_to_one_door_when_they_arrive_in_any_order_then_the_later_counts) {
  const auto round = place.round(place.community);
  const auto first = place.household(0, 1, 1);
  const auto second = place.household(0, 1, 2);
  place.visit(first, VisitOutcome::all_well, 2 * Place::kHour);
  place.visit(first, VisitOutcome::refused, Place::kHour);
  place.visit(second, VisitOutcome::refused, Place::kHour);
  place.visit(second, VisitOutcome::all_well, 2 * Place::kHour);

  for (const auto household : {first, second}) {
    EXPECT_EQ(place.door(household).status, DoorStatus::due);
    EXPECT_EQ(place.door(household).last->outcome, VisitOutcome::refused);
    EXPECT_EQ(place.visits("household=" + household.text()).rows.size(), 2u);
  }
  EXPECT_EQ(counter(Indicator::households_reached, round), 0);
  EXPECT_EQ(counter(Indicator::visits), 4);
  expect_rebuilt_the_same();
}

TEST_F(ScreeningApi,
       given_a_clock_ahead_when_a_visit_arrives_then_it_took_place_no_later_than_now) {
  const auto round = place.round(place.community);
  const auto household = place.household(0, 1, 1);
  place.visit(household, VisitOutcome::refused, -5 * Place::kDayMs);
  EXPECT_EQ(place.door(household).last->at, place.h.clock.now());
  place.h.clock.advance(1);
  place.visit(household, VisitOutcome::all_well);
  EXPECT_EQ(counter(Indicator::households_reached, round), 1);
}

TEST_F(ScreeningApi, given_a_measured_skew_when_a_visit_arrives_then_its_time_is_corrected) {
  place.round(place.community);
  const auto household = place.household(0, 1, 1);
  auto prepared =
      place.h.prepare(place.visit_form(household, VisitOutcome::all_well), place.community);
  prepared.occurred_at -= 3 * Place::kHour;
  prepared.skew_ms = 2 * Place::kHour;
  Place::expect_applied(place.h.send(place.officer, {std::move(prepared)}).front());
  EXPECT_EQ(place.door(household).last->at, place.h.clock.now() - Place::kHour);
}

TEST_F(ScreeningApi, given_nobody_home_when_the_promised_day_has_passed_then_the_door_is_overdue) {
  const auto round = place.round(place.community);
  const auto household = place.household(0, 1, 1);
  place.household(0, 1, 2);
  place.visit(household, VisitOutcome::not_home);
  EXPECT_EQ(place.door(household).status, DoorStatus::due);
  EXPECT_EQ(place.door(household).due_on, place.today());
  EXPECT_EQ(place.doors().households.overdue, 0);

  place.h.clock.advance(Place::kDayMs);
  const auto view = place.doors();
  EXPECT_EQ(view.doors.front().household, household);
  EXPECT_EQ(view.doors.front().status, DoorStatus::overdue);
  EXPECT_EQ(view.households.overdue, 1);
  EXPECT_EQ(counter(Indicator::revisits_lapsed, round), 1);

  place.visit(household, VisitOutcome::all_well);
  EXPECT_EQ(place.doors().households.overdue, 0);
  EXPECT_EQ(counter(Indicator::revisits_lapsed, round), 0);
  EXPECT_EQ(counter(Indicator::households_reached, round), 1);
}

TEST_F(ScreeningApi, given_a_vacant_door_when_counted_then_it_leaves_what_is_due) {
  const auto round = place.round(place.community);
  const auto household = place.household(0, 1, 1);
  place.household(0, 1, 2);
  place.visit(household, VisitOutcome::vacant);
  const auto counts = place.doors().households;
  EXPECT_EQ(counts.due, 1);
  EXPECT_EQ(counts.vacant, 1);
  EXPECT_EQ(counts.done, 0);
  EXPECT_EQ(counter(Indicator::households_vacant, round), 1);
  EXPECT_EQ(place.doors().doors.back().household, household);
  EXPECT_FALSE(place.door(household).due_on);
}

TEST_F(ScreeningApi, given_the_due_day_has_passed_when_counted_then_all_not_covered_are_overdue) {
  place.round(place.community, 0, 2, 6);
  const auto reached = place.household(0, 1, 1);
  const auto refused = place.household(0, 1, 2);
  place.household(0, 1, 3);
  place.visit(reached, VisitOutcome::all_well);
  place.visit(refused, VisitOutcome::refused);
  place.h.clock.advance(2 * Place::kDayMs);
  EXPECT_EQ(place.doors().households.overdue, 0);
  place.h.clock.advance(Place::kDayMs);
  EXPECT_EQ(place.doors().households.overdue, 2);
}

TEST_F(ScreeningApi,
       given_a_visit_kept_offline_when_it_arrives_then_it_counts_on_its_day_and_round) {
  const auto household = place.household(0, 1, 1);
  const auto first = place.round(place.community, 0, 2, 6);
  const auto taken_on = place.today();
  place.h.clock.advance(29 * Place::kDayMs);
  const auto second = place.round(place.community, 0, 2, 6);
  place.visit(household, VisitOutcome::all_well, 29 * Place::kDayMs);
  EXPECT_EQ(place.counter(Indicator::households_reached, first, taken_on), 1);
  EXPECT_EQ(place.counter(Indicator::visits, {}, taken_on), 1);
  EXPECT_EQ(counter(Indicator::households_reached, second), 0);
  EXPECT_EQ(counter(Indicator::visits), 0);
  EXPECT_EQ(place.door(household).status, DoorStatus::due);
  expect_error(
      place.send_at(place.visit_form(household, VisitOutcome::all_well), 30 * Place::kDayMs + 1),
      ErrorCode::too_old);
}

TEST_F(ScreeningApi,
       given_a_round_that_has_ended_when_somebody_visits_then_the_visit_stays_uncounted) {
  const auto household = place.household(0, 1, 1);
  const auto round = place.round(place.community, 0, 0, 0);
  place.h.clock.advance(Place::kDayMs);
  place.visit(household, VisitOutcome::all_well);
  EXPECT_EQ(counter(Indicator::households_reached, round), 0);
  EXPECT_EQ(counter(Indicator::visits), 1);
  const auto view = place.doors();
  EXPECT_FALSE(view.round);
  EXPECT_EQ(view.doors.front().last->outcome, VisitOutcome::all_well);
}

// security: AZ2
TEST_F(ScreeningApi, given_faulty_visits_when_sent_then_each_is_refused_and_nothing_is_recorded) {
  const auto household = place.household(0, 1, 1);
  const auto person = place.person(household);
  auto form = place.visit_form(household, VisitOutcome::exception);
  expect_error(place.send(place.officer, form), ErrorCode::visit_needs_exception);
  VisitException fever;
  fever.person = person;
  fever.temperature = Celsius::parse("38.1").value();
  form.outcome = VisitOutcome::all_well;
  form.exceptions.items = {fever};
  expect_error(place.send(place.officer, form), ErrorCode::visit_outcome_contradiction);
  expect_error(place.correct(VisitId{place.h.id()}, household, VisitOutcome::vacant),
               ErrorCode::visit_unknown);
  form.household = HouseholdId{place.h.id()};
  expect_error(place.send(place.officer, form), ErrorCode::not_found);
  auto stranger = actor(Role::community_officer, "320508005013");
  form.household = household;
  form.outcome = VisitOutcome::exception;
  expect_error(place.send(stranger, form), ErrorCode::not_found);
  EXPECT_EQ(counter(Indicator::visits), 0);
  EXPECT_TRUE(place.visits("household=" + household.text()).rows.empty());
}

TEST_F(ScreeningApi, given_a_visit_id_in_use_when_another_visit_carries_it_then_it_is_refused) {
  const auto household = place.household(0, 1, 1);
  auto form = place.visit_form(household, VisitOutcome::all_well);
  Place::expect_applied(place.send(place.officer, form));
  form.outcome = VisitOutcome::vacant;
  expect_error(place.send(place.officer, form), ErrorCode::command_id_reused);
}

// ---- corrections ----

TEST_F(ScreeningApi, given_a_correction_when_applied_then_the_visit_counts_as_corrected) {
  const auto round = place.round(place.community);
  const auto household = place.household(0, 1, 1);
  const auto person = place.person(household);
  place.key_group(person, residents::KeyGroup::living_alone_elder, 0, 10);
  const auto visit = place.visit(household, VisitOutcome::all_well);
  EXPECT_EQ(counter(Indicator::key_persons_seen), 1);

  Place::expect_applied(place.correct(visit, household, VisitOutcome::refused));
  EXPECT_EQ(counter(Indicator::households_reached, round), 0);
  EXPECT_EQ(counter(Indicator::key_persons_seen), 0);
  EXPECT_EQ(counter(Indicator::visits), 1);
  EXPECT_EQ(place.door(household).status, DoorStatus::due);
  EXPECT_TRUE(place.visits("household=" + household.text()).rows.front().corrected);
  expect_rebuilt_the_same();
}

TEST_F(ScreeningApi, given_an_earlier_visit_when_corrected_then_the_later_one_still_counts) {
  const auto round = place.round(place.community);
  const auto household = place.household(0, 1, 1);
  const auto earlier = place.visit(household, VisitOutcome::refused, Place::kHour);
  place.visit(household, VisitOutcome::all_well);
  Place::expect_applied(place.correct(earlier, household, VisitOutcome::vacant));
  EXPECT_EQ(counter(Indicator::households_reached, round), 1);
  EXPECT_EQ(counter(Indicator::households_vacant, round), 0);
  expect_rebuilt_the_same();
}

TEST_F(ScreeningApi, given_words_of_a_visit_when_corrected_without_them_then_they_are_kept) {
  const auto household = place.household(0, 1, 1);
  const auto person = place.person(household);
  auto form = place.visit_form(household, VisitOutcome::exception);
  VisitException back;
  back.person = person;
  back.returned = Returned{region("4201"), Text<100>{"坐长途车"}, place.today()};
  form.exceptions.items = {back};
  form.note = Text<200>{"敲门很久"};
  Place::expect_applied(place.send(place.officer, form));

  const auto by_household = "household=" + household.text();
  auto record = place.visits(by_household).rows.front();
  EXPECT_TRUE(record.has_note);
  ASSERT_EQ(record.exceptions.size(), 1u);
  ASSERT_TRUE(record.exceptions.front().returned);
  EXPECT_EQ(record.exceptions.front().returned->from_region, region("4201"));
  EXPECT_FALSE(record.exceptions.front().returned->from_text);

  CorrectVisit correction;
  correction.visit = form.visit;
  correction.household = household;
  correction.outcome = VisitOutcome::exception;
  correction.exceptions.items = record.exceptions;
  correction.exceptions.items.front().symptoms.items = {Symptom::cough};
  correction.reason.text = "漏记咳嗽";
  Place::expect_applied(place.send(place.officer, correction));
  record = place.visits(by_household).rows.front();
  EXPECT_TRUE(record.has_note);
  EXPECT_TRUE(record.exceptions.front().returned);
  const auto kept = [&](Uuid subject, vault::Field field) {
    std::string text;
    Harness::must(place.h.writer->run_job([&](store::Rows&, vault::Writer& vault) -> Status {
      WD_TRY(const auto value, vault.get(place.community.district(), subject, field));
      text = value.value_or("");
      return ok();
    }));
    return text;
  };
  EXPECT_EQ(kept(form.visit.value, vault::Field::note), "敲门很久");
  EXPECT_NE(kept(person.value, vault::Field::journey).find("坐长途车"), std::string::npos);

  correction.exceptions.items.front().returned.reset();
  correction.note = Text<200>{};
  Place::expect_applied(place.send(place.officer, correction));
  record = place.visits(by_household).rows.front();
  EXPECT_FALSE(record.has_note);
  EXPECT_FALSE(record.exceptions.front().returned);
  EXPECT_EQ(kept(form.visit.value, vault::Field::note), "");
  EXPECT_EQ(kept(person.value, vault::Field::journey), "");
}

TEST_F(ScreeningApi, given_a_person_met_twice_with_fever_when_counted_then_one_person_has_fever) {
  const auto household = place.household(0, 1, 1);
  const auto person = place.person(household);
  VisitException fever;
  fever.person = person;
  fever.temperature = Celsius::parse("38.1").value();
  std::vector<VisitId> visits;
  for (int i = 0; i < 2; ++i) {
    auto form = place.visit_form(household, VisitOutcome::exception);
    form.exceptions.items = {fever};
    Place::expect_applied(place.send(place.officer, form));
    visits.push_back(form.visit);
  }
  EXPECT_EQ(counter(Indicator::fevers), 1);
  EXPECT_EQ(counter(Indicator::exceptions), 1);
  Place::expect_applied(place.correct(visits[0], household, VisitOutcome::all_well));
  EXPECT_EQ(counter(Indicator::fevers), 1);
  Place::expect_applied(place.correct(visits[1], household, VisitOutcome::all_well));
  EXPECT_EQ(counter(Indicator::fevers), 0);
  expect_rebuilt_the_same();
}

// ---- rounds ----

TEST_F(ScreeningApi,
       given_rounds_of_a_region_when_started_then_dates_are_in_order_and_none_overlap) {
  auto form = place.round_form(place.community, 0, 2, 1);
  expect_error(place.send(place.officer, form), ErrorCode::round_dates_reversed);
  place.round(place.community, 0, 2, 6);
  expect_error(place.send(place.officer, place.round_form(place.community, 6, 7, 8)),
               ErrorCode::round_running);
  place.round(place.community, 7, 8, 9);
  place.round(place.grids[0], 0, 2, 6);
  form = place.round_form(region("320508"), 0, 2, 6);
  expect_error(place.send(place.officer, form), ErrorCode::not_found);
}

TEST_F(ScreeningApi, given_a_round_when_ended_then_it_runs_until_today_and_cannot_be_ended_later) {
  const auto household = place.household(0, 1, 1);
  const auto round = place.round(place.community, 0, 2, 6);
  const EndRound end{round, place.community, {"都走完了"}};
  Place::expect_applied(place.send(place.officer, end));
  place.visit(household, VisitOutcome::all_well);
  EXPECT_EQ(counter(Indicator::households_reached, round), 1);
  place.h.clock.advance(Place::kDayMs);
  EXPECT_FALSE(place.doors().round);
  expect_error(place.send(place.officer, end), ErrorCode::round_not_running);
  const EndRound other{RoundId{place.h.id()}, place.community, {"都走完了"}};
  expect_error(place.send(place.officer, other), ErrorCode::not_found);
  place.round(place.community, 0, 2, 6);
  expect_rebuilt_the_same();
}

TEST_F(ScreeningApi, given_rounds_of_many_levels_when_a_door_is_visited_then_it_counts_in_each) {
  const auto household = place.household(0, 1, 1);
  const auto of_grid = place.round(place.grids[0]);
  const auto of_community = place.round(place.community);
  const auto of_nation = place.round(region(""));
  const auto of_county = place.round(region("320508"));
  place.round(region("320509"));
  place.round(place.grids[1]);
  place.visit(household, VisitOutcome::all_well);
  for (const auto round : {of_grid, of_community, of_nation, of_county}) {
    EXPECT_EQ(counter(Indicator::households_reached, round), 1);
  }
  EXPECT_EQ(place.doors().round->id, of_nation);

  const auto ids = [&](std::string_view code) {
    std::vector<RoundId> found;
    for (const auto& one :
         Harness::must(rounds_in_force(place.reader(), region(code), place.today()))) {
      found.push_back(one.round);
    }
    return found;
  };
  EXPECT_EQ(ids("320508005012001"), (std::vector{of_nation, of_county, of_community, of_grid}));
  EXPECT_EQ(ids("320508").size(), 5u);
  EXPECT_EQ(ids("32").size(), 6u);
  EXPECT_EQ(ids("32").front(), of_nation);
  EXPECT_EQ(ids("44"), (std::vector{of_nation}));
  EXPECT_EQ(ids("").size(), 6u);
  EXPECT_TRUE(
      Harness::must(rounds_in_force(place.reader(), place.community, place.today().plus_days(7)))
          .empty());
}

// ---- views ----

TEST_F(ScreeningApi, given_a_grid_when_its_doors_are_asked_for_then_all_a_worker_needs_is_there) {
  const auto round = place.round(place.community);
  const auto late = place.household(0, 3, 2);
  const auto well = place.household(0, 6, 1);
  place.household(1, 1, 1);
  const auto person = place.person(late, "沈阿甲");
  place.person(late, "沈阿乙");
  place.key_group(person, residents::KeyGroup::living_alone_elder, 0, 10);
  place.key_group(person, residents::KeyGroup::chronic_illness, -3, -1);
  place.visit(well, VisitOutcome::all_well);
  place.visit(late, VisitOutcome::not_home);
  place.h.clock.advance(Place::kDayMs);

  const auto view = place.get<DoorsView>(actor(Role::grid_worker, "320508005012001"),
                                         "screening/doors", "grid=320508005012001");
  EXPECT_EQ(view.grid_name, "First grid");
  EXPECT_EQ(view.community_name, "Lotus Lane");
  ASSERT_TRUE(view.round);
  EXPECT_EQ(view.round->id, round);
  EXPECT_EQ(view.as_of, place.h.clock.now());
  EXPECT_EQ(view.position.district, 320508);
  EXPECT_GT(view.position.sequence, 0);
  EXPECT_EQ(view.key_persons.due, 1);
  EXPECT_EQ(view.key_persons.done, 0);
  ASSERT_EQ(view.doors.size(), 2u);
  const auto& door = view.doors.front();
  EXPECT_EQ(door.household, late);
  EXPECT_EQ(door.building.name, "3");
  EXPECT_EQ(door.room, "302");
  EXPECT_EQ(door.floor, 3);
  EXPECT_EQ(door.status, DoorStatus::overdue);
  EXPECT_EQ(door.last->outcome, VisitOutcome::not_home);
  ASSERT_EQ(door.persons.size(), 2u);
  for (const auto& one : door.persons) {
    EXPECT_EQ(one.name.find("沈阿"), std::string::npos);
    EXPECT_EQ(one.key_groups.size(), one.id == person ? 1u : 0u);
  }
  EXPECT_EQ(view.doors.back().status, DoorStatus::done);
}

// security: AZ2, FE4
TEST_F(ScreeningApi, given_another_region_or_role_when_asked_then_it_is_as_if_not_there) {
  const auto household = place.household(0, 1, 1);
  const std::pair<const char*, std::string> asked[] = {
      {"screening/doors", "grid=320508005012001"},
      {"screening/building", "community=320508005012&building=" + place.buildings[0].text()},
      {"screening/visits", "household=" + household.text()},
      {"screening/visits", "community=320508005012"}};
  const access::Actor strangers[] = {
      actor(Role::grid_worker, "320508005012002"), actor(Role::community_officer, "320508005013"),
      actor(Role::county_officer, "320509"), actor(Role::higher_officer, "32"),
      actor(Role::system_administrator, "")};
  for (const auto& [path, query] : asked) {
    EXPECT_TRUE(place.h.query(actor(Role::county_officer, "320508"), path, query)) << path;
    for (const auto& stranger : strangers) {
      const auto answer = place.h.query(stranger, path, query);
      ASSERT_FALSE(answer) << path;
      EXPECT_EQ(answer.error().code(), ErrorCode::not_found) << path;
    }
  }
  for (const auto* grid : {"grid=320508005012", "grid=320508005012009"}) {
    EXPECT_FALSE(place.h.query(place.officer, "screening/doors", grid));
  }
}

TEST_F(ScreeningApi,
       given_a_building_when_drawn_then_rooms_stand_on_their_floors_with_their_status) {
  place.round(place.community);
  const auto well = place.household(0, 6, 2);
  const auto found = place.household(0, 6, 1);
  const auto elder = place.household(0, 1, 1);
  const auto open = place.household(0, 1, 2);
  const auto empty = place.household(0, 2, 1);
  place.key_group(place.person(elder), residents::KeyGroup::living_alone_elder, 0, 10);
  auto form = place.visit_form(found, VisitOutcome::exception);
  VisitException cough;
  cough.person = place.person(found);
  cough.symptoms.items = {Symptom::cough};
  form.exceptions.items = {cough};
  Place::expect_applied(place.send(place.officer, form));
  for (const auto household : {well, elder}) place.visit(household, VisitOutcome::all_well);
  place.visit(empty, VisitOutcome::vacant);

  const auto view =
      place.get<BuildingView>(place.officer, "screening/building",
                              "community=320508005012&building=" + place.buildings[0].text());
  EXPECT_EQ(view.building.name, "3");
  EXPECT_EQ(view.building.floors, 6);
  ASSERT_EQ(view.units.size(), 1u);
  ASSERT_EQ(view.units[0].floors.size(), 3u);
  EXPECT_EQ(view.units[0].floors[0].floor, 6);
  const auto& top = view.units[0].floors[0].rooms;
  EXPECT_EQ(top[0].household, found);
  EXPECT_EQ(top[0].status, RoomStatus::exception);
  EXPECT_EQ(top[0].persons, 1);
  EXPECT_EQ(top[1].status, RoomStatus::ok);
  const auto& bottom = view.units[0].floors[2].rooms;
  EXPECT_EQ(bottom[0].status, RoomStatus::care);
  EXPECT_EQ(bottom[1].household, open);
  EXPECT_EQ(bottom[1].status, RoomStatus::due);
  std::map<RoomStatus, std::int64_t> counts;
  for (const auto& one : view.counts) counts[one.status] = one.count;
  EXPECT_EQ(counts, (std::map<RoomStatus, std::int64_t>{{RoomStatus::ok, 1},
                                                        {RoomStatus::due, 1},
                                                        {RoomStatus::overdue, 0},
                                                        {RoomStatus::exception, 1},
                                                        {RoomStatus::care, 1},
                                                        {RoomStatus::vacant, 1}}));
}

TEST_F(ScreeningApi, given_a_figure_when_its_records_are_asked_for_then_those_that_count_come) {
  place.round(place.community, -1, 0, 5);
  const auto household = place.household(0, 1, 1);
  const auto other = place.household(1, 1, 1);
  const auto person = place.person(household);
  auto form = place.visit_form(household, VisitOutcome::exception);
  VisitException fever;
  fever.person = person;
  fever.temperature = Celsius::parse("38.1").value();
  form.exceptions.items = {fever};
  Place::expect_applied(place.send(place.officer, form));
  place.visit(other, VisitOutcome::vacant, Place::kDayMs);
  place.visit(other, VisitOutcome::refused);

  const auto count = [&](const std::string& query) {
    return place.visits("community=320508005012" + query).rows.size();
  };
  EXPECT_EQ(count(""), 2u);
  EXPECT_EQ(count("&indicator=fevers"), 1u);
  EXPECT_EQ(count("&indicator=households_reached"), 1u);
  EXPECT_EQ(count("&indicator=households_vacant"), 0u);
  EXPECT_EQ(count("&indicator=households_vacant&day=" + place.today().plus_days(-1).text()), 1u);
  EXPECT_EQ(place.visits("community=320508005012002").rows.size(), 1u);
  const auto record = place.visits("community=320508005012&indicator=fevers").rows.front();
  EXPECT_EQ(record.household, household);
  EXPECT_EQ(record.door, "3幢2单元101室");
  EXPECT_EQ(record.by, "沈阿丙");
  EXPECT_EQ(record.exceptions.front().temperature->text(), "38.1");

  const std::pair<const char*, ErrorCode> wrong[] = {
      {"", ErrorCode::field_missing},
      {"community=320508", ErrorCode::region_code_invalid},
      {"community=320508005012&indicator=persons_registered", ErrorCode::field_choice_unknown},
      {"community=320508005012&after=here", ErrorCode::field_text_invalid}};
  for (const auto& [query, code] : wrong) {
    const auto answer =
        place.h.query(actor(Role::county_officer, "320508"), "screening/visits", query);
    ASSERT_FALSE(answer) << query;
    ASSERT_FALSE(answer.error().fields().empty()) << query;
    EXPECT_EQ(answer.error().fields().front().code, code) << query;
  }
}

// security: DO4
TEST_F(ScreeningApi, given_more_records_than_a_page_when_paged_then_each_comes_once_latest_first) {
  const auto household = place.household(0, 1, 1);
  std::vector<bus::PreparedCommand> commands;
  const std::size_t number = limits::kPageRows + 5;
  for (std::size_t i = 0; i < number; ++i) {
    auto prepared =
        place.h.prepare(place.visit_form(household, VisitOutcome::not_home), place.community);
    prepared.occurred_at -= static_cast<std::int64_t>(i / 2);  // pairs at the same millisecond
    commands.push_back(std::move(prepared));
  }
  place.h.send(place.officer, std::move(commands));
  for (const auto& query :
       {"household=" + household.text(), std::string("community=320508005012")}) {
    const auto first = place.visits(query);
    ASSERT_TRUE(first.next);
    EXPECT_EQ(first.rows.size(), limits::kPageRows);
    const auto second = place.visits(query + "&after=" + *first.next);
    EXPECT_FALSE(second.next);
    std::set<VisitId> seen;
    std::int64_t last = place.h.clock.now();
    for (const auto* page : {&first, &second}) {
      for (const auto& row : page->rows) {
        EXPECT_LE(row.at, last);
        last = row.at;
        seen.insert(row.visit);
      }
    }
    EXPECT_EQ(seen.size(), number);
  }
}

}  // namespace
}  // namespace wangdi::screening
