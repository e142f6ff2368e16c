// SPDX-License-Identifier: Apache-2.0
// Counters: what the boards and reports of every level add up. A projection counts a change once,
// for the community and for the district; a township is the sum of its communities, everything
// above a district the sum of districts. A figure at the end of day D is the sum of the values of
// all days up to D, so a change that takes effect later (a revisit that lapses, a key group that
// ends) is counted at once on its future day.
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
}

}  // namespace wangdi::indicators
