// SPDX-License-Identifier: Apache-2.0
// The tables of reporting: stored cut-offs, and when something was last recorded where.
#pragma once

#include <optional>
#include <string>

#include "modules/reporting/messages.hpp"
#include "store/table.hpp"

namespace wangdi::reporting {

// The last record that moved counters of a community, and of a district with its position: how
// fresh a board's rows are and what its figures were counted at.
struct CommunityChangeRow {
  District district;
  RegionCode community;
  UnixMs recorded_at = 0;
};
WD_DESCRIBE(CommunityChangeRow, district, community, recorded_at)
inline constexpr store::Table<CommunityChangeRow, 2> kCommunityChange{"community_change"};

struct DistrictChangeRow {
  District district;
  std::int64_t sequence = 0;
  UnixMs recorded_at = 0;
};
WD_DESCRIBE(DistrictChangeRow, district, sequence, recorded_at)
inline constexpr store::Table<DistrictChangeRow, 1> kDistrictChange{"district_change"};

// A cut-off of a region. Its name is used once for a region.
struct StoredCutOff {
  District district;  // of the region; a pseudo-district above the county
  RegionCode region;
  std::string name;
  CutOffId cut_off;
  CivilDate day;
  UnixMs recorded_at = 0;
  AccountId actor;
  std::int64_t reached = 0;
  std::int64_t due = 0;
  std::int64_t vacant = 0;
  std::int64_t missing = 0;
  std::int64_t overdue = 0;
  std::int64_t key_seen = 0;
  std::int64_t key_due = 0;
  std::int64_t key_missing = 0;
  std::string trend;  // JSON of Trend
  std::int64_t positions_count = 0;
  std::string positions;  // JSON of Positions
};
WD_DESCRIBE(StoredCutOff, district, region, name, cut_off, day, recorded_at, actor, reached, due,
            vacant, missing, overdue, key_seen, key_due, key_missing, trend, positions_count,
            positions)
inline constexpr store::Table<StoredCutOff, 3> kCutOff{"cut_off"};

struct Trend {
  List<TrendDay, kTrendDays> days;
};
WD_DESCRIBE(Trend, days)
struct Positions {
  List<CountedPosition, kPositionsMost> positions;
};
WD_DESCRIBE(Positions, positions)

// A place below, in the order of the board.
struct StoredPlace {
  District district;
  CutOffId cut_off;
  std::int32_t rank = 0;
  RegionCode code;
  std::int64_t communities = 0;
  std::int64_t reached = 0;
  std::int64_t due = 0;
  std::int64_t vacant = 0;
  std::int64_t missing = 0;
  std::int64_t overdue = 0;
  std::int64_t key_seen = 0;
  std::int64_t key_due = 0;
  std::int64_t key_missing = 0;
  std::optional<std::int64_t> updated_at;
};
WD_DESCRIBE(StoredPlace, district, cut_off, rank, code, communities, reached, due, vacant, missing,
            overdue, key_seen, key_due, key_missing, updated_at)
inline constexpr store::Table<StoredPlace, 3> kPlace{"cut_off_place"};

}  // namespace wangdi::reporting
