// SPDX-License-Identifier: Apache-2.0
// When the next epoch of the keys is due.
#include "app/key_keeper.hpp"

#include <gtest/gtest.h>

namespace wangdi::app {
namespace {

constexpr ZoneOffset kChina{.minutes_east = 480};
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;

UnixMs at(std::string_view day, std::int64_t minutes) {
  return CivilDate::parse(day).value().start(kChina) + minutes * kMinuteMs;
}

TEST(Epochs, given_when_one_began_then_the_next_is_due_at_the_hour_that_follows) {
  constexpr int kThree = 3;
  const auto three = [&](std::string_view day) { return at(day, 3 * 60); };
  EXPECT_EQ(next_epoch_at(at("2020-02-18", 2 * 60 + 59), kThree, kChina), three("2020-02-18"));
  EXPECT_EQ(next_epoch_at(three("2020-02-18"), kThree, kChina), three("2020-02-19"));
  EXPECT_EQ(next_epoch_at(at("2020-02-18", 23 * 60), kThree, kChina), three("2020-02-19"));
  EXPECT_EQ(next_epoch_at(at("2020-02-29", 12 * 60), kThree, kChina), three("2020-03-01"));
  EXPECT_EQ(next_epoch_at(at("2020-02-18", 0), 0, kChina), at("2020-02-19", 0));
  // Never more than a day after the last one.
  for (std::int64_t minute = 0; minute < 24 * 60; minute += 7) {
    const auto begun = at("2020-02-18", minute);
    const auto next = next_epoch_at(begun, kThree, kChina);
    EXPECT_GT(next, begun);
    EXPECT_LE(next - begun, 24 * kHourMs);
  }
}

}  // namespace
}  // namespace wangdi::app
