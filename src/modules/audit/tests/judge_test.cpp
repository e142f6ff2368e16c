// SPDX-License-Identifier: Apache-2.0
// Days of work and days of snooping through the real log and the real journal.
#include "modules/audit/judge.hpp"

#include <gmock/gmock.h>

#include "access/system_actor.hpp"
#include "modules/audit/tests/office.hpp"

namespace wangdi::audit {
namespace {

using screening::VisitOutcome;
using ::testing::ElementsAre;
using testing::Harness;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using vault::Operation;

constexpr int kDoorsOfGrid = 20;

// Two grids of doors, a person behind each.
class Cases : public ::testing::Test {
 protected:
  Cases() {
    office.at(0, 7);
    for (int grid = 0; grid < 2; ++grid) {
      for (int number = 0; number < kDoorsOfGrid; ++number) {
        const auto household = office.place.household(grid, 1 + number / 10, 1 + number % 10);
        doors[grid].push_back(household);
        people[grid].push_back(office.place.person(household));
      }
    }
    // What was registered today is the officer's own work; the days that count begin later.
    office.at(0, 8);
  }
  std::vector<std::string> judged(int day, int hour = 1) {
    office.at(day, hour);
    office.judge_all();
    return office.cases();
  }

  Office office;
  std::vector<HouseholdId> doors[2];
  std::vector<PersonId> people[2];
};

// security: LG5
TEST_F(Cases, a_week_of_normal_work_opens_none) {
  office.place.round(office.place.community, 3, 5, 12);
  for (int day = 3; day < 10; ++day) {
    for (int grid = 0; grid < 2; ++grid) {
      office.at(day, 8 + grid);
      for (int number = 0; number < kDoorsOfGrid; ++number) {
        // Every second door is rung up first; one in ten does not answer and is gone to later.
        if (number % 2 == 0) office.unmask(office.workers[grid], people[grid][number].value);
        const bool answers = (number + day) % 10 != 0;
        office.visit(office.workers[grid], doors[grid][number],
                     answers ? VisitOutcome::all_well : VisitOutcome::not_home);
      }
    }
    // The officer answers the telephone: a search, a look, and for every second one a record.
    office.at(day, 14);
    for (int call = 0; call < 12; ++call) {
      const auto person = people[call % 2][(call / 2 + day * 6) % kDoorsOfGrid];
      office.log(office.officer(), Operation::exact_search, person.value);
      office.unmask(office.officer(), person.value);
      if (call % 2 == 0) {
        office.place.key_group(person, residents::KeyGroup::chronic_illness, day, day + 1);
      }
    }
    office.at(day, 16);
    office.log(office.officer(), Operation::list_match);
    office.log(office.officer(), Operation::export_file, {}, 40);
  }
  EXPECT_THAT(judged(12), IsEmpty());
  EXPECT_TRUE(office.h().rebuild_differences().empty());
}

// security: LG5
TEST_F(Cases, thirty_households_of_others_are_found) {
  office.at(5, 10);
  for (int number = 0; number < 15; ++number) {
    office.unmask(office.officer(), people[0][number].value);
    office.unmask(office.officer(), people[1][number].value);
  }
  EXPECT_THAT(judged(6, 23), IsEmpty()) << "records of the day may still come";
  EXPECT_THAT(judged(7), ElementsAre("many_households 30/30"));
  const auto list = office.list();
  const auto& one = list.rows.items.front();
  EXPECT_EQ(one.account, office.officer().account);
  EXPECT_EQ(one.name, "沈阿丙");
  EXPECT_EQ(one.role, access::Role::community_officer);
  EXPECT_EQ(one.first_day, office.first_day.plus_days(5));
  EXPECT_EQ(one.due_on, office.first_day.plus_days(14));
  EXPECT_FALSE(one.is_late);
  office.at(15, 1);
  EXPECT_TRUE(office.list().rows.items.front().is_late);
  const auto lines = office.place.get<AuditReads>(
      office.auditor, "audit/case_lines", "district=320508&audit_case=" + one.audit_case.text());
  ASSERT_EQ(lines.rows.size(), 30u);
  EXPECT_EQ(lines.rows.items.front().subject, people[0][0].text().substr(28));
  EXPECT_TRUE(office.h().rebuild_differences().empty());
}

// security: LG5
TEST_F(Cases, one_neighbour_day_after_day_is_found) {
  // The door is still to be gone to all the time, which explains no look on a fourth day.
  office.place.round(office.place.community, 3, 5, 20);
  for (int day = 3; day < 7; ++day) {
    office.at(day, 12);
    office.unmask(office.workers[0], day % 2 ? people[0][3].value : doors[0][3].value);
    office.at(day, 13);
    office.unmask(office.workers[0], people[0][4].value);
    office.visit(office.workers[0], doors[0][4]);
  }
  EXPECT_THAT(judged(7), IsEmpty());
  EXPECT_THAT(judged(8), ElementsAre("same_household 1/1"));
  // While the case is open the next day belongs to it.
  office.at(8, 12);
  office.unmask(office.workers[0], people[0][3].value);
  EXPECT_THAT(judged(10), ElementsAre("same_household 2/2"));
  EXPECT_EQ(office.list().rows.items.front().days, 2);
  // Outside the window the days are forgotten.
  office.at(30, 12);
  office.unmask(office.workers[0], people[0][3].value);
  EXPECT_THAT(judged(32), ElementsAre("same_household 2/2"));
  EXPECT_TRUE(office.h().rebuild_differences().empty());
}

// security: LG5
TEST_F(Cases, a_list_of_numbers_is_found) {
  office.at(5, 10);
  for (int i = 0; i < 12; ++i) office.find(office.officer(), "1390000" + std::to_string(1000 + i));
  EXPECT_THAT(judged(7), ElementsAre("searches 12/12"));
}

TEST_F(Cases, searches_that_end_in_a_registration_are_work) {
  office.at(5, 10);
  for (int i = 0; i < 12; ++i) {
    office.find(office.officer(), "1390000" + std::to_string(1000 + i));
    office.place.person(doors[0][i]);
  }
  EXPECT_THAT(judged(7), IsEmpty());
}

// security: LG5
TEST_F(Cases, reading_at_night_is_found) {
  office.at(5, 2);
  for (int i = 0; i < 5; ++i) office.unmask(office.officer(), people[0][i].value);
  EXPECT_THAT(judged(7), ElementsAre("at_night 5/5"));
}

// security: LG5
TEST_F(Cases, an_export_in_parts_and_trials_without_import_are_found) {
  office.at(5, 10);
  for (int i = 0; i < 3; ++i) {
    office.log(office.township, Operation::export_file, {}, 2'500);
    office.log(office.township, Operation::list_match, {}, 0);
  }
  // A second person agreed to what is larger than goes without.
  office.log(office.officer(), Operation::export_file, {}, 9'000);
  EXPECT_THAT(judged(7), UnorderedElementsAre("exports 7500/7500", "trials 3/3"));
}

TEST_F(Cases, what_waits_at_a_door_is_work_for_those_who_follow_it_up) {
  office.at(5, 9);
  for (int i = 0; i < kDoorsOfGrid; ++i) {
    auto form = office.place.visit_form(doors[0][i], VisitOutcome::exception);
    form.exceptions.items.push_back({.person = people[0][i],
                                     .temperature_not_measured = true,
                                     .contact = screening::Contact::suspected});
    screening::Place::expect_applied(
        office.h().send(office.workers[0], form, office.place.community));
  }
  office.at(7, 10);
  for (const auto& person : people[0]) office.unmask(office.township, person.value);
  // A day after the time for it is over they rest on nothing.
  office.at(9, 10);
  for (const auto& person : people[0]) office.unmask(office.township, person.value);
  EXPECT_THAT(judged(9, 20), IsEmpty());
  EXPECT_THAT(judged(11), ElementsAre("many_households 20/20"));
}

TEST_F(Cases, key_persons_and_who_asked_about_their_record_are_work) {
  office.at(3, 9);
  for (int i = 0; i < kDoorsOfGrid; ++i) {
    office.place.key_group(people[0][i], residents::KeyGroup::living_alone_elder, 0, 90);
  }
  office.plant([&](store::Rows& rows) {
    for (int i = 0; i < kDoorsOfGrid; ++i) {
      ledger::StoredRequest request;
      request.district = office.district();
      request.person = people[1][i];
      request.request = {office.h().id()};
      request.grid = office.place.grids[1];
      request.asked_at = office.h().clock.now();
      rows.put(ledger::kRequest, request);
    }
  });
  office.at(40, 10);
  for (int grid = 0; grid < 2; ++grid) {
    for (const auto& person : people[grid]) office.unmask(office.township, person.value);
  }
  EXPECT_THAT(judged(42), IsEmpty());
}

TEST_F(Cases, a_door_that_is_due_is_work_for_whose_it_is_and_only_while_it_is) {
  office.place.round(office.place.community, 4, 6, 9);
  office.at(5, 10);
  for (const auto& person : people[0]) office.unmask(office.workers[0], person.value);
  EXPECT_THAT(judged(8), IsEmpty());
  office.at(20, 10);  // no round any more
  for (const auto& person : people[0]) office.unmask(office.workers[0], person.value);
  EXPECT_THAT(judged(22), ElementsAre("many_households 20/20"));
}

TEST_F(Cases, a_record_of_another_day_is_no_ground) {
  office.at(5, 10);
  for (const auto& door : doors[0]) office.visit(office.workers[0], door, VisitOutcome::all_well);
  office.at(8, 10);
  for (const auto& person : people[0]) office.unmask(office.workers[0], person.value);
  EXPECT_THAT(judged(10), ElementsAre("many_households 20/20"));
}

TEST_F(Cases, a_late_record_from_a_phone_is_still_a_ground) {
  office.at(5, 10);
  for (const auto& person : people[0]) office.unmask(office.workers[0], person.value);
  office.at(6, 20);
  for (const auto& door : doors[0]) {
    auto prepared = office.h().prepare(office.place.visit_form(door, VisitOutcome::all_well),
                                       office.place.community);
    prepared.occurred_at -= 34 * Office::kHour;  // 10:00 of the day before
    office.h().send(office.workers[0], {std::move(prepared)});
  }
  EXPECT_THAT(judged(7), IsEmpty());
}

// security: LG5
TEST_F(Cases, none_is_lost_or_doubled_however_often_a_step_is_done_again) {
  office.at(5, 10);
  for (int i = 0; i < 16; ++i) office.unmask(office.officer(), people[0][i].value);
  office.at(6, 10);
  for (int i = 0; i < 16; ++i) office.unmask(office.township, people[1][i].value);
  office.at(8, 1);
  const auto first = *Harness::must(office.judge_next());
  // Killed before it was recorded: the day is found again, the same.
  const auto again = *Harness::must(office.judge_next());
  EXPECT_EQ(again.day.last_line, first.day.last_line);
  ASSERT_EQ(again.cases.size(), 1u);
  EXPECT_EQ(again.cases[0].finding, first.cases[0].finding);
  office.record(first);
  // Recorded, but whoever did it was killed before it knew.
  office.record(again);
  EXPECT_THAT(office.cases(), ElementsAre("many_households 16/16"));
  EXPECT_EQ(office.judge_all(), 1);
  EXPECT_EQ(office.judge_all(), 0);
  EXPECT_EQ(office.cases().size(), 2u);
  EXPECT_TRUE(office.h().rebuild_differences().empty());
}

TEST_F(Cases, lines_of_a_clock_that_ran_ahead_keep_nothing_waiting) {
  office.at(400, 10);
  office.log(office.officer(), Operation::unmask, people[0][0].value);
  office.at(5, 10);
  for (int i = 0; i < 16; ++i) office.unmask(office.officer(), people[0][i].value);
  office.judge_all();
  office.at(9, 10);
  for (int i = 0; i < 16; ++i) office.unmask(office.township, people[0][i].value);
  EXPECT_EQ(judged(11).size(), 2u);
}

TEST_F(Cases, what_residents_and_auditors_look_at_is_not_judged) {
  office.at(5, 2);
  const auto resident = access::resident_actor(office.place.community);
  for (int i = 0; i < 20; ++i) office.log(resident, Operation::unmask, people[0][i].value);
  EXPECT_THAT(judged(7), IsEmpty());
}

}  // namespace
}  // namespace wangdi::audit
