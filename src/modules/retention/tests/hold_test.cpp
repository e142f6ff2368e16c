// SPDX-License-Identifier: Apache-2.0
// What is in a case outlives its rule until the hold ends or is lifted; what dies next is shown
// ahead; certificates are listed with the key that proves them.
#include <gtest/gtest.h>

#include "modules/holds/facts.hpp"
#include "modules/holds/views.hpp"
#include "modules/retention/tests/nights.hpp"
#include "modules/retention/views.hpp"

namespace wangdi::retention {
namespace {

using bus::CommandStatus;
using screening::Place;
using screening::VisitOutcome;
using testing::Harness;

constexpr int kHoldDays = 30;

class HoldTest : public ::testing::Test {
 protected:
  HoldTest() {
    household_ = n_.place.household(0, 1, 1);
    person_ = n_.place.person(household_);
    other_ = n_.place.household(1, 1, 1);
    for (const auto home : {household_, other_}) n_.place.visit(home, VisitOutcome::all_well);
  }
  holds::SetHold form(int days = kHoldDays) {
    holds::SetHold form;
    form.hold = holds::HoldId{n_.place.h.id()};
    form.household = household_;
    form.ground = holds::HoldGround::court;
    form.case_number.text = "（2020）苏01号";
    form.issuer.text = "区法院";
    form.ends_on = n_.place.today().plus_days(days);
    form.reason.text = "有一件官司要用这些记录";
    return form;
  }
  holds::HoldId hold(int days = kHoldDays) {
    const auto set = form(days);
    Place::expect_applied(n_.place.send(county_, set));
    return set.hold;
  }
  bus::Outcome lift(holds::HoldId hold) {
    return n_.place.send(county_, holds::LiftHold{hold, household_, {"官司结束"}});
  }
  std::string error_of(const bus::Outcome& outcome) {
    return outcome.error ? std::string(error_entry(outcome.error->code()).name) : "none";
  }
  template <class View>
  View ask(const access::Actor& by, const std::string& path) {
    return n_.place.get<View>(by, path, "region=" + by.region.text());
  }

