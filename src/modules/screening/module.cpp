// SPDX-License-Identifier: Apache-2.0
// Registers tables, commands and projections of screening.
#include "modules/screening/module.hpp"

#include "modules/screening/commands.hpp"
#include "modules/screening/projection.hpp"
#include "modules/screening/tables.hpp"

namespace wangdi::screening {

void register_module(bus::Registry& registry) {
  registry.table(kRound);
  registry.table(kRegionRounds);
  registry.table(kVisit);
  registry.table(kDoor);
  registry.table(kDoorDay);
  register_commands(registry);
  register_projections(registry);
}

}  // namespace wangdi::screening
