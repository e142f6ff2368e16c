// SPDX-License-Identifier: Apache-2.0
// Entries in key groups with what set them, and requests with their answers, go when their time is
// over, with their words in the vault; what waits for an answer stays; figures stay.
#include <gtest/gtest.h>

#include "modules/residents/key_reasons.hpp"
#include "modules/retention/tests/nights.hpp"
#include "modules/retention/views.hpp"

namespace wangdi::retention {
namespace {

using screening::Place;
using testing::Harness;

constexpr int kGroupDays = 90, kRequestDays = 1095;

class MattersTest : public ::testing::Test {
 protected:
  MattersTest() {
    household_ = n_.place.household(0, 1, 1);
    person_ = n_.place.person(household_);
    other_ = n_.place.person(household_, "沈阿乙");
  }
  int events(std::string_view type) {
    int count = 0;
    for (const auto& row : n_.all(journal::kRecord)) count += row.type == type;
    return count;
  }
  // The day after the last on which something is kept for `days` after `from`.
  void night_after(CivilDate from, int days) {
    n_.place.h.clock.advance((over_on(from, days).days() - n_.place.today().days()) *
                             Place::kDayMs);
  }
  std::string reasons() { return n_.words_of(person_.value, vault::Field::note).value_or(""); }
  PreviewView preview() {
    const auto county = testing::actor(access::Role::county_officer, "320508", 7);
    return n_.place.get<PreviewView>(county, "retention/preview", "region=320508");
  }
  void decide(StatusEntryId entry, status::ReviewResult result) {
    const auto other = testing::actor(access::Role::township_officer, "320508005", 8);
    Place::expect_applied(
        n_.place.send(other, status::DecideReview{person_, entry, result, {"查过了"}}));
  }

  Nights n_;
  HouseholdId household_;
  PersonId person_, other_;
};

// security: VA6
TEST_F(MattersTest, given_an_entry_that_ended_then_it_goes_so_many_days_later_with_its_words) {
  const auto ends_on = n_.place.today().plus_days(5);
  n_.place.key_group(person_, residents::KeyGroup::pregnant, 0, 5);
  n_.place.key_group(person_, residents::KeyGroup::chronic_illness, 0, 400);
  n_.place.key_group(other_, residents::KeyGroup::pregnant, 0, 400);
  const auto figures = n_.figures();
  night_after(ends_on.plus_days(-1), kGroupDays);
  EXPECT_EQ(n_.night().records, 0) << "its last day";
  ASSERT_EQ(preview().rows.size(), 1u);
  EXPECT_EQ(preview().rows.items[0].rule, Rule::key_groups);
  n_.pass(1);
  const auto done = n_.night();
  EXPECT_EQ(done.records, 1);
  EXPECT_EQ(done.certificates, 1);
  EXPECT_EQ(n_.all(residents::kKeyMember).size(), 2u) << "what runs stays";
  EXPECT_EQ(residents::read_reasons(reasons()).value().entries.size(), 1u);
  EXPECT_EQ(n_.figures(), figures);
  n_.expect_whole();
  EXPECT_EQ(n_.night().records, 0) << "nothing twice";
  const auto certificate = n_.all(kCertificate).front();
  EXPECT_NE(certificate.statement.find("rule: retention.key_group_days\ndays: 90\n"),
            std::string::npos);
}

// security: VA6
TEST_F(MattersTest, given_an_end_that_moved_then_the_days_count_from_the_end_it_has) {
  n_.place.key_group(person_, residents::KeyGroup::pregnant, 0, 300);
  n_.pass(10);
  const auto ended = n_.place.today();
  Place::expect_applied(n_.place.send(
      n_.place.officer,
      residents::EndKeyGroup{person_, residents::KeyGroup::pregnant, ended, {"生了"}}));
  night_after(ended, kGroupDays);
  EXPECT_EQ(n_.night().records, 2) << "entered and ended";
  EXPECT_EQ(reasons(), "") << "no word is left";
  EXPECT_TRUE(n_.all(residents::kKeyMember).empty());
  n_.expect_whole();
}

// security: VA6
TEST_F(MattersTest, given_what_restricted_somebody_then_ground_and_review_go_with_it) {
  const auto ends_on = n_.place.today().plus_days(14);
  const auto entry = n_.status_of(person_);
  n_.ask_review(person_, entry);
  night_after(ends_on, kGroupDays);
  EXPECT_EQ(n_.night().records, 0) << "nobody answered the review: it waits";
  const auto answered = n_.place.today();
  decide(entry, status::ReviewResult::stays);
  night_after(answered.plus_days(-1), kGroupDays);
  EXPECT_EQ(n_.night().records, 0) << "the last day after the answer";
  n_.pass(1);
  EXPECT_EQ(n_.night().records, 4) << "set, in the group, review asked, decided";
  EXPECT_TRUE(n_.all(status::kEntry).empty());
  EXPECT_TRUE(n_.all(residents::kKeyMember).empty());
  EXPECT_EQ(reasons(), "");
  n_.expect_whole();
}

// security: VA6
TEST_F(MattersTest, given_a_request_then_it_goes_three_years_after_the_answer_with_its_words) {
  const auto answered = n_.place.today();
  const auto request = n_.use_ledger(person_);
  const ledger::RequestId open{n_.place.h.id()};
  Place::expect_applied(n_.place.send(
      n_.place.officer,
      ledger::AskRequest{
          open, person_, ledger::RequestKind::objection, ledger::Holder::guardian, {"不同意"}}));
  night_after(answered.plus_days(-1), kRequestDays);
  EXPECT_EQ(n_.night().records, 0) << "its last day";
  EXPECT_GT(n_.values_of(request.value), 0);
  n_.pass(1);
  EXPECT_EQ(n_.night().records, 2) << "asked and answered";
  EXPECT_EQ(n_.values_of(request.value), 0);
  ASSERT_EQ(n_.all(ledger::kRequest).size(), 1u) << "what nobody answered stays";
  EXPECT_EQ(n_.all(ledger::kRequest).front().request, open);
  EXPECT_EQ(n_.values_of(open.value), 1);
  EXPECT_EQ(n_.all(ledger::kNotice).size(), 1u) << "that they were told stays";
  n_.expect_whole();
}

TEST_F(MattersTest, given_an_erased_person_under_a_hold_then_no_rule_gives_their_id_a_key_again) {
  n_.place.key_group(person_, residents::KeyGroup::pregnant, 0, 5);
  EXPECT_EQ(n_.erase(person_).status, bus::CommandStatus::applied);
  const auto county = testing::actor(access::Role::county_officer, "320508", 7);
  holds::SetHold form;
  form.hold = holds::HoldId{n_.place.h.id()};
  form.household = household_;
  form.case_number.text = form.issuer.text = form.reason.text = "案件";
  form.ends_on = n_.place.today().plus_days(120);
  Place::expect_applied(n_.place.send(county, form));
  n_.pass(100);
  EXPECT_EQ(n_.night().records, 0);
  n_.pass(21);
  EXPECT_GT(n_.night().records, 0);
  EXPECT_EQ(n_.values_of(person_.value), 0);
  n_.expect_whole();
}

}  // namespace
}  // namespace wangdi::retention
