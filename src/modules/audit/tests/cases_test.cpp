// SPDX-License-Identifier: Apache-2.0
// What the auditor does with cases, and that nobody else can.
#include <gmock/gmock.h>

#include "modules/audit/tests/office.hpp"

namespace wangdi::audit {
namespace {

using bus::CommandStatus;
using ::testing::ElementsAre;
using testing::Harness;
using ::testing::IsEmpty;

// A case about the officer, of lines that no person stands behind.
class AuditCases : public ::testing::Test {
 protected:
  AuditCases() { snoop(5, office.officer()); }
  void snoop(int day, const access::Actor& by) {
    office.at(day, 10);
    office.log_all(by, vault::Operation::unmask, office.ids(16));
    office.at(day + 2, 1);
    office.judge_all();
  }
  AuditCaseId first() { return office.list().rows.items.front().audit_case; }
  static std::string error_of(const bus::Outcome& outcome) {
    return outcome.error ? std::string(error_entry(outcome.error->code()).name) : "";
  }

  Office office;
};

TEST_F(AuditCases, a_case_is_closed_once_with_an_outcome_in_words) {
  const auto id = first();
  EXPECT_EQ(office.close(office.auditor, id, CaseOutcome::warned).status, CommandStatus::applied);
  EXPECT_THAT(office.cases(), IsEmpty());
  const auto closed = office.list(false);
  ASSERT_EQ(closed.rows.size(), 1u);
  EXPECT_EQ(closed.rows.items[0].outcome, CaseOutcome::warned);
  EXPECT_EQ(closed.rows.items[0].reason, "问过本人，看过台账");
  EXPECT_EQ(error_of(office.close(office.auditor, id)), "already_decided");
  EXPECT_EQ(error_of(office.close(office.auditor, AuditCaseId{office.h().id()})), "not_found");
  // The same another day is a case of its own.
  snoop(9, office.officer());
  EXPECT_THAT(office.cases(), ElementsAre("many_households 16/16"));
  EXPECT_TRUE(office.h().rebuild_differences().empty());
}

// security: AZ6, LG5
TEST_F(AuditCases, who_it_is_about_does_not_close_it) {
  auto self = office.auditor;
  self.account = office.officer().account;
  EXPECT_EQ(error_of(office.close(self, first())), "second_person_needed");
  EXPECT_EQ(office.cases().size(), 1u);
}

// security: AZ6, LG5
TEST_F(AuditCases, nobody_else_sees_or_closes_cases) {
  const auto id = first();
  for (const auto& choice : codec::choices<access::Role>()) {
    const auto role = static_cast<access::Role>(choice.value);
    if (role == access::Role::audit_administrator) continue;
    const access::Actor actor{{office.h().id()}, role, {}, {}};
    const std::pair<std::string, std::string> asked[] = {
        {"audit/cases", "open=true"},
        {"audit/case_lines", "district=320508&audit_case=" + id.text()}};
    for (const auto& [path, query] : asked) {
      const auto refused = office.h().query(actor, path, query);
      ASSERT_FALSE(refused) << choice.name;
      EXPECT_EQ(refused.error().code(), ErrorCode::not_found) << choice.name << path;
    }
    EXPECT_EQ(error_of(office.close(actor, id)), "not_found") << choice.name;
  }
}

TEST_F(AuditCases, events_hold_ids_and_counts_only) {
  office.close(office.auditor, first());
  std::vector<std::string> keys;
  Harness::must(journal::replay(*office.h().connection, [&](const journal::RecordRow& record) {
    if (record.type.starts_with("audit.")) {
      EXPECT_EQ(record.body->find("问"), std::string::npos);
      keys.push_back(record.type);
    }
    return ok();
  }));
  EXPECT_THAT(keys, ElementsAre("audit.case_opened", "audit.day_judged", "audit.case_closed"));
}

TEST_F(AuditCases, pages_go_on_where_the_one_before_ended) {
  for (int i = 0; i < 205; ++i) {
    auto reader = office.township;
    reader.account.value.bytes[14] = 1;
    reader.account.value.bytes[15] = static_cast<std::uint8_t>(i);
    office.at(9, 10);
    office.log_all(reader, vault::Operation::unmask, office.ids(16));
  }
  office.at(11, 1);
  office.judge_all();
  const auto page = office.list();
  ASSERT_EQ(page.rows.size(), 200u);
  ASSERT_TRUE(page.next);
  const auto rest = office.list(true, "&after=" + *page.next);
  EXPECT_EQ(rest.rows.size(), 6u);
  EXPECT_FALSE(rest.next);
  EXPECT_FALSE(office.h().query(office.auditor, "audit/cases", "open=true&after=x"));
  for (const auto& one : page.rows) office.close(office.auditor, one.audit_case);
  EXPECT_EQ(office.list(false).rows.size(), 200u);
}

}  // namespace
}  // namespace wangdi::audit
