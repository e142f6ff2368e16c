// SPDX-License-Identifier: Apache-2.0
// A data folder out of a backup: for use, or only to try it.
#pragma once

#include "app/backup.hpp"
#include "app/migrate.hpp"

namespace wangdi::app {

struct Restored {
  BackupManifest manifest;
  std::int64_t number = 0;  // of this restore, in receipts from now on
  Migrated migrated;        // of another version's backup
};
// Makes config.data from a backup, for the keys and root that config names, with the tables of this
// version. Nothing is left behind when it fails. Everybody has to log in again. Errors: those of
// BackupReader::open, of Folder::create and of Vault::open; configuration_invalid (the storage is
// PostgreSQL), backup_damaged, keys_mismatch, migration_refused, storage_full, storage_failed.
Result<Restored> restore_backup(const Config& config, const Clock& clock, const std::string& from);

struct Drill {
  BackupManifest manifest;
  Migrated migrated;
  std::int64_t files = 0;
  std::int64_t events = 0;            // replayed
  std::int64_t tables_different = 0;  // of those that were rebuilt from the journal
  bool keys_tried = false;            // false: a running server holds them
  std::int64_t fields_read = 0;       // of a sample of sealed fields
  std::int64_t fields_erased = 0;     // their keys are gone
  std::int64_t fields_unreadable = 0;
  bool is_sound() const { return tables_different == 0 && fields_unreadable == 0; }
};
// Restores into `<data>.drill`, examines it and removes it; the live folder is not touched. Errors:
// as above.
Result<Drill> drill_backup(const Config& config, const Clock& clock, const std::string& from);

}  // namespace wangdi::app
