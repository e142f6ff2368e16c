// SPDX-License-Identifier: Apache-2.0
// Registers tables, commands, projections and the question of what restricts a person.
#include "modules/status/module.hpp"

#include "modules/status/commands.hpp"
#include "modules/status/projection.hpp"
#include "modules/status/queries.hpp"
#include "modules/status/tables.hpp"

namespace wangdi::status {

void register_module(bus::Registry& registry) {
  registry.table(kEntry);
  registry.table(kAlarm);
  register_commands(registry);
  register_projections(registry);
  register_queries(registry);
}

}  // namespace wangdi::status
