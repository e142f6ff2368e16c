// SPDX-License-Identifier: Apache-2.0
// What stands under the seals of a backup, written to files. Free of engine and modules, so that it
// can be fuzzed.
#pragma once

#include "app/backup.hpp"

namespace wangdi::app {

struct UnpackTo {
  std::string folder;  // holds the other two
  std::string database;
  std::string files;
};

// The first thing in a backup. Errors: backup_damaged, backup_unknown for one of a later version.
Result<BackupManifest> read_manifest(BackupReader& from);
// All that follows, on disk when it returns; gives the number of files. Nothing is written outside
// of the folder and no file that is there is written over. Errors: backup_damaged, storage_failed,
// storage_full.
Result<std::int64_t> unpack(BackupReader& from, const BackupManifest& manifest, const UnpackTo& to);

}  // namespace wangdi::app
