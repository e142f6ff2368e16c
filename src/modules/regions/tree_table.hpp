// SPDX-License-Identifier: Apache-2.0
// Writing a whole tree into its table: past the batch's working set, since 665,000 rows of
// reference data need no cache.
#pragma once

#include "modules/regions/importer.hpp"
#include "store/engine.hpp"

namespace wangdi::regions {

// Puts the tree of `source` in force, inside the caller's transaction. Codes that the source lacks
// are closed on its day and kept; a code that appears opens on that day; names follow the source.
// Errors: tree_refused, storage_failed; the caller then rolls back.
Result<TreeSummary> write_tree(store::Connection& to, const TreeSource& source);

}  // namespace wangdi::regions
