// SPDX-License-Identifier: Apache-2.0
// A sound database in the place of one with damaged pages. What cannot be rebuilt (journal, vault,
// access log, credentials) is copied row by row, every other table is made anew from the journal,
// both into a file beside; the damaged one is kept as `wangdi.db.damaged`.
#pragma once

#include "app/config.hpp"
#include "app/folder.hpp"
#include "app/modules.hpp"

namespace wangdi::app {

// Error journal_damaged, with the first place, when the chain does not hold: nothing may be made
// from such a journal.
Status check_chain(store::Connection& connection);

// Whether the pages of the folder's SQLite database hold together; PostgreSQL looks after its own.
// Errors: journal_damaged, storage_failed when nothing can be read at all.
Result<bool> is_sound(const Config& config, const Folder& folder);

// Returns the number of events replayed. Nothing is changed when it fails. Errors: journal_damaged
// when the chain does not hold; storage_failed, with the table, when a page of what cannot be
// rebuilt is damaged (then a backup is restored); storage_full.
Result<std::int64_t> heal_database(const Config& config, const Folder& folder);

}  // namespace wangdi::app
