// SPDX-License-Identifier: Apache-2.0
// Delays, device marks and first secrets on their own.
#include "access/throttle.hpp"

#include <gtest/gtest.h>

#include <set>

#include "access/device_marks.hpp"
#include "access/secrets.hpp"

namespace wangdi::access {
namespace {

ThrottleKey key(std::uint8_t number) {
  ThrottleKey key;
  key.bytes[0] = number;
  return key;
}

// security: AU4
TEST(Throttle, delays_grow_up_to_the_longest_and_end_after_a_quiet_day) {
  Throttle throttle({.free = 2, .delay_ms_max = 10'000});
  std::int64_t now = 0;
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 9; ++i) {
    throttle.count(key(1), now);
    waits.push_back(throttle.wait(key(1), now));
  }
  EXPECT_EQ(waits,
            (std::vector<std::int64_t>{0, 0, 1'000, 2'000, 4'000, 8'000, 10'000, 10'000, 10'000}));
  EXPECT_EQ(throttle.wait(key(2), now), 0);
  EXPECT_EQ(throttle.wait(key(1), 9'999), 1);
  EXPECT_EQ(throttle.wait(key(1), 10'000), 0);
  throttle.sweep(kThrottleMemoryMs);
  EXPECT_EQ(throttle.size(), 1u);
  throttle.sweep(kThrottleMemoryMs + 1);
  EXPECT_EQ(throttle.size(), 0u);
}

TEST(Throttle, what_is_taken_back_does_not_count) {
  Throttle throttle({.free = 1, .delay_ms_max = 10'000});
  throttle.count(key(1), 0);
  throttle.count(key(1), 0);
  EXPECT_GT(throttle.wait(key(1), 0), 0);
  throttle.take_back(key(1));
  EXPECT_EQ(throttle.wait(key(1), 0), 0);
  throttle.take_back(key(1));
  EXPECT_EQ(throttle.size(), 0u);
}

TEST(Throttle, invented_names_do_not_fill_the_memory) {
  Throttle throttle({.free = 1, .delay_ms_max = 10'000});
  for (std::size_t i = 0; i < kThrottleEntries + 10; ++i) {
    ThrottleKey one;
    std::memcpy(one.bytes.data(), &i, sizeof i);
    throttle.count(one, 0);
  }
  EXPECT_EQ(throttle.size(), kThrottleEntries);
}

crypto::Hmac hmac(std::uint8_t number) {
  const std::array<std::uint8_t, 32> bytes{number};
  return crypto::Hmac(bytes);
}

TEST(DeviceMarks, a_mark_is_known_for_its_accounts_only) {
  crypto::Random random;
  DeviceMarks marks(hmac(1));
  const auto own = marks.with(std::nullopt, "worker.one", random);
  const auto read = DeviceMark::parse(own.text());
  ASSERT_TRUE(read);
  EXPECT_TRUE(marks.knows(*read, "worker.one"));
  EXPECT_FALSE(marks.knows(*read, "worker.two"));
  EXPECT_FALSE(DeviceMarks(hmac(2)).knows(*read, "worker.one"));
  auto of_other = marks.with(std::nullopt, "worker.two", random);
  of_other.tags = own.tags;  // tags are bound to the browser
  EXPECT_FALSE(marks.knows(of_other, "worker.one"));
}

TEST(DeviceMarks, a_shared_browser_is_known_for_the_last_eight) {
  crypto::Random random;
  DeviceMarks marks(hmac(1));
  std::optional<DeviceMark> mark;
  for (int i = 0; i < 9; ++i) mark = marks.with(mark, "worker." + std::to_string(i), random);
  EXPECT_FALSE(marks.knows(*mark, "worker.0"));
  for (int i = 1; i < 9; ++i) EXPECT_TRUE(marks.knows(*mark, "worker." + std::to_string(i))) << i;
  EXPECT_TRUE(DeviceMark::parse(mark->text()));
  const auto again = marks.with(mark, "worker.3", random);
  EXPECT_EQ(again.tags.size(), kMarkTags);
}

TEST(DeviceMarks, what_is_no_mark_is_none) {
  for (const auto& text : {std::string(), std::string("zz"), std::string(32, 'a'),
                           std::string(63, 'a'), std::string(4'000, 'a')}) {
    EXPECT_FALSE(DeviceMark::parse(text)) << text.size();
  }
}

TEST(FirstSecret, is_long_random_and_read_in_any_spelling) {
  crypto::Random random;
  SecretMacs macs(hmac(1));
  AccountId account;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(make_first_secret(random));
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(seen.begin()->size(), 23u);
  EXPECT_EQ(macs.first_secret(account, "ABCDE-FGH23"), macs.first_secret(account, " abcde fgh23"));
  EXPECT_NE(macs.first_secret(account, "ABCDE-FGH23"), macs.first_secret(account, "ABCDE-FGH24"));
  AccountId other;
  other.value.bytes[0] = 1;
  EXPECT_NE(macs.first_secret(account, "ABCDE"), macs.first_secret(other, "ABCDE"));
  EXPECT_EQ(macs.login("Worker.One "), macs.login("ｗｏｒｋｅｒ.one"));
}

}  // namespace
}  // namespace wangdi::access
