// SPDX-License-Identifier: Apache-2.0
// The tables of regions. The tree is a reference table: it stands whole beside every district's
// rows and its key is level and code, because a code alone is not unique when filled up with zeros.
#pragma once

#include <optional>
#include <string>

#include "modules/regions/messages.hpp"
#include "modules/regions/rules.hpp"
#include "store/table.hpp"

namespace wangdi::regions {

struct TreeRow {
  RegionLevel level = RegionLevel::nation;
  RegionCode code;
  std::string name;  // as published
  NodeFlags flags = 0;
  std::optional<CivilDate> opened;  // no day: as far back as is known
  std::optional<CivilDate> closed;  // first day on which the code is gone
  std::optional<RegionCode> successor;
};
WD_DESCRIBE(TreeRow, level, code, name, flags, opened, closed, successor)
inline constexpr store::Table<TreeRow, 2> kTree{"region"};

// How many communities of the tree in force lie in a region, from the nation down to the counties:
// boards divide by it, and counting the nation each time would take too long. A reference table.
struct CommunityCountRow {
  RegionLevel level = RegionLevel::nation;
  RegionCode code;
  std::int64_t communities = 0;  // where somebody may live
};
WD_DESCRIBE(CommunityCountRow, level, code, communities)
inline constexpr store::Table<CommunityCountRow, 2> kCommunityCount{"region_communities"};

// The trees that were imported; the one with the highest sequence is in force.
struct TreeEditionRow {
  District district;
  std::int64_t sequence = 0;  // of the record
  SourceDigest source{};
  CivilDate edition;
  std::int64_t nodes = 0;
};
WD_DESCRIBE(TreeEditionRow, district, sequence, source, edition, nodes)
inline constexpr store::Table<TreeEditionRow, 2> kTreeEdition{"region_edition"};

struct GridRow {
  District district;
  RegionCode community;
  RegionCode grid;
  std::string name;
};
WD_DESCRIBE(GridRow, district, community, grid, name)
inline constexpr store::Table<GridRow, 3> kGrid{"region_grid"};

struct CompoundRow {
  District district;
  RegionCode community;
  CompoundId compound;
  std::string name;
};
WD_DESCRIBE(CompoundRow, district, community, compound, name)
inline constexpr store::Table<CompoundRow, 3> kCompound{"region_compound"};

struct StoredBuilding {
  District district;
  BuildingId building;
  RegionCode grid;
  std::optional<CompoundId> compound;
  std::string name;
  std::int32_t units = 1;
  std::int32_t floors = 1;
  std::int32_t rooms_per_floor = 1;
  std::int64_t sequence = 0;  // of the record that added it
};
WD_DESCRIBE(StoredBuilding, district, building, grid, compound, name, units, floors,
            rooms_per_floor, sequence)
inline constexpr store::Index kBuildingIndexes[] = {
    {"grid", "district, grid, sequence"},
};
inline constexpr store::Table<StoredBuilding, 2> kBuilding{"region_building", kBuildingIndexes};

}  // namespace wangdi::regions
