// SPDX-License-Identifier: Apache-2.0
// Which group a record leads to, for how long, and when one more is one too many.
#include "modules/status/rules.hpp"

#include <gtest/gtest.h>

namespace wangdi::status {
namespace {

using access::Role;

CivilDate day(int offset) { return CivilDate::parse("2020-02-18")->plus_days(offset); }
constexpr RuleDays kDays{14, 14, 14};

TEST(StatusRules, given_a_return_then_it_runs_from_the_arrival_and_ends_after_its_days) {
  Fact fact{day(0), day(-3), false, false};
  const auto proposals = proposals_of(fact, kDays, day(0));
  ASSERT_EQ(proposals.size(), 1u);
  EXPECT_EQ(proposals[0].group, KeyGroup::returnee);
  EXPECT_EQ(proposals[0].rule, kReturneeDays);
  EXPECT_EQ(proposals[0].starts_on, day(-3));
  EXPECT_EQ(proposals[0].ends_on, day(11));
  EXPECT_EQ(proposals_of(fact, kDays, day(11)).size(), 1u);  // the last day
  EXPECT_TRUE(proposals_of(fact, kDays, day(12)).empty());
  EXPECT_TRUE(proposals_of(fact, kDays, day(-4)).empty());  // an arrival that is still to come
  fact.from_key_region = true;
  EXPECT_EQ(proposals_of(fact, kDays, day(0)).at(0).group, KeyGroup::key_region_returnee);
}

TEST(StatusRules, given_a_contact_then_it_runs_from_the_day_of_the_record) {
  const auto proposals = proposals_of({day(-1), day(-1), false, true}, kDays, day(0));
  ASSERT_EQ(proposals.size(), 2u);
  EXPECT_EQ(proposals[1].group, KeyGroup::close_contact);
  EXPECT_EQ(proposals[1].ends_on, day(13));
  EXPECT_TRUE(proposals_of({day(0), std::nullopt, true, false}, kDays, day(0)).empty());
}

TEST(StatusRules, given_a_full_hour_then_one_more_is_over_and_below_it_is_not) {
  EXPECT_EQ(exceeded({19, 19}, 20), std::nullopt);
  EXPECT_EQ(exceeded({20, 20}, 20), AlarmKind::officer);
  EXPECT_EQ(exceeded({19, 20}, 20), AlarmKind::district);
}

TEST(StatusRules, given_an_alarm_then_only_the_level_above_answers_it) {
  for (const auto reader : {Role::grid_worker, Role::community_officer, Role::system_administrator,
                            Role::security_administrator, Role::audit_administrator}) {
    EXPECT_FALSE(answers(reader, AlarmKind::officer, Role::community_officer));
  }
  EXPECT_TRUE(answers(Role::township_officer, AlarmKind::officer, Role::community_officer));
  EXPECT_FALSE(answers(Role::township_officer, AlarmKind::officer, Role::township_officer));
  EXPECT_TRUE(answers(Role::higher_officer, AlarmKind::officer, Role::county_officer));
  EXPECT_FALSE(answers(Role::county_officer, AlarmKind::district, Role::community_officer));
  EXPECT_TRUE(answers(Role::higher_officer, AlarmKind::district, Role::community_officer));
}

TEST(StatusRules, given_a_document_without_its_parts_then_all_are_named_at_once) {
  SetStatus form;
  form.source = GroundSource::document;
  const auto bare = check_document(form, day(0), 28);
  ASSERT_FALSE(bare);
  EXPECT_EQ(bare.error().fields().size(), 6u);
  form.document = CaseDocument::contact_notice;
  form.document_number = Text<60, 1>{"1号"};
  form.issuer = Text<60, 1>{"疾控中心"};
  form.issued_on = day(0);
  form.starts_on = day(0);
  form.ends_on = day(28);
  EXPECT_TRUE(check_document(form, day(0), 28));
  form.ends_on = day(29);
  EXPECT_FALSE(check_document(form, day(0), 28));
  form.ends_on = day(-1);
  EXPECT_FALSE(check_document(form, day(0), 28));
  form.ends_on = form.starts_on = form.issued_on = day(1);
  const auto ahead = check_document(form, day(0), 28);
  ASSERT_FALSE(ahead);
  EXPECT_EQ(ahead.error().fields().size(), 2u);
}

}  // namespace
}  // namespace wangdi::status
