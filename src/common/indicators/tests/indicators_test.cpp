// SPDX-License-Identifier: Apache-2.0
// What one count writes: the community, its district, and the sum of all days where days add up.
#include "common/indicators/indicators.hpp"

#include <gtest/gtest.h>

#include "store/sqlite.hpp"

namespace wangdi::indicators {
namespace {

CivilDate february(int day) { return *CivilDate::from_parts(2020, 2, static_cast<unsigned>(day)); }

class Counters : public ::testing::Test {
 protected:
  void SetUp() override {
    engine_ = store::open_sqlite({.path = ":memory:"}).value();
    db_ = engine_->open_writer().value();
    ASSERT_TRUE(db_->create(kCommunityDay.info()));
    ASSERT_TRUE(db_->create(kDistrictDay.info()));
  }
  void count(Indicator indicator, int day, std::int64_t delta) {
    store::Rows rows(*db_, store::Start::kStored);
    indicators::count(rows, grid_, february(day), indicator, {}, delta);
    ASSERT_TRUE(rows.flush());
  }
  std::optional<std::int64_t> community(Indicator indicator, CivilDate day) {
    const auto code = grid_.at(RegionLevel::community);
    const auto row =
        store::get(*db_, kCommunityDay, {code.district(), code, indicator, {}, day}).value();
    return row ? std::optional(row->value) : std::nullopt;
  }
  std::optional<std::int64_t> district(Indicator indicator, CivilDate day) {
    const auto row = store::get(*db_, kDistrictDay, {grid_.district(), indicator, {}, day}).value();
    return row ? std::optional(row->value) : std::nullopt;
  }

  const RegionCode grid_ = RegionCode::parse("990101001001001").value();
  std::unique_ptr<store::Engine> engine_;
  std::unique_ptr<store::Connection> db_;
};

TEST_F(Counters, given_a_running_indicator_when_counted_then_the_row_of_all_days_is_its_sum) {
  count(Indicator::key_persons_due, 18, 3);
  count(Indicator::key_persons_due, 19, 2);
  count(Indicator::key_persons_due, 25, -1);
  for (const auto& value : {community(Indicator::key_persons_due, kAllDays),
                            district(Indicator::key_persons_due, kAllDays)}) {
    EXPECT_EQ(value, 4);
  }
  EXPECT_EQ(community(Indicator::key_persons_due, february(19)), 2);
  EXPECT_EQ(district(Indicator::key_persons_due, february(25)), -1);
}

TEST_F(Counters, given_an_indicator_of_one_day_when_counted_then_there_is_no_row_of_all_days) {
  count(Indicator::visits, 18, 1);
  count(Indicator::visits, 18, 1);
  EXPECT_EQ(community(Indicator::visits, february(18)), 2);
  EXPECT_EQ(community(Indicator::visits, kAllDays), std::nullopt);
  EXPECT_EQ(district(Indicator::visits, kAllDays), std::nullopt);
}

TEST_F(Counters, given_no_change_when_counted_then_nothing_is_written) {
  count(Indicator::households_reached, 18, 0);
  EXPECT_EQ(community(Indicator::households_reached, february(18)), std::nullopt);
  EXPECT_EQ(community(Indicator::households_reached, kAllDays), std::nullopt);
}

TEST(AllDays, given_the_row_of_all_days_when_compared_then_it_stands_behind_every_day) {
  EXPECT_EQ(kAllDays.text(), "9999-12-31");
}

}  // namespace
}  // namespace wangdi::indicators
