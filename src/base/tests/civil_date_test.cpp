// SPDX-License-Identifier: Apache-2.0
// Days: parsing, the zone's edge, ages; random days go round.
#include "base/civil_date.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace wangdi {
namespace {

constexpr ZoneOffset kChina;
constexpr ZoneOffset kUtc{0};

CivilDate day(std::string_view text) { return CivilDate::parse(text).value(); }

TEST(CivilDate, parses_only_days_that_exist_in_the_one_form) {
  for (const auto text : {"1850-01-01", "1970-01-01", "2000-02-29", "2020-02-29", "2150-12-31"}) {
    ASSERT_TRUE(CivilDate::parse(text)) << text;
    EXPECT_EQ(day(text).text(), text);
  }
  for (const auto text :
       {"", "2020-2-18", "2020-02-30", "2019-02-29", "1900-02-29", "2020-13-01", "2020-00-01",
        "2020-01-00", "2020-04-31", "1849-12-31", "2151-01-01", "20200218", "2020/02/18",
        "2020-02-18 ", " 2020-02-18", "2020-02-1x", "-020-02-18", "2020-+2-18", "２０２０-02-18"}) {
    EXPECT_FALSE(CivilDate::parse(text)) << text;
  }
}

TEST(CivilDate, parts) {
  EXPECT_EQ(day("2020-02-18").year(), 2020);
  EXPECT_EQ(day("2020-02-18").month(), 2u);
  EXPECT_EQ(day("2020-02-18").day(), 18u);
  EXPECT_EQ(day("1970-01-01").days(), 0);
  EXPECT_EQ(day("1969-12-31").days(), -1);
}

struct Edge {
  UnixMs instant;
  ZoneOffset zone;
  std::string_view expected;
};

TEST(CivilDate, the_day_of_an_instant_turns_at_the_zones_midnight) {
  const Edge edges[] = {
      {0, kUtc, "1970-01-01"},
      {-1, kUtc, "1969-12-31"},
      {86'399'999, kUtc, "1970-01-01"},
      {86'400'000, kUtc, "1970-01-02"},
      {-86'400'000, kUtc, "1969-12-31"},
      {-86'400'001, kUtc, "1969-12-30"},
      {0, kChina, "1970-01-01"},
      {57'599'999, kChina, "1970-01-01"},  // 23:59:59.999 in China
      {57'600'000, kChina, "1970-01-02"},
      {-28'800'001, kChina, "1969-12-31"},
      {-28'800'000, kChina, "1970-01-01"},
      {1'582'041'599'999, kChina, "2020-02-18"},
      {1'582'041'600'000, kChina, "2020-02-19"},
  };
  for (const auto& [instant, zone, expected] : edges) {
    EXPECT_EQ(CivilDate::of(instant, zone).text(), expected) << instant;
  }
}

TEST(CivilDate, start_is_the_first_instant_of_the_day) {
  EXPECT_EQ(day("2020-02-19").start(kChina), 1'582'041'600'000);
  EXPECT_TRUE(rc::check("start and of fit together", [] {
    const auto some = CivilDate::from_days(*rc::gen::inRange(-40'000, 60'000));
    const ZoneOffset zone{*rc::gen::inRange(-720, 841)};
    RC_ASSERT(CivilDate::of(some.start(zone), zone) == some);
    RC_ASSERT(CivilDate::of(some.start(zone) - 1, zone) == some.plus_days(-1));
    RC_ASSERT(CivilDate::parse(some.text()) == some);
  }));
}

TEST(CivilDate, counts_days) {
  EXPECT_EQ(day("2020-03-01") - day("2020-02-28"), 2);
  EXPECT_EQ(day("2020-02-18").plus_days(14), day("2020-03-03"));
  EXPECT_LT(day("2020-02-18"), day("2020-02-19"));
}

struct Age {
  std::string_view birth, on;
  int years;
};

TEST(Age, changes_on_the_birthday) {
  const Age ages[] = {
      {"1990-03-07", "2020-03-06", 29}, {"1990-03-07", "2020-03-07", 30},
      {"1990-03-07", "2020-12-31", 30}, {"2020-02-18", "2020-02-18", 0},
      {"2000-02-29", "2019-02-28", 18}, {"2000-02-29", "2019-03-01", 19},
      {"2000-02-29", "2020-02-29", 20}, {"1850-01-01", "2150-12-31", 300},
  };
  for (const auto& [birth, on, years] : ages) {
    EXPECT_EQ(age_in_years(day(birth), day(on)), years) << birth << " on " << on;
  }
}

}  // namespace
}  // namespace wangdi
