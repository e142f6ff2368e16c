// SPDX-License-Identifier: Apache-2.0
// The access log, the comparison of bodies and the receipts.
#include <gtest/gtest.h>

#include "vault/tests/fixture.hpp"

namespace wangdi::vault {
namespace {

constexpr UnixMs kDayMs = 86'400'000;
constexpr UnixMs kMinuteMs = 60'000;

AccountId account_of(std::uint8_t number) {
  AccountId account;
  account.value.bytes[15] = number;
  return account;
}
AccessEntry unmask_of(std::uint32_t person) {
  return {.district = kDistrict,
          .actor = account_of(1),
          .purpose = Purpose::medical_followup,
          .operation = Operation::unmask,
          .region = *RegionCode::parse("990101001001"),
          .subject = subject_of(person),
          .fields = {Field::name, Field::phone}};
}

class RecordsTest : public VaultTest {};

// security: LG1
TEST_F(RecordsTest, a_logged_look_says_who_when_why_at_whom_and_at_which_fields) {
  auto run = opened();
  ASSERT_TRUE(run.batch([](Writer& to) { return to.log(unmask_of(1), kNow); }).has_value());
  const auto row = store::get(*run.reading, kAccessLog, {kDistrict, 1});
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_EQ((*row)->actor, account_of(1));
  EXPECT_EQ((*row)->at, kNow);
  EXPECT_EQ((*row)->purpose, Purpose::medical_followup);
  EXPECT_EQ((*row)->subject, subject_of(1));
  EXPECT_EQ(Fields::from_bits((*row)->fields), (Fields{Field::phone, Field::name}));
  EXPECT_EQ((*row)->region.text(), "990101001001");
}

// security: LG2
TEST_F(RecordsTest, a_changed_missing_or_added_row_of_the_access_log_is_found) {
  struct Case {
    const char* what;
    store::Statement statement;
    std::int64_t broken;
  };
  const Case cases[] = {
      {"another actor", {"a", "UPDATE access_log SET actor = $1 WHERE sequence = 3"}, 3},
      {"another purpose",
       {"b", "UPDATE access_log SET purpose = 3 WHERE sequence = 5 AND $1 = $1"},
       5},
      {"a row less", {"c", "DELETE FROM access_log WHERE sequence = 2 AND $1 = $1"}, 2},
      {"the first row less", {"d", "DELETE FROM access_log WHERE sequence = 1 AND $1 = $1"}, 1},
      {"a row more",
       {"e",
        "INSERT INTO access_log SELECT district, 7, at, $1, purpose, operation, region, subject, "
        "fields, count, hash FROM access_log WHERE sequence = 6"},
       7},
  };
  for (const auto& one : cases) {
    SetUp();
    auto run = opened();
    for (std::uint32_t i = 0; i < 6; ++i) {
      ASSERT_TRUE(
          run.batch([&](Writer& to) { return to.log(unmask_of(i), kNow + i); }).has_value());
    }
    EXPECT_EQ(first_broken_access_row(*run.main, kDistrict)->value_or(0), 0);
    ASSERT_TRUE(store::run(*run.main, one.statement, account_of(9)).has_value()) << one.what;
    EXPECT_EQ(first_broken_access_row(*run.main, kDistrict)->value_or(0), one.broken) << one.what;
    TearDown();
  }
}

TEST_F(RecordsTest, the_chain_goes_on_after_refusals_failures_and_restarts) {
  {
    auto run = opened();
    ASSERT_TRUE(run.batch([](Writer& to) -> Status {
                     WD_TRY([[maybe_unused]] auto a, to.log(unmask_of(1), kNow));
                     const auto mark = to.mark();
                     WD_TRY([[maybe_unused]] auto b, to.log(unmask_of(2), kNow));
                     to.undo(mark);
                     return to.log(unmask_of(3), kNow);
                   })
                    .has_value());
    EXPECT_FALSE(run.batch([](Writer& to) -> Status {
                      WD_TRY([[maybe_unused]] auto a, to.log(unmask_of(4), kNow));
                      return Error(ErrorCode::storage_full);
                    })
                     .has_value());
    ASSERT_TRUE(run.batch([](Writer& to) { return to.log(unmask_of(5), kNow); }).has_value());
  }
  auto run = opened();
  ASSERT_TRUE(run.batch([](Writer& to) { return to.log(unmask_of(6), kNow); }).has_value());
  EXPECT_FALSE(first_broken_access_row(*run.main, kDistrict)->has_value());
  EXPECT_TRUE(store::get(*run.main, kAccessLog, {kDistrict, 4})->has_value());
  EXPECT_FALSE(store::get(*run.main, kAccessLog, {kDistrict, 5})->has_value());
  EXPECT_EQ(access_log_districts(*run.main)->size(), 1u);
}

// security: VA2
TEST_F(RecordsTest, an_account_searches_exactly_at_most_a_hundred_times_an_hour) {
  auto run = opened();
  const auto search = [&](std::uint8_t account, UnixMs at) {
    auto entry = unmask_of(1);
    entry.operation = Operation::exact_search;
    entry.actor = account_of(account);
    const auto done = run.batch([&](Writer& to) { return to.log(entry, at); });
    return done ? std::string("searches")
                : fill_text(error_entry(done.error().code()).advice[1], done.error().details());
  };
  for (int i = 0; i < kExactSearchesPerHour; ++i) {
    ASSERT_EQ(search(1, kNow + i * 1'000), "searches") << i;
  }
  EXPECT_EQ(search(1, kNow + 30 * kMinuteMs), "Search again in 30 minutes");
  EXPECT_EQ(search(2, kNow + 30 * kMinuteMs), "searches") << "each account has its own";
  EXPECT_EQ(search(1, kNow + 60 * kMinuteMs + 500), "searches") << "the first of the hour is past";
  EXPECT_EQ(search(1, kNow + 60 * kMinuteMs + 600), "Search again in 1 minutes");
}

// security: FI4
TEST_F(RecordsTest, a_permission_for_once_is_used_once_also_at_the_same_moment) {
  auto run = opened();
  auto entry = unmask_of(1);
  entry.operation = Operation::export_file;
  const auto refused = [](const Status& status) {
    return !status && status.error().code() == ErrorCode::second_person_needed;
  };
  ASSERT_TRUE(run.batch([&](Writer& to) { return to.log(entry, kNow); }).has_value());
  entry.once_since = kNow;  // what was done before the permission does not use it
  ASSERT_TRUE(run.batch([&](Writer& to) {
                   EXPECT_TRUE(to.log(entry, kNow + 1).has_value());
                   EXPECT_TRUE(refused(to.log(entry, kNow + 1))) << "in the same batch";
                   return ok();
                 })
                  .has_value());
  EXPECT_TRUE(refused(run.batch([&](Writer& to) { return to.log(entry, kNow + 2); })));
  entry.once_since = kNow + 1;  // a new permission
  EXPECT_TRUE(run.batch([&](Writer& to) { return to.log(entry, kNow + 3); }).has_value());
}

TEST_F(RecordsTest, a_repeat_is_told_from_a_new_body_until_the_month_key_is_destroyed) {
  const std::string body = R"({"name":"测试甲"})";
  const auto end_of_february = kNow + 11 * kDayMs;  // 29 February
  BodyMac mac;
  {
    auto run = opened();
    ASSERT_TRUE(run.batch([&](Writer& to) {
                     mac = to.body_mac(kNow, body).value();
                     return ok();
                   })
                    .has_value());
    EXPECT_EQ(run.writer->same_body(kNow, body, mac), true);
    EXPECT_EQ(run.writer->same_body(kNow, body + " ", mac), false);
  }
  {
    auto run = opened({}, end_of_february);
    EXPECT_EQ(run.writer->same_body(kNow, body, mac), true) << "kept over a restart";
    ASSERT_TRUE(run.batch([&](Writer& to) {
                     EXPECT_NE(to.body_mac(end_of_february + 2 * kDayMs, body), mac)
                         << "each month has its own key";
                     return ok();
                   })
                    .has_value());
    EXPECT_EQ(run.writer->same_body(kNow, body, mac), true);
  }
  {
    auto run = opened({}, end_of_february + 31 * kDayMs);
    EXPECT_EQ(run.writer->same_body(kNow, body, mac), true) << "31 March, the last day";
  }
  auto run = opened({}, end_of_february + 32 * kDayMs);
  EXPECT_FALSE(run.writer->same_body(kNow, body, mac).has_value()) << "1 April: destroyed";
  EXPECT_FALSE(run.writer->body_mac(kNow, body).has_value()) << "and never made again";
}

TEST_F(RecordsTest, a_receipt_holds_for_its_district_position_and_restore_only) {
  auto vault = Vault::open(paths_);
  ASSERT_TRUE(vault.has_value());
  Receipts receipts(**vault);
  const auto receipt = receipts.make(kDistrict, 41, 0);
  EXPECT_EQ(receipt.size(), 32u);
  EXPECT_TRUE(receipts.holds(kDistrict, 41, 0, receipt));
  EXPECT_FALSE(receipts.holds(kDistrict, 42, 0, receipt));
  EXPECT_FALSE(receipts.holds(kDistrict, 41, 1, receipt));
  EXPECT_FALSE(receipts.holds(District{990102}, 41, 0, receipt));
  EXPECT_FALSE(receipts.holds(kDistrict, 41, 0, ""));
}

}  // namespace
}  // namespace wangdi::vault
