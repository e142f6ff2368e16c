// SPDX-License-Identifier: Apache-2.0
// The days of a hold, to the day.
#include "modules/holds/rules.hpp"

#include <gtest/gtest.h>

namespace wangdi::holds {
namespace {

constexpr std::int64_t kMost = 180;
const CivilDate kToday = CivilDate::parse("2020-02-18").value();

TEST(HoldRules, given_an_end_then_tomorrow_and_the_longest_are_the_bounds) {
  const std::pair<int, bool> cases[] = {{-1, false}, {0, false},    {1, true},
                                        {90, true},  {kMost, true}, {kMost + 1, false}};
  for (const auto& [days, is_right] : cases) {
    const auto checked = check_end(kToday.plus_days(days), kToday, kMost);
    EXPECT_EQ(checked.has_value(), is_right) << days;
    if (checked) continue;
    EXPECT_EQ(checked.error().code(), ErrorCode::hold_end_invalid);
  }
}

TEST(HoldRules, given_a_hold_then_its_last_day_still_holds_and_a_lifted_one_not) {
  const auto end = kToday.plus_days(3);
  EXPECT_TRUE(runs({end, std::nullopt}, end));
  EXPECT_FALSE(runs({end, std::nullopt}, end.plus_days(1)));
  EXPECT_FALSE(runs({end, kToday}, kToday));
}

TEST(HoldRules, given_a_secret_hold_then_the_resident_reads_of_it_when_it_is_over) {
  const Term running{kToday, std::nullopt};
  EXPECT_TRUE(is_told(running, true, kToday));
  EXPECT_FALSE(is_told(running, false, kToday));
  EXPECT_TRUE(is_told(running, false, kToday.plus_days(1)));
  EXPECT_TRUE(is_told({kToday, kToday}, false, kToday));
}

}  // namespace
}  // namespace wangdi::holds
