// SPDX-License-Identifier: Apache-2.0
// Rows of any table into another database, without knowing the type of a row.
#pragma once

#include <optional>
#include <vector>

#include "store/engine.hpp"

namespace wangdi::app {

// For each column of the new table the one of the old table that it is taken from; nothing where
// there is none: then it is null, or 0 or empty where it may not be null.
using ColumnSources = std::vector<std::optional<std::size_t>>;
// Each from itself.
ColumnSources same_columns(const store::TableInfo& table);

// All rows of `old` into the empty table `now`, inside the caller's transaction. Errors:
// storage_failed, with the table where it cannot be read, storage_full.
Status copy_table(store::Connection& from, const store::TableInfo& old, store::Connection& to,
                  const store::TableInfo& now, const ColumnSources& sources);
// The same where both have one form.
Status copy_table(store::Connection& from, store::Connection& to, const store::TableInfo& table);

}  // namespace wangdi::app
