// SPDX-License-Identifier: Apache-2.0
// Registers tables, commands, projections and queries of the roster.
#include "modules/residents/module.hpp"

#include "modules/residents/commands.hpp"
#include "modules/residents/household_tables.hpp"
#include "modules/residents/projection.hpp"
#include "modules/residents/queries.hpp"

namespace wangdi::residents {

void register_module(bus::Registry& registry) {
  registry.table(kHousehold);
  registry.table(kPerson);
  registry.table(kKeyMember);
  registry.table(kFieldChange);
  registry.table(kErasedPerson);
  registry.table(kErasedHousehold);
  register_commands(registry);
  register_projections(registry);
  register_queries(registry);
}

void register_search(bus::Registry& registry, const pinyin::Table& pinyin) {
  register_search_query(registry, pinyin);
}

}  // namespace wangdi::residents
