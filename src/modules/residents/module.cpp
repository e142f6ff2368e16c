// SPDX-License-Identifier: Apache-2.0
// Registers tables, commands and projections of the roster.
#include "modules/residents/module.hpp"

#include "modules/residents/commands.hpp"
#include "modules/residents/projection.hpp"
#include "modules/residents/tables.hpp"

namespace wangdi::residents {

void register_module(bus::Registry& registry) {
  registry.table(kHousehold);
  registry.table(kPerson);
  registry.table(kKeyMember);
  registry.table(kFieldChange);
  register_commands(registry);
  register_projections(registry);
}

}  // namespace wangdi::residents
