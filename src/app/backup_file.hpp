// SPDX-License-Identifier: Apache-2.0
// The file of a backup: a head and one text sealed in chunks under a key derived from the root.
//   head   "WANGDI-BACKUP-1\n" | random number of the backup (16) | check of the key (16)
//          | header of the stream (24)
//   chunk  256 KiB of text and 17 bytes of seal; the last one is shorter or as long and says that
//          it is the last. Each chunk binds the head.
// Nothing of a file is used that was not sealed by the holder of the root: that is its signature.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/ids.hpp"
#include "common/crypto/crypto.hpp"
#include "common/crypto/stream.hpp"
#include "common/files/files.hpp"

namespace wangdi::app {

inline constexpr std::size_t kBackupChunkBytes = 256u << 10;

// Writes `<path>.part`, which becomes `path` only when it is whole and on disk.
class BackupWriter {
 public:
  // Errors: file_exists, root_missing, storage_failed, storage_full.
  static Result<BackupWriter> create(const std::string& path, const std::string& root,
                                     const Uuid& backup);
  BackupWriter(BackupWriter&& other) noexcept = default;
  ~BackupWriter();

  Status write(crypto::ByteView text);
  Status finish();

 private:
  BackupWriter(std::string path, files::OpenFile file, crypto::Bytes head,
               crypto::StreamSealer sealer);
  Status seal(crypto::Chunk chunk);

  std::string path_;
  files::OpenFile file_;
  crypto::Bytes head_;
  crypto::StreamSealer sealer_;
  crypto::Bytes waiting_, sealed_;
};

class BackupReader {
 public:
  // Errors: backup_unknown, backup_key_wrong, backup_damaged, root_missing, storage_failed.
  static Result<BackupReader> open(const std::string& path, const std::string& root);

  const Uuid& backup() const { return backup_; }
  // Exactly as many bytes as the span has. Error: backup_damaged.
  Status read(std::span<std::uint8_t> to);
  // Nothing may be left. Error: backup_damaged.
  Status finish();

 private:
  BackupReader(files::OpenFile file, crypto::Bytes head, Uuid backup, crypto::StreamOpener opener);
  Status next();
  Error damaged() const;

  files::OpenFile file_;
  crypto::Bytes head_;
  Uuid backup_;
  crypto::StreamOpener opener_;
  crypto::Bytes sealed_, plain_;
  std::size_t used_ = 0;
  std::int64_t chunk_ = 0;
  bool last_ = false;
};

}  // namespace wangdi::app
