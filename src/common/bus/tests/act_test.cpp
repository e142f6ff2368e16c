// SPDX-License-Identifier: Apache-2.0
// Acts of the server itself: their events are recorded and projected like a command's, what they
// destroy stays verifiable and rebuildable, and one that fails leaves nothing.
#include <gtest/gtest.h>

#include "journal/destruction.hpp"
#include "tests/support/harness.hpp"

namespace wangdi::bus {
namespace {

using testing::Harness;

constexpr District kDistrict{320508};

void register_destroyed(Registry& registry) { registry.event<journal::RecordsDestroyed>(); }

class Acts : public ::testing::Test {
 protected:
  Acts() { h_.send(actor_, {}); }  // the writer runs
  Status hold(std::optional<Error> error = std::nullopt) {
    return h_.writer->run_act(
        [&](CommandContext& context, journal::Journal&) -> Result<Decision> {
          Decision decision;
          decision.events.push_back(event(h_.id(), context.region, CommandHeld{"test.command"}));
          if (!error) return decision;
          context.rows.put(kHeldCommand,
                           {kDistrict, CommandId{h_.id()}, context.region, "lost", {}, 0, 0});
          return *error;
        },
        kDistrict);
  }
  template <class Row, std::size_t K>
  std::vector<Row> all(const store::Table<Row, K>& table) {
    auto reader = Harness::must(h_.engine->open_reader());
    std::vector<Row> rows;
    Harness::must(
        reader->by_key(table.info(), 0, store::bind_all(), [&](const store::RowReader& from) {
          rows.push_back(store::read_row<Row>(from));
          return true;
        }));
    return rows;
  }
  journal::Verification verify() {
    auto reader = Harness::must(h_.engine->open_reader());
    return Harness::must(journal::verify(*reader));
  }

  const access::Actor actor_ = testing::actor(access::Role::community_officer, "320508005012");
  Harness h_{register_destroyed};
};

TEST_F(Acts, given_an_act_then_its_events_are_recorded_and_one_that_fails_leaves_nothing) {
  EXPECT_TRUE(hold());
  ASSERT_EQ(all(journal::kRecord).size(), 1u);
  EXPECT_EQ(all(kHeldCommand).size(), 1u);
  const auto failed = hold(Error(ErrorCode::journal_damaged));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::journal_damaged);
  EXPECT_EQ(all(journal::kRecord).size(), 1u);
  EXPECT_EQ(all(kHeldCommand).size(), 1u);
  h_.writer->refuse_commands();
  EXPECT_FALSE(hold()) << "under an alarm";
  EXPECT_TRUE(h_.rebuild_differences().empty());
}

TEST_F(Acts, given_a_destroyed_record_then_verification_and_a_rebuild_know_of_it) {
  ASSERT_TRUE(hold());
  const auto destroy = [&](CommandContext& context, journal::Journal&) -> Result<Decision> {
    const journal::Doomed doomed{1, journal::Destroy::whole};
    WD_TRY(auto destroyed,
           journal::destroy(context.rows.connection(), kDistrict, {&doomed, 1}, {}));
    const auto row = all(kHeldCommand).front();
    context.rows.erase(kHeldCommand, {row.district, row.command});
    journal::RecordsDestroyed told;
    told.records = std::move(destroyed.records);
    told.seals = std::move(destroyed.seals);
    Decision decision;
    decision.events.push_back(event(context.id.value, context.region, std::move(told)));
    return decision;
  };
  ASSERT_TRUE(h_.writer->run_act(destroy, kDistrict));
  EXPECT_EQ(verify().destroyed, 1);
  EXPECT_TRUE(verify().findings.empty());
  EXPECT_TRUE(h_.rebuild_differences().empty());
  EXPECT_FALSE(all(journal::kRecord).front().body);
}

}  // namespace
}  // namespace wangdi::bus
