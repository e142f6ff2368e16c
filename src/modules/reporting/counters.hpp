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

class CounterReader {
 public:
  // `finest`: the places values are given for, county or community.
  CounterReader(store::Connection& db, CivilDate day, RegionLevel finest)
      : db_(db), day_(day), finest_(finest) {}

  CivilDate day() const { return day_; }

  // A running indicator of an area at the end of the day; nil round where it is of none. The places
  // are districts when asked for and the area is no smaller than one, else communities.
  Result<std::vector<PlaceValue>> running(const RegionCode& area, indicators::Indicator indicator,
                                          RoundId round);
  // An indicator that is counted anew each day.
  Result<std::vector<PlaceValue>> of_day(const RegionCode& area, indicators::Indicator indicator);
  // What was counted on each of the seven days that end on the day.
  Result<DailyChanges> changes(const RegionCode& area, indicators::Indicator indicator,
                               RoundId round);

 private:
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
