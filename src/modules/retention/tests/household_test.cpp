// SPDX-License-Identifier: Apache-2.0
// A door that nobody lives behind, or that was entered wrongly, is erased: its values at once, its
// rows with them, its records in the night; it counts nowhere from that day on.
#include <gtest/gtest.h>

#include "modules/holds/views.hpp"
#include "modules/retention/tests/nights.hpp"
#include "modules/retention/views.hpp"

namespace wangdi::retention {
namespace {

using bus::CommandStatus;
using indicators::Indicator;
using screening::Place;
using screening::VisitOutcome;
using testing::Harness;

class HouseholdTest : public ::testing::Test {
 protected:
  HouseholdTest() {
    wrong_ = n_.place.household(0, 1, 1);
    stays_ = n_.place.household(0, 1, 2);
    round_ = n_.place.round(n_.place.community, 0, 2, 30);
  }
  static std::string error_of(const bus::Outcome& outcome) {
    return outcome.error ? std::string(error_entry(outcome.error->code()).name) : "none";
  }
  std::int64_t counted(Indicator indicator, CivilDate day, RoundId round = {}) {
    return n_.place.counter(indicator, round, day);
  }
  holds::HoldId hold(int days) {
    holds::SetHold form;
    form.hold = holds::HoldId{n_.place.h.id()};
    form.household = wrong_;
    form.case_number.text = form.issuer.text = form.reason.text = "案件";
    form.ends_on = n_.place.today().plus_days(days);
    Place::expect_applied(n_.place.send(county_, form));
    return form.hold;
  }

