// SPDX-License-Identifier: Apache-2.0
// Sessions that write beside the first one: who may have one, and where it writes.
#include "store/postgres.hpp"
#include "store/tests/postgres_fixture.hpp"

namespace wangdi::store {
namespace {

TEST_F(PostgresTest, given_a_session_beside_the_first_then_a_new_server_waits_for_both) {
  auto beside = dynamic_cast<RemoteEngine&>(*engine_).open_beside(1).value();
  EXPECT_FALSE(dynamic_cast<RemoteEngine&>(*engine_).open_beside(1)) << "a lane is one session's";
  ASSERT_TRUE(beside->begin());
  ASSERT_TRUE(insert(*beside, 1));
  writer_.reset();
  const auto other = open_postgres({.url = testing::postgres_url_of(file())}).value();
  const auto refused = other->open_writer();
  ASSERT_FALSE(refused) << "its last batch is not done";
  EXPECT_EQ(refused.error().code(), ErrorCode::folder_in_use);
  ASSERT_TRUE(beside->commit());
  beside.reset();
  const auto next = other->open_writer();
  ASSERT_TRUE(next);
  EXPECT_EQ(count(**next), 1);
}

TEST_F(PostgresTest, given_that_the_first_session_is_lost_then_one_beside_it_does_not_come_back) {
  auto options = testing::postgres_options_of(file());
  options.reconnect_ms = 0;
  writer_.reset();
  const auto engine = open_postgres(options).value();
  auto first = engine->open_writer().value();
  const auto beside = dynamic_cast<RemoteEngine&>(*engine).open_beside(3).value();
  end_sessions_of(*first);
  end_sessions_of(*beside);
  const auto alone = beside->begin();
  ASSERT_FALSE(alone) << "another server may have begun";
  EXPECT_EQ(alone.error().code(), ErrorCode::storage_failed);
  ASSERT_TRUE(first->begin());
  ASSERT_TRUE(first->commit());
  ASSERT_TRUE(beside->begin());
  ASSERT_TRUE(insert(*beside, 1));
  ASSERT_TRUE(beside->commit());
}

TEST_F(PostgresTest, given_that_a_batch_has_one_district_then_rows_of_another_are_refused) {
  constexpr District kOther{1};
  ASSERT_TRUE(writer_->begin());
  remote().write_only_in({&kOther, 1});
  const auto outside = writer_->bulk(kNote.info(), BulkMode::kPut, Many(1));
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().code(), ErrorCode::internal);
  writer_->rollback();
  ASSERT_TRUE(writer_->begin());
  EXPECT_TRUE(writer_->bulk(kNote.info(), BulkMode::kPut, Many(1))) << "to the transaction's end";
  ASSERT_TRUE(writer_->commit());
}

}  // namespace
}  // namespace wangdi::store
