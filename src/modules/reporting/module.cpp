// SPDX-License-Identifier: Apache-2.0
// Registers tables, command, projections and queries of reporting, and the counters' tables: many
// modules count, reporting reads.
#include "modules/reporting/module.hpp"

#include "common/indicators/indicators.hpp"
#include "modules/reporting/commands.hpp"
#include "modules/reporting/projection.hpp"
#include "modules/reporting/queries.hpp"
#include "modules/reporting/tables.hpp"

namespace wangdi::reporting {

void register_module(bus::Registry& registry) {
  registry.table(indicators::kCommunityDay);
  registry.table(indicators::kDistrictDay);
  registry.table(kCommunityChange);
  registry.table(kDistrictChange);
  registry.table(kCutOff);
  registry.table(kPlace);
  register_commands(registry);
  register_projections(registry);
  register_queries(registry);
}

}  // namespace wangdi::reporting