  Nights n_;
  const access::Actor county_ = testing::actor(access::Role::county_officer, "320508", 7);
  HouseholdId wrong_, stays_;
  RoundId round_;
};

// security: VA3
TEST_F(HouseholdTest, given_an_empty_door_when_erased_then_values_rows_and_its_place_in_lists_go) {
  n_.place.visit(wrong_, VisitOutcome::all_well);
  ASSERT_EQ(n_.place.doors().doors.size(), 2u);
  EXPECT_GT(n_.values_of(wrong_.value), 0);
  EXPECT_EQ(n_.erase(wrong_).status, CommandStatus::applied);
  EXPECT_EQ(n_.values_of(wrong_.value), 0);
  EXPECT_EQ(n_.place.doors().doors.size(), 1u);
  EXPECT_EQ(n_.tables_with(wrong_.value), std::set<std::string>{"erased_household"});
  EXPECT_EQ(error_of(n_.erase(wrong_)), "not_found");
  EXPECT_EQ(error_of(n_.place.send_at(n_.place.visit_form(wrong_, VisitOutcome::all_well), 0)),
            "not_found");
  n_.place.household(0, 1, 1);
  EXPECT_EQ(n_.place.doors().doors.size(), 2u) << "the door can be registered anew";
  n_.expect_whole();
}

TEST_F(HouseholdTest, given_people_behind_it_when_erasing_then_it_is_refused_until_the_last_went) {
  const auto person = n_.place.person(wrong_);
  const auto refused = n_.erase(wrong_);
  EXPECT_EQ(error_of(refused), "household_lived_in");
  EXPECT_GT(n_.values_of(wrong_.value), 0) << "refused, nothing is gone";
  EXPECT_EQ(n_.erase(person).status, CommandStatus::applied);
  EXPECT_EQ(n_.erase(wrong_).status, CommandStatus::applied);
  EXPECT_GT(n_.night().records, 0);
  EXPECT_EQ(n_.tables_with(person.value), std::set<std::string>{"erased_person"});
  n_.expect_whole();
}

// PIPL 47, last sentence.
TEST_F(HouseholdTest, given_a_hold_when_erasing_then_it_waits_and_then_takes_the_holds_words_too) {
  const auto first = hold(5);
  EXPECT_EQ(error_of(n_.erase(wrong_)), "hold_runs");
  n_.pass(6);
  EXPECT_EQ(n_.values_of(first.value), 1);
  EXPECT_EQ(n_.erase(wrong_).status, CommandStatus::applied);
  EXPECT_EQ(n_.values_of(first.value), 0);
  EXPECT_TRUE(n_.all(holds::kHold).empty());
  EXPECT_GT(n_.night().records, 0);
  n_.expect_whole();
}

TEST_F(HouseholdTest, given_roles_then_only_the_community_officer_erases) {
  const auto worker = testing::actor(access::Role::grid_worker, n_.place.grids[0].text(), 3);
  const residents::EraseHousehold form{wrong_, residents::ErasureReason::asked};
  EXPECT_EQ(error_of(n_.place.send(worker, form)), "not_found");
  EXPECT_EQ(error_of(n_.place.send(county_, form)), "not_found");
}

// What was counted on days before stays; from the day on the door is neither due nor reached.
TEST_F(HouseholdTest, given_a_round_when_a_door_is_erased_then_coverage_counts_without_it) {
  for (const auto home : {wrong_, stays_}) n_.place.visit(home, VisitOutcome::all_well);
  const auto before = n_.place.today();
  n_.pass(2);
  const auto today = n_.place.today();
  EXPECT_EQ(n_.erase(wrong_).status, CommandStatus::applied);
  EXPECT_EQ(counted(Indicator::households_registered, before), 2);
  EXPECT_EQ(counted(Indicator::households_reached, before, round_), 2);
  EXPECT_EQ(counted(Indicator::households_registered, today), 1);
  EXPECT_EQ(counted(Indicator::households_reached, today, round_), 1);
  EXPECT_EQ(counted(Indicator::visits, before), 2) << "somebody was there";
  const auto figures = n_.figures();
  EXPECT_GT(n_.night().records, 0);
  EXPECT_EQ(n_.figures(), figures);
  n_.expect_whole();
}

// A promised revisit would have lapsed after the erasure: it does not any more.
TEST_F(HouseholdTest, given_a_promised_revisit_when_the_door_is_erased_then_it_never_lapses) {
  const auto form = n_.place.visit_form(wrong_, VisitOutcome::not_home);
  Place::expect_applied(n_.place.send_at(form, 0));
  const auto later = n_.place.today().plus_days(5);
  ASSERT_EQ(counted(Indicator::revisits_lapsed, later, round_), 1);
  EXPECT_EQ(n_.erase(wrong_).status, CommandStatus::applied);
  EXPECT_EQ(counted(Indicator::revisits_lapsed, later, round_), 0);
  EXPECT_GT(n_.night().records, 0);
  EXPECT_EQ(counted(Indicator::revisits_lapsed, later, round_), 0);
  n_.expect_whole();
}

TEST_F(HouseholdTest, given_an_old_form_when_it_comes_again_then_the_door_stays_erased) {
  residents::AddHousehold again;
  again.id = wrong_;
  again.grid = n_.place.grids[0];
  again.building = n_.place.buildings[0];
  again.unit.text = "2";
  again.floor = 1;
  again.room.text = "101";
  EXPECT_EQ(n_.erase(wrong_).status, CommandStatus::applied);
  EXPECT_EQ(error_of(n_.place.send(n_.place.officer, again)), "not_found");
  EXPECT_GT(n_.night().records, 0);
  EXPECT_EQ(error_of(n_.place.send(n_.place.officer, again)), "not_found");
  n_.expect_whole();
}

TEST_F(HouseholdTest, given_a_preview_when_a_door_was_erased_then_tonight_is_told) {
  const auto preview = [&] {
    return n_.place.get<PreviewView>(county_, "retention/preview", "region=320508");
  };
  EXPECT_EQ(preview().erased_doors, 0);
  EXPECT_EQ(n_.erase(wrong_).status, CommandStatus::applied);
  EXPECT_EQ(preview().erased_doors, 1);
}

}  // namespace
}  // namespace wangdi::retention
