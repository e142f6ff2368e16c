// SPDX-License-Identifier: Apache-2.0
// What other modules may ask of the division tree and of what stands below the community: with Rows
// inside a write batch, with a Connection in a query.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "modules/regions/messages.hpp"

namespace wangdi::store {
class Connection;
class Rows;
struct Statement;
}  // namespace wangdi::store

namespace wangdi::regions {

struct RegionFacts {
  RegionCode code;
  std::string name;
  bool in_force = true;     // false: the code is gone
  bool hidden = false;      // 市辖区, a pseudo county: not shown in paths and lists
  bool is_virtual = false;  // a community where nobody may live
};

struct GridFacts {
  RegionCode grid;
  std::string name;
};

struct BuildingFacts {
  BuildingId building;
  RegionCode grid;
  std::string name;
  std::int32_t units = 1;
  std::int32_t floors = 1;
  std::int32_t rooms_per_floor = 1;
  std::optional<CompoundId> compound = {};
};

// The tree in force.
struct TreeFacts {
  SourceDigest source{};
  CivilDate edition;  // the day whose state it shows
  std::int64_t nodes = 0;
};
WD_DESCRIBE(TreeFacts, source, edition, nodes)

// Before a batch on a database server, for bus::Foresight.
void want_building(store::Rows& rows, District district, BuildingId building);

// Nothing when there is no such node; a grid counts as a node.
std::optional<RegionFacts> region_facts(store::Rows& rows, const RegionCode& code);
std::optional<BuildingFacts> building_facts(store::Rows& rows, District district,
                                            BuildingId building);
std::vector<GridFacts> grids_of(store::Rows& rows, const RegionCode& community);

// The node with the way to it as it is shown; nothing when there is no such node.
Result<std::optional<RegionView>> region_view(store::Connection& db, const RegionCode& code);
// The names of many nodes at once, in the order asked; empty where there is none.
Result<std::vector<std::string>> region_names(store::Connection& db,
                                              std::span<const RegionCode> codes);
// At most `limit` children after a code, in order of code, as RegionChildren describes them.
Result<std::vector<RegionStep>> displayed_children(store::Connection& db, const RegionCode& region,
                                                   const std::optional<RegionCode>& after,
                                                   std::size_t limit);
// Communities of the tree in force at or below a region, virtual ones left out; 0 below a community
// and where there is no such region. A point read down to the county, a short scan below it.
Result<std::int64_t> community_count(store::Connection& db, const RegionCode& region);
// The same for many regions, in the order asked.
Result<std::vector<std::int64_t>> community_counts(store::Connection& db,
                                                   std::span<const RegionCode> regions);
Result<std::optional<BuildingFacts>> building_facts(store::Connection& db, District district,
                                                    BuildingId building);
// Of a community or of one grid; by grid, then in the order in which they were added.
Result<std::vector<BuildingFacts>> buildings_of(store::Connection& db, const RegionCode& region);
// Nothing before the first import.
Result<std::optional<TreeFacts>> tree_in_force(store::Connection& db);

// The catalogue of the module's statements.
std::span<const store::Statement> statements();

}  // namespace wangdi::regions
