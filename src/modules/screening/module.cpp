// SPDX-License-Identifier: Apache-2.0
// Registers tables, commands, projections and queries of screening.
#include "modules/screening/module.hpp"

#include "modules/screening/commands.hpp"
#include "modules/screening/projection.hpp"
#include "modules/screening/queries.hpp"
#include "modules/screening/tables.hpp"

namespace wangdi::screening {

void register_module(bus::Registry& registry) {
  registry.table(kRound);
  registry.table(kRegionRounds);
  registry.table(kVisit);
  registry.table(kDoor);
  registry.table(kDoorDay);
  registry.table(kPersonDay);
  register_commands(registry);
  register_projections(registry);
  register_queries(registry);
}

}  // namespace wangdi::screening
