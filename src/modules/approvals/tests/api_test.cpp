// SPDX-License-Identifier: Apache-2.0
// The second person over the real write path.
#include <gtest/gtest.h>

#include "modules/accounts/tables.hpp"
#include "modules/approvals/module.hpp"
#include "modules/approvals/rules.hpp"
#include "modules/approvals/tables.hpp"
#include "modules/approvals/views.hpp"
#include "modules/regions/tables.hpp"
#include "tests/support/harness.hpp"

namespace wangdi::approvals {
namespace {

using access::Role;
using testing::Harness;

constexpr std::int64_t kHours = 24;
constexpr std::int64_t kHourMs = 3'600'000;

class Approvals : public ::testing::Test {
 protected:
  Approvals() {
    for (const auto& table :
         {regions::kTree.info(), regions::kGrid.info(), accounts::kHome.info()}) {
      Harness::must(h.connection->create(table));
    }
  }
  AskApproval form() {
    return {ApprovalId{h.id()},
            Action::export_roster,
            community,
            vault::Purpose::official_request,
            {"普查要用"}};
  }
  template <class Command>
  std::string sent(const access::Actor& by, const Command& command) {
    const auto outcome = h.send(by, command, command.region);
    return outcome.error ? std::string(error_entry(outcome.error->code()).name) : "done";
  }
  ApprovalsView waiting(const access::Actor& by) {
    const auto answer = Harness::must(h.query(by, "approvals", "region=" + by.region.text()));
    return Harness::must(codec::decode<ApprovalsView>(answer.bytes));
  }

  Harness h{register_module};
  const RegionCode community = testing::region("320508005012");
  const access::Actor officer = testing::actor(Role::community_officer, "320508005012", 1);
  const access::Actor colleague = testing::actor(Role::community_officer, "320508005012", 2);
  const access::Actor neighbour = testing::actor(Role::community_officer, "320508005013", 3);
  const access::Actor county = testing::actor(Role::county_officer, "320508", 4);
};

// security: FI4
TEST_F(Approvals, given_a_request_then_only_somebody_else_of_the_region_decides_it_once) {
  const auto ask = form();
  EXPECT_EQ(sent(officer, ask), "done");
  const auto seen = waiting(colleague).rows.items;
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].reason, "普查要用");
  EXPECT_FALSE(seen[0].is_own);
  EXPECT_TRUE(waiting(officer).rows.items.at(0).is_own);
  const DecideApproval allow{ask.approval, community, true};
  EXPECT_EQ(sent(officer, allow), "second_person_needed");
  EXPECT_EQ(sent(neighbour, allow), "not_found");
  EXPECT_EQ(sent(colleague, allow), "done");
  EXPECT_EQ(sent(county, allow), "already_decided");
  EXPECT_TRUE(waiting(colleague).rows.items.empty());
  EXPECT_TRUE(h.rebuild_differences().empty());
}

TEST_F(Approvals, given_a_request_whose_time_is_over_then_nobody_decides_it) {
  const auto ask = form();
  EXPECT_EQ(sent(officer, ask), "done");
  h.clock.advance(kHours * kHourMs);
  EXPECT_TRUE(waiting(county).rows.items.empty());
  EXPECT_EQ(sent(county, DecideApproval{ask.approval, community, true}), "already_decided");
}

TEST(ApprovalRules, given_each_state_and_boundary_then_the_rule_says) {
  const AccountId one = testing::actor(Role::county_officer, "320508", 1).account;
  const AccountId other = testing::actor(Role::county_officer, "320508", 2).account;
  const Request open{one, 1'000, ApprovalState::asked};
  const auto end = 1'000 + kHours * kHourMs;
  EXPECT_TRUE(may_decide(open, other, end - 1, kHours));
  EXPECT_EQ(may_decide(open, other, end, kHours).error().code(), ErrorCode::already_decided);
  EXPECT_EQ(may_decide(open, one, 2'000, kHours).error().code(), ErrorCode::second_person_needed);
  for (const auto state : {ApprovalState::allowed, ApprovalState::refused}) {
    EXPECT_EQ(may_decide({one, 1'000, state}, other, 2'000, kHours).error().code(),
              ErrorCode::already_decided);
  }
}

}  // namespace
}  // namespace wangdi::approvals
