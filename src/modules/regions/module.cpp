// SPDX-License-Identifier: Apache-2.0
// Registers tables, commands, projections and queries of the division tree.
#include "modules/regions/module.hpp"

#include "modules/regions/commands.hpp"
#include "modules/regions/projection.hpp"
#include "modules/regions/queries.hpp"
#include "modules/regions/tables.hpp"

namespace wangdi::regions {

void register_module(bus::Registry& registry, Parts parts) {
  registry.table(kTree);
  registry.table(kCommunityCount);
  registry.table(kTreeEdition);
  registry.table(kGrid);
  registry.table(kCompound);
  registry.table(kBuilding);
  register_commands(registry, parts.trees);
  register_projections(registry, parts.trees);
  register_queries(registry, std::move(parts.index));
}

}  // namespace wangdi::regions
