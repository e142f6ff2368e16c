// SPDX-License-Identifier: Apache-2.0
// Events of the division tree and of what stands below the community into their tables.
#include "modules/regions/projection.hpp"

#include "modules/regions/tables.hpp"
#include "modules/regions/tree_table.hpp"

namespace wangdi::regions {
namespace {

using bus::Recorded;
using store::Rows;

// Live and in a rebuild the tree is read from the kept copy; without it nothing may be committed.
void tree_imported(const TreeStore& trees, const TreeImported& event, const Recorded& frame,
                   Rows& rows) {
  const auto write = [&]() -> Status {
    WD_TRY(const auto source, trees.find(event.source));
    WD_TRY([[maybe_unused]] const auto written, write_tree(rows.connection(), source));
    return ok();
  };
  if (auto written = write(); !written) {
    rows.fail(std::move(written).error());
    return;
  }
  rows.put(kTreeEdition, {frame.position.district, frame.position.sequence, event.source,
                          event.edition, event.nodes});
}

void grid_added(const GridAdded& event, const Recorded& frame, Rows& rows) {
  rows.put(kGrid, {frame.position.district, event.grid.at(RegionLevel::community), event.grid,
                   event.name});
}

void compound_added(const CompoundAdded& event, const Recorded& frame, Rows& rows) {
  rows.put(kCompound, {frame.position.district, event.community, event.compound, event.name});
}

void building_added(const BuildingAdded& event, const Recorded& frame, Rows& rows) {
  rows.put(kBuilding,
           {frame.position.district, event.building, event.grid, event.compound, event.name,
            event.units, event.floors, event.rooms_per_floor, frame.position.sequence});
}

}  // namespace

void register_projections(bus::Registry& registry, std::shared_ptr<const TreeStore> trees) {
  registry.project<TreeImported>(
      [trees = std::move(trees)](const TreeImported& event, const Recorded& frame, Rows& rows) {
        tree_imported(*trees, event, frame, rows);
      });
  registry.project<GridAdded>(grid_added);
  registry.project<CompoundAdded>(compound_added);
  registry.project<BuildingAdded>(building_added);
}

}  // namespace wangdi::regions
