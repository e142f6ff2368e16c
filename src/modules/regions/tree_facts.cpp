// SPDX-License-Identifier: Apache-2.0
// Facts of the tree, read through the batch or through a reader's snapshot.
#include <algorithm>

#include "modules/regions/facts.hpp"
#include "modules/regions/tables.hpp"
#include "store/rows.hpp"

namespace wangdi::regions {
namespace {

constexpr store::Statement kNodesWithin{
    "regions.nodes_within",
    "SELECT level, code, name, flags, opened, closed, successor FROM region WHERE level = $1 AND "
    "code > $2 AND code <= $3 AND closed IS NULL ORDER BY code LIMIT $4"};
constexpr store::Statement kGridsAfter{
    "regions.grids_after",
    "SELECT district, community, grid, name FROM region_grid WHERE district = $1 AND community = "
    "$2 AND grid > $3 ORDER BY grid LIMIT $4"};
constexpr store::Statement kBuildingsOfGrid{
    "regions.buildings_of_grid",
    "SELECT district, building, grid, compound, name, units, floors, rooms_per_floor, sequence "
    "FROM region_building WHERE district = $1 AND grid >= $2 AND grid <= $3 ORDER BY grid, "
    "sequence "
    "LIMIT $4"};
constexpr store::Statement kCommunitiesWithin{
    "regions.communities_within",
    "SELECT count(*) FROM region WHERE level = $1 AND code >= $2 AND code <= $3 AND closed IS NULL "
    "AND (flags & $4) = 0"};
constexpr store::Statement kNewestEdition{
    "regions.newest_edition",
    "SELECT source, edition, nodes FROM region_edition WHERE district = $1 ORDER BY sequence DESC "
    "LIMIT 1"};
constexpr store::Statement kStatements[] = {kNodesWithin, kGridsAfter, kBuildingsOfGrid,
                                            kCommunitiesWithin, kNewestEdition};

struct Counted {
  std::int64_t communities = 0;
};
WD_DESCRIBE(Counted, communities)

// More siblings than any region has: the largest has a few hundred.
constexpr std::int64_t kSiblingsMost = 2'000;

RegionFacts facts_of(const TreeRow& row) {
  return {row.code, row.name, !row.closed, (row.flags & kHidden) != 0, (row.flags & kVirtual) != 0};
}

RegionFacts facts_of(const GridRow& row) { return {row.grid, row.name, true, false, false}; }

BuildingFacts facts_of(const StoredBuilding& row) {
  return {row.building,        row.grid,    row.name, row.units, row.floors,
          row.rooms_per_floor, row.compound};
}

RegionLevel below(RegionLevel level) {
  return static_cast<RegionLevel>(static_cast<int>(level) + 1);
}

// The node of a code, of either table.
Result<std::optional<PathNode>> node(store::Connection& db, const RegionCode& code) {
  if (code.level() == RegionLevel::grid) {
    WD_TRY(const auto row,
           store::get(db, kGrid, {code.district(), code.at(RegionLevel::community), code}));
    if (!row) return std::optional<PathNode>();
    return std::optional<PathNode>({row->grid, row->name, 0});
  }
  WD_TRY(const auto row, store::get(db, kTree, {code.level(), code}));
  if (!row) return std::optional<PathNode>();
  return std::optional<PathNode>({row->code, row->name, row->flags});
}

// Nodes in force of a level inside a region after a code, in order of code.
Result<std::vector<TreeRow>> nodes_within(store::Connection& db, const RegionCode& region,
                                          RegionLevel level, const std::string& after,
                                          std::int64_t limit) {
  const auto range = codes_within(region, level);
  // The region's own code comes before all codes that begin with it.
  const auto& from = std::max(after, region.text());
  return store::select<TreeRow>(db, kNodesWithin, level, from, range.last, limit);
}

Result<std::vector<RegionStep>> grids_after(store::Connection& db, const RegionCode& community,
                                            const std::string& after, std::size_t limit) {
  WD_TRY(const auto rows, store::select<GridRow>(db, kGridsAfter, community.district(), community,
                                                 std::max(after, community.text()),
                                                 static_cast<std::int64_t>(limit)));
  std::vector<RegionStep> steps;
  for (const auto& row : rows) steps.push_back({row.grid, row.name, RegionLevel::grid});
  return steps;
}

}  // namespace

std::optional<RegionFacts> region_facts(store::Rows& rows, const RegionCode& code) {
  if (code.level() == RegionLevel::grid) {
    const auto* row = rows.find(kGrid, {code.district(), code.at(RegionLevel::community), code});
    return row == nullptr ? std::nullopt : std::optional(facts_of(*row));
  }
  const auto* row = rows.find(kTree, {code.level(), code});
  return row == nullptr ? std::nullopt : std::optional(facts_of(*row));
}

std::optional<BuildingFacts> building_facts(store::Rows& rows, District district,
                                            BuildingId building) {
  const auto* row = rows.find(kBuilding, {district, building});
  return row == nullptr ? std::nullopt : std::optional(facts_of(*row));
}

void want_building(store::Rows& rows, District district, BuildingId building) {
  rows.want(kBuilding, {district, building});
}

std::vector<GridFacts> grids_of(store::Rows& rows, const RegionCode& community) {
  std::vector<GridFacts> grids;
  for (auto& row : rows.list(kGrid, community.district(), community)) {
    grids.push_back({std::move(row.grid), std::move(row.name)});
  }
  return grids;
}

Result<std::optional<RegionView>> region_view(store::Connection& db, const RegionCode& code) {
  std::vector<PathNode> nodes;
  const auto deepest = static_cast<int>(code.level());
  for (int level = code.text().empty() ? 0 : 1; level <= deepest; ++level) {
    WD_TRY(auto found, node(db, code.at(static_cast<RegionLevel>(level))));
    if (found) {
      nodes.push_back(std::move(*found));
    } else if (level == deepest) {
      return std::optional<RegionView>();
    }
  }
  RegionView view;
  view.code = code;
  view.name = nodes.back().name;
  view.level = code.level();
  view.path.items = displayed_path(nodes);
  return std::optional(std::move(view));
}

Result<std::vector<std::string>> region_names(store::Connection& db,
                                              std::span<const RegionCode> codes) {
  std::vector<std::string> names;
  names.reserve(codes.size());
  for (const auto& code : codes) {
    WD_TRY(auto found, node(db, code));
    names.push_back(found ? std::move(found->name) : std::string());
  }
  return names;
}

Result<std::vector<RegionStep>> displayed_children(store::Connection& db, const RegionCode& region,
                                                   const std::optional<RegionCode>& after,
                                                   std::size_t limit) {
  const auto from = after ? after->text() : std::string();
  const auto page = static_cast<std::int64_t>(limit);
  if (region.level() == RegionLevel::grid) return std::vector<RegionStep>();
  if (region.level() == RegionLevel::community) return grids_after(db, region, from, limit);
  const auto level = below(region.level());
  // Only cities and counties hide nodes; there all siblings are read to find them.
  const bool may_hide = level == RegionLevel::city || level == RegionLevel::county;
  WD_TRY(auto rows, nodes_within(db, region, level, may_hide ? std::string() : from,
                                 may_hide ? kSiblingsMost : page));
  std::vector<RegionStep> children;
  const auto take = [&](TreeRow& row) {
    if (row.code.text() > from) children.push_back({row.code, std::move(row.name), row.level});
  };
  for (auto& row : rows) {
    if ((row.flags & kHidden) == 0) {
      take(row);
      continue;
    }
    WD_TRY(auto beneath, nodes_within(db, row.code, below(level), from, page));
    std::ranges::for_each(beneath, take);
  }
  std::ranges::sort(children, {}, &RegionStep::code);
  if (children.size() > limit) children.resize(limit);
  return children;
}

Result<std::int64_t> community_count(store::Connection& db, const RegionCode& region) {
  if (region.level() <= RegionLevel::county) {
    WD_TRY(const auto row, store::get(db, kCommunityCount, {region.level(), region}));
    return row ? row->communities : 0;
  }
  if (region.level() == RegionLevel::grid) return std::int64_t{0};
  const auto range = codes_within(region, RegionLevel::community);
  WD_TRY(const auto counted,
         store::select_one<Counted>(db, kCommunitiesWithin, RegionLevel::community, range.first,
                                    range.last, kVirtual));
  return counted ? counted->communities : 0;
}

Result<std::vector<std::int64_t>> community_counts(store::Connection& db,
                                                   std::span<const RegionCode> regions) {
  std::vector<std::int64_t> counts;
  counts.reserve(regions.size());
  for (const auto& region : regions) {
    WD_TRY(const auto count, community_count(db, region));
    counts.push_back(count);
  }
  return counts;
}

Result<std::optional<BuildingFacts>> building_facts(store::Connection& db, District district,
                                                    BuildingId building) {
  WD_TRY(const auto row, store::get(db, kBuilding, {district, building}));
  if (!row) return std::optional<BuildingFacts>();
  return std::optional(facts_of(*row));
}

Result<std::vector<BuildingFacts>> buildings_of(store::Connection& db, const RegionCode& region) {
  const auto range = codes_within(region, RegionLevel::grid);
  const auto limit = static_cast<std::int64_t>(kBuildingsPerCommunity);
  WD_TRY(const auto rows, store::select<StoredBuilding>(db, kBuildingsOfGrid, region.district(),
                                                        range.first, range.last, limit));
  std::vector<BuildingFacts> buildings;
  for (const auto& row : rows) buildings.push_back(facts_of(row));
  return buildings;
}

Result<std::optional<TreeFacts>> tree_in_force(store::Connection& db) {
  return store::select_one<TreeFacts>(db, kNewestEdition, RegionCode().district());
}

std::span<const store::Statement> statements() { return kStatements; }

}  // namespace wangdi::regions
