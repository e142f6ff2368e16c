// SPDX-License-Identifier: Apache-2.0
// Reads counters as they stood at the end of a day: by district above the county, by community in a
// county and below it.
#pragma once

#include <vector>

#include "common/indicators/indicators.hpp"
#include "modules/reporting/rules.hpp"
#include "modules/reporting/tables.hpp"
#include "store/engine.hpp"

namespace wangdi::reporting {

struct PlaceValue {
  RegionCode place;  // a district or a community
  std::int64_t value = 0;
};

struct PlaceHouseholds {
  RegionCode place;
  HouseholdCounters counters;
};

// Households of an area in a round, place by place, and of the whole what a trend needs.
struct AreaHouseholds {
  std::vector<PlaceHouseholds> places;
  TrendCounters trend;
};

class CounterReader {
 public:
  // `finest`: the places values are given for, county or community.
  CounterReader(store::Connection& db, CivilDate day, RegionLevel finest)
      : db_(db), day_(day), finest_(finest) {}

  CivilDate day() const { return day_; }

  // The places are districts when asked for and the area is no smaller than one, else communities.
  Result<AreaHouseholds> households(const RegionCode& area, RoundId round);
  // A running indicator that is of no round, at the end of the day.
  Result<std::vector<PlaceValue>> running(const RegionCode& area, indicators::Indicator indicator);
  // An indicator that is counted anew each day.
  Result<std::vector<PlaceValue>> of_day(const RegionCode& area, indicators::Indicator indicator);

 private:
  Result<AreaHouseholds> households_by_district(const RegionCode& area, RoundId round);
  // The day before the first of a trend.
  CivilDate before_trend() const { return day_.plus_days(-static_cast<std::int32_t>(kTrendDays)); }

  store::Connection& db_;
  CivilDate day_;
  RegionLevel finest_;
};

// Districts, or communities of one district, of an area where something was ever recorded, by code.
Result<std::vector<DistrictChangeRow>> district_changes(store::Connection& db,
                                                        const RegionCode& area);
Result<std::vector<CommunityChangeRow>> community_changes(store::Connection& db,
                                                          const RegionCode& area);
// Nothing for a pseudo-district.
std::optional<RegionCode> code_of(District district);

}  // namespace wangdi::reporting
