// SPDX-License-Identifier: Apache-2.0
// What a migration does with each table, found out before anything is touched.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/copy_table.hpp"
#include "app/migrate.hpp"
#include "store/forms.hpp"

namespace wangdi::app {

// A table that the journal cannot rebuild, as it was and where its columns come from.
struct CarriedTable {
  store::TableInfo now;
  std::unique_ptr<store::StoredTable> old;  // nothing: the table is new, or of the same form
  bool is_new = false;
  ColumnSources sources;
};

struct MigratePlan {
  std::vector<std::string> changed;    // by name; empty: nothing is to be done
  std::vector<CarriedTable> carried;   // every kept table of this version
  std::vector<std::string> abandoned;  // tables of the database that this version does not have
};

// Errors: migration_refused, storage_failed.
Result<MigratePlan> plan_migration(store::Connection& connection,
                                   const std::vector<store::TableInfo>& tables,
                                   std::span<const ColumnStep> steps);

}  // namespace wangdi::app
