// SPDX-License-Identifier: Apache-2.0
// What a backup holds and how it is made beside a running server. The sealed text is
//   size of the manifest (4 bytes) | manifest (JSON) | database | files
// with files as size of the path (4) | path | size (8) | bytes, ended by a path of size 0. Numbers
// are big-endian. Keys of persons, root and epoch are not in it.
#pragma once

#include <string>

#include "app/backup_file.hpp"
#include "app/config.hpp"
#include "base/clock.hpp"
#include "codec/describe.hpp"
#include "types/list.hpp"

namespace wangdi::app {

inline constexpr std::int64_t kBackupForm = 1;
inline constexpr std::size_t kBackupDistrictsMax = 10'000;
inline constexpr std::size_t kBackupManifestBytesMax = 2u << 20;
inline constexpr std::size_t kBackupPathBytesMax = 4'096;

// A district with the last position that the backup holds of it.
struct BackupHead {
  std::int32_t district = 0;
  std::int64_t sequence = 0;
};
WD_DESCRIBE(BackupHead, district, sequence)

struct BackupManifest {
  std::int64_t form = kBackupForm;
  std::string version;  // of the program that made it
  std::int64_t made_at = 0;
  bool demo = false;
  std::int64_t records = 0;  // of the journal
  std::int64_t database_bytes = 0;
  List<BackupHead, kBackupDistrictsMax> heads;
};
WD_DESCRIBE(BackupManifest, form, version, made_at, demo, records, database_bytes, heads)

// A PostgreSQL database is copied with its own tools. Error: configuration_invalid.
Status check_is_sqlite(const Config& config);

// Writes a backup of the folder as it stands after one commit; a server may go on using it. Errors:
// folder_not_initialised, folder_of_other_user, folder_in_use (another backup runs), file_exists,
// usage (`to` lies in the data or keys folder), root_missing, keys_missing, keys_mismatch,
// configuration_invalid, storage_full, storage_failed.
Result<BackupManifest> make_backup(const Config& config, const Clock& clock, const std::string& to);

}  // namespace wangdi::app
