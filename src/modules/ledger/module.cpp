// SPDX-License-Identifier: Apache-2.0
// Registers tables, commands, projections and queries of the ledger.
#include "modules/ledger/module.hpp"

#include "modules/ledger/commands.hpp"
#include "modules/ledger/projection.hpp"
#include "modules/ledger/queries.hpp"
#include "modules/ledger/tables.hpp"

namespace wangdi::ledger {

void register_module(bus::Registry& registry, ModuleParts parts) {
  registry.table(kSlip);
  registry.table(kRequest);
  registry.table(kNotice);
  register_commands(registry, parts);
  register_projections(registry);
  register_queries(registry);
}

}  // namespace wangdi::ledger
