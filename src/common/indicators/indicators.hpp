// SPDX-License-Identifier: Apache-2.0
// Counters: what the boards and reports of every level add up. A projection counts a change once,
// for the community and for the district; a township is the sum of its communities, everything
// above a district the sum of districts. A running figure at the end of day D is the sum of the
// values of all days up to D, so a change that takes effect later (a revisit that lapses, a key
// group that ends) is counted at once on its future day.
#pragma once

#include "codec/describe.hpp"
#include "store/rows.hpp"

namespace wangdi::indicators {

// Values are stored: never renumber.
enum class Indicator : std::int16_t {
  households_registered = 1,
  persons_registered = 2,
  households_reached = 3,  // per round
  households_vacant = 4,   // per round: confirmed at the door
  revisits_lapsed = 5,     // per round: a promised revisit whose day has passed
  key_persons_due = 6,     // running number of persons in a key group
  key_persons_seen = 7,    // of one day, not a running sum
  visits = 8,              // of one day
  exceptions = 9,          // of one day: persons with an exception
  fevers = 10,             // of one day: temperature above the alert parameter
};
WD_ENUM(Indicator, (households_registered, "登记户数", "Households registered"),
        (persons_registered, "登记人数", "Persons registered"),
        (households_reached, "已排查户数", "Households reached"),
        (households_vacant, "空置户数", "Households vacant"),
        (revisits_lapsed, "逾期待访户数", "Lapsed revisits"),
        (key_persons_due, "应监测重点人数", "Key persons due"),
        (key_persons_seen, "已监测重点人数", "Key persons seen"), (visits, "走访次数", "Visits"),
        (exceptions, "异常人数", "Exceptions"), (fevers, "发热人数", "Fevers"))

// A running indicator is summed over days; the others are counts of one day.
constexpr bool is_running(Indicator indicator) {
  switch (indicator) {
    case Indicator::households_registered:
    case Indicator::persons_registered:
    case Indicator::households_reached:
    case Indicator::households_vacant:
    case Indicator::revisits_lapsed:
    case Indicator::key_persons_due:
      return true;
    case Indicator::key_persons_seen:
    case Indicator::visits:
    case Indicator::exceptions:
    case Indicator::fevers:
      return false;
  }
  return false;
}

// A row on this day (9999-12-31) holds the sum of all days of a running indicator. A figure at the
// end of day D is read as that row less the days after D, which are few: a board of today reads no
// history. Standing behind every real day, it is never among the days up to D.
inline constexpr CivilDate kAllDays = CivilDate::from_days(2'932'896);

struct CommunityDayRow {
  District district;
  RegionCode community;
  Indicator indicator{};
  RoundId round;  // nil where the indicator is not of a round
  CivilDate day;
  std::int64_t value = 0;
};
WD_DESCRIBE(CommunityDayRow, district, community, indicator, round, day, value)

struct DistrictDayRow {
  District district;
  Indicator indicator{};
  RoundId round;
  CivilDate day;
  std::int64_t value = 0;
};
WD_DESCRIBE(DistrictDayRow, district, indicator, round, day, value)

inline constexpr store::Index kDistrictDayIndexes[] = {
    // The one index that starts without district: roll-ups above the district read only it.
    {"rollup", "indicator, round, day, district, value", false},
};
inline constexpr store::Table<CommunityDayRow, 5> kCommunityDay{"community_day"};
inline constexpr store::Table<DistrictDayRow, 4> kDistrictDay{"district_day", kDistrictDayIndexes};

// Counts `delta` for a community (or anything below it) on a day.
inline void count(store::Rows& rows, const RegionCode& where, CivilDate day, Indicator indicator,
                  RoundId round, std::int64_t delta) {
  if (delta == 0) return;
  const auto community = where.at(RegionLevel::community);
  rows.add(kCommunityDay, {community.district(), community, indicator, round, day, delta});
  rows.add(kDistrictDay, {community.district(), indicator, round, day, delta});
  if (!is_running(indicator)) return;
  rows.add(kCommunityDay, {community.district(), community, indicator, round, kAllDays, delta});
  rows.add(kDistrictDay, {community.district(), indicator, round, kAllDays, delta});
}

}  // namespace wangdi::indicators
