// SPDX-License-Identifier: Apache-2.0
// Brings a database that another version made into this version's form. What the journal can
// rebuild is rebuilt; the journal itself, vault, access log and credentials are carried over column
// by column. On SQLite all of it happens in a file beside, which takes the database's place at the
// end; the old one stays as `wangdi.db.before-<day>`. On PostgreSQL it is one transaction. Killed
// anywhere, the old state or the new one is there, and a second run completes.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/folder.hpp"
#include "base/clock.hpp"
#include "store/engine.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

// What has to be said of a kept table besides: a column with another name, one whose content may be
// lost (`to` is empty), or a whole table that may go (both are empty).
struct ColumnStep {
  std::string_view table;
  std::string_view from;
  std::string_view to;
};

struct MigrateParts {
  std::span<const ColumnStep> steps = {};
  // Called after each step that leaves something on the disk, for tests.
  std::function<void(std::string_view step)> at = [](std::string_view) {};
};

struct Migrated {
  std::vector<std::string> tables;  // those that differed; empty: nothing was to be done
  std::int64_t events = 0;          // replayed
  std::string before;               // the old database; empty on PostgreSQL
};

// Nothing is changed when it fails. Errors: journal_damaged when the chain does not hold or the
// journal is under alarm; migration_refused, naming table and column, when data of a kept table
// would be lost or changed; vault_unreadable; those of Folder::open, open_engine, Vault::open and
// of the storage.
Result<Migrated> migrate(const Config& config, const Clock& clock, const MigrateParts& parts = {});
// The same for a database that just came out of a backup, in a folder that this process holds and
// that no anchor belongs to yet; the backup holds the old one, so it does not stay. Without a vault
// it is not tried whether values open. Errors: migration_refused, journal_damaged,
// vault_unreadable; those of the storage.
Result<Migrated> migrate_restored(const Config& config, const Folder& folder, const Clock& clock,
                                  vault::Vault* vault);

}  // namespace wangdi::app