  Nights n_;
  const access::Actor county_ = testing::actor(access::Role::county_officer, "320508", 7);
  HouseholdId household_, other_;
  PersonId person_;
};

// security: VA6
TEST_F(HoldTest, given_a_hold_when_the_time_is_over_then_only_the_others_are_destroyed) {
  n_.pass(90);
  hold();
  n_.pass(1);
  EXPECT_EQ(n_.night().records, 1) << "the other household's";
  ASSERT_EQ(n_.all(screening::kVisit).size(), 1u);
  EXPECT_EQ(n_.all(screening::kVisit).front().household, household_);
  n_.pass(kHoldDays - 1);
  EXPECT_EQ(n_.night().records, 0) << "its last day";
  n_.pass(1);
  EXPECT_EQ(n_.night().records, 1) << "the night after it ended";
  n_.expect_whole();
  EXPECT_EQ(n_.all(holds::kHold).size(), 1u) << "that it was held longer stays to be seen";
}

// security: VA6
TEST_F(HoldTest, given_a_held_command_about_a_held_household_then_it_waits_for_the_end) {
  auto& rights = n_.place.h.rights;
  rights.taken_away = rights.had_before = true;
  for (const auto home : {household_, other_}) {
    const auto form = n_.place.visit_form(home, VisitOutcome::all_well);
    ASSERT_EQ(n_.place.send_at(form, 0).status, CommandStatus::held);
  }
  residents::CorrectPerson named;  // names the person, not the household
  named.person = person_;
  named.reason.text = "更正";
  ASSERT_EQ(n_.place.send(n_.place.officer, named).status, CommandStatus::held);
  rights.taken_away = rights.had_before = false;
  n_.pass(90);
  const auto held = hold(60);
  n_.pass(1);
  n_.night();
  EXPECT_EQ(n_.all(bus::kHeldCommand).size(), 2u) << "only that about the other household goes";
  n_.expect_whole();
  Place::expect_applied(lift(held));
  n_.night();
  EXPECT_TRUE(n_.all(bus::kHeldCommand).empty());
  n_.expect_whole();
}

// security: VA6
TEST_F(HoldTest, given_a_hold_when_lifted_then_the_next_night_destroys) {
  const auto held = hold(180);
  n_.pass(91);
  EXPECT_EQ(n_.night().records, 1);
  Place::expect_applied(lift(held));
  EXPECT_EQ(n_.night().records, 1);
  EXPECT_TRUE(n_.all(screening::kVisit).empty());
  EXPECT_EQ(error_of(lift(held)), "already_decided");
  n_.expect_whole();
}

// Two holds: the later end counts, and lifting one is not lifting the other.
TEST_F(HoldTest, given_two_holds_when_one_is_lifted_then_the_other_still_holds) {
  const auto first = hold(100);
  hold(120);
  Place::expect_applied(lift(first));
  n_.pass(91);
  EXPECT_EQ(n_.night().records, 1);
}

// PIPL 47, last sentence: what the law keeps is not erased, and used for nothing else.
TEST_F(HoldTest, given_a_held_household_when_erasing_then_it_waits_for_the_end) {
  const auto held = hold();
  EXPECT_EQ(error_of(n_.erase(person_)), "hold_runs");
  auto vault_names = 0;
  for (const auto& row : n_.all(vault::kVaultField)) {
    vault_names += row.subject == person_.value && row.field == vault::Field::name;
  }
  EXPECT_EQ(vault_names, 1) << "refused, nothing is gone";
  Place::expect_applied(lift(held));
  EXPECT_EQ(n_.erase(person_).status, CommandStatus::applied);
}

// Who was erased before a hold came stays erased; their records wait for its end.
TEST_F(HoldTest, given_an_erasure_before_the_hold_then_the_records_go_after_it) {
  EXPECT_EQ(n_.erase(person_).status, CommandStatus::applied);
  const auto held = hold();
  EXPECT_EQ(n_.night().records, 0);
  Place::expect_applied(lift(held));
  EXPECT_GT(n_.night().records, 0);
  EXPECT_EQ(n_.tables_with(person_.value), std::set<std::string>{"erased_person"});
  n_.expect_whole();
}

TEST_F(HoldTest, given_days_and_roles_then_who_may_hold_and_how_long_is_bounded) {
  EXPECT_EQ(error_of(n_.place.send(county_, form(0))), "hold_end_invalid");
  EXPECT_EQ(error_of(n_.place.send(county_, form(181))), "hold_end_invalid");
  EXPECT_EQ(error_of(n_.place.send(n_.place.officer, form())), "not_found") << "not the community";
  auto elsewhere = form();
  elsewhere.household = HouseholdId{n_.place.h.id()};
  EXPECT_EQ(error_of(n_.place.send(county_, elsewhere)), "not_found");
}

// What is kept from the resident is kept from the community too, until it is over.
TEST_F(HoldTest, given_a_secret_hold_when_listed_then_the_words_are_the_countys) {
  auto secret = form();
  secret.told = false;
  Place::expect_applied(n_.place.send(county_, secret));
  const auto above = ask<holds::HoldsView>(county_, "holds");
  ASSERT_EQ(above.rows.size(), 1u);
  EXPECT_EQ(above.rows.items[0].reason, secret.reason.text);
  EXPECT_TRUE(above.rows.items[0].runs);
  EXPECT_EQ(above.days_most, 180);
  const auto below = ask<holds::HoldsView>(n_.place.officer, "holds");
  ASSERT_EQ(below.rows.size(), 1u);
  EXPECT_EQ(below.rows.items[0].reason, std::nullopt);
  EXPECT_EQ(below.rows.items[0].issuer, std::nullopt);
}

TEST_F(HoldTest, given_a_week_ahead_then_each_night_is_foretold_and_comes_true) {
  n_.pass(84);
  ASSERT_EQ(n_.night().records, 0);
  const auto seen = ask<PreviewView>(county_, "retention/preview");
  ASSERT_EQ(seen.rows.size(), 1u);
  EXPECT_EQ(seen.rows.items[0].rule, Rule::visits);
  EXPECT_EQ(seen.rows.items[0].records, 2);
  EXPECT_EQ(seen.rows.items[0].day, n_.place.today().plus_days(kDaysAhead)) << "its last day";
  EXPECT_EQ(seen.until, seen.rows.items[0].day);
  EXPECT_EQ(seen.held, 0);
  EXPECT_EQ(seen.rules.size(), kRules.size());
  hold();
  EXPECT_EQ(ask<PreviewView>(county_, "retention/preview").held, 1);
  n_.night();
  EXPECT_EQ(ask<PreviewView>(county_, "retention/preview").rows.items.at(0).records, 1);
  n_.pass(6);
  EXPECT_EQ(n_.night().records, 0);
  n_.pass(1);
  EXPECT_EQ(n_.night().records, 1) << "as foretold";
  EXPECT_TRUE(ask<PreviewView>(county_, "retention/preview").rows.empty());
  n_.erase(n_.place.person(other_));
  EXPECT_EQ(ask<PreviewView>(county_, "retention/preview").erased, 1);
}

TEST_F(HoldTest, given_a_preview_when_asked_below_then_only_the_own_region_counts) {
  n_.pass(85);
  n_.night();
  const auto other = testing::actor(access::Role::community_officer, "320508005099", 9);
  EXPECT_EQ(ask<PreviewView>(n_.place.officer, "retention/preview").rows.items.at(0).records, 2);
  EXPECT_TRUE(ask<PreviewView>(other, "retention/preview").rows.empty());
}

// security: VA6
TEST_F(HoldTest, given_certificates_when_listed_then_the_latest_comes_first_with_its_proof) {
  n_.pass(91);
  ASSERT_EQ(n_.night().certificates, 1);
  n_.place.visit(household_, VisitOutcome::all_well);
  n_.pass(91);
  ASSERT_EQ(n_.night().certificates, 1);
  const auto view = ask<CertificatesView>(county_, "retention/certificates");
  ASSERT_EQ(view.rows.size(), 2u);
  EXPECT_GT(view.rows.items[0].sequence, view.rows.items[1].sequence);
  EXPECT_EQ(view.rows.items[0].rule, Rule::visits);
  EXPECT_EQ(view.rows.items[0].name, "320508-" + std::to_string(view.rows.items[0].sequence));
  EXPECT_EQ(view.public_key, "PEM");
  const auto& one = view.rows.items[1];
  const auto signature = crypto::from_base64(one.signature).value();
  EXPECT_TRUE(crypto::is_signed(n_.key.public_pem(), crypto::bytes_of(one.statement), signature));
  EXPECT_FALSE(view.next);
}

}  // namespace
}  // namespace wangdi::retention
