// SPDX-License-Identifier: Apache-2.0
// Which tables an installation has in this version of the program, and whether its database has
// them in that form. A difference is noticed before anything is written; `wangdi migrate` ends it.
#pragma once

#include <string>
#include <vector>

#include "common/bus/registry.hpp"
#include "store/engine.hpp"

namespace wangdi::app {

// Journal, vault and access log, then those of the registry.
std::vector<store::TableInfo> tables_of(const bus::Registry& registry);

// What store::differing_tables finds; nothing in a database without a journal, which is new.
Result<std::vector<std::string>> changed_tables(store::Connection& connection,
                                                const std::vector<store::TableInfo>& tables);
// Error: migration_needed, naming some of them.
Status check_schema(store::Connection& connection, const std::vector<store::TableInfo>& tables);
// Makes what is missing and keeps the forms, unless they are kept already; in a transaction of its
// own, so none is open.
Status create_schema(store::Connection& connection, const std::vector<store::TableInfo>& tables);

}  // namespace wangdi::app
