// SPDX-License-Identifier: Apache-2.0
// Sealing and opening of the chunks of a backup.
#include "app/backup_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "vault/root.hpp"

namespace wangdi::app {
namespace {

using crypto::Bytes;
using crypto::ByteView;
using files::file_error;
using files::OpenFile;
using files::read_some;
using files::write_all;

constexpr std::string_view kMagic = "WANGDI-BACKUP-1\n";
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kCheckBytes = 16;
constexpr std::size_t kHeadBytes =
    kMagic.size() + kIdBytes + kCheckBytes + crypto::kStreamHeaderBytes;
constexpr std::size_t kSealedBytes = kBackupChunkBytes + crypto::kStreamOverheadBytes;

// Tells a wrong key from a damaged file.
Bytes key_check(const crypto::SecretKey& key) {
  const auto mac = crypto::Hmac(key.view()).mac({crypto::bytes_of("check")});
  return {mac.begin(), mac.begin() + kCheckBytes};
}

void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

std::string part_of(const std::string& path) { return path + ".part"; }

}  // namespace

BackupWriter::BackupWriter(std::string path, OpenFile file, Bytes head, crypto::StreamSealer sealer)
    : path_(std::move(path)),
      file_(std::move(file)),
      head_(std::move(head)),
      sealer_(std::move(sealer)) {
  waiting_.reserve(kBackupChunkBytes);
}

BackupWriter::~BackupWriter() {
  if (file_.is_open()) ::unlink(part_of(path_).c_str());
}

Result<BackupWriter> BackupWriter::create(const std::string& path, const std::string& root,
                                          const Uuid& backup) {
  WD_TRY(const auto key, vault::backup_key(root, backup.bytes));
  std::error_code failed;
  if (std::filesystem::exists(path, failed)) {
    return Error(ErrorCode::file_exists).with("path", path);
  }
  OpenFile file(
      ::open(part_of(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return file_error(part_of(path));
  crypto::StreamSealer sealer(key.view());
  Bytes head;
  append(head, crypto::bytes_of(kMagic));
  append(head, backup.bytes);
  append(head, key_check(key));
  append(head, sealer.header());
  BackupWriter writer(path, std::move(file), std::move(head), std::move(sealer));
  WD_TRY([[maybe_unused]] auto written, write_all(writer.file_, writer.head_));
  return writer;
}

Status BackupWriter::seal(crypto::Chunk chunk) {
  sealer_.seal(head_, waiting_, chunk, sealed_);
  waiting_.clear();
  return write_all(file_, sealed_);
}

Status BackupWriter::write(ByteView text) {
  while (!text.empty()) {
    // A full chunk waits until there is more: it may be the last.
    if (waiting_.size() == kBackupChunkBytes) {
      WD_TRY([[maybe_unused]] auto sealed, seal(crypto::Chunk::more));
    }
    const auto part = text.first(std::min(text.size(), kBackupChunkBytes - waiting_.size()));
    append(waiting_, part);
    text = text.subspan(part.size());
  }
  return ok();
}

Status BackupWriter::finish() {
  WD_TRY([[maybe_unused]] auto sealed, seal(crypto::Chunk::last));
  if (::fsync(file_.get()) != 0) return file_error("fsync of the backup");
  if (::rename(part_of(path_).c_str(), path_.c_str()) != 0) return file_error("rename");
  file_ = OpenFile();
  return files::sync_folder_of(path_);
}

BackupReader::BackupReader(OpenFile file, Bytes head, Uuid backup, crypto::StreamOpener opener)
    : file_(std::move(file)), head_(std::move(head)), backup_(backup), opener_(std::move(opener)) {}

Result<BackupReader> BackupReader::open(const std::string& path, const std::string& root) {
  OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return file_error(path);
  Bytes head(kHeadBytes);
  WD_TRY(const auto count, read_some(file, head));
  const auto view = ByteView(head);
  if (count < kMagic.size() || crypto::text_of(view.first(kMagic.size())) != kMagic) {
    return Error(ErrorCode::backup_unknown);
  }
  if (count < kHeadBytes) return Error(ErrorCode::backup_damaged).with("where", "0");
  auto rest = view.subspan(kMagic.size());
  Uuid backup;
  std::ranges::copy(rest.first(kIdBytes), backup.bytes.begin());
  WD_TRY(const auto key, vault::backup_key(root, backup.bytes));
  if (!crypto::equal(key_check(key), rest.subspan(kIdBytes, kCheckBytes))) {
    return Error(ErrorCode::backup_key_wrong);
  }
  std::array<std::uint8_t, crypto::kStreamHeaderBytes> header{};
  std::ranges::copy(rest.last(header.size()), header.begin());
  return BackupReader(std::move(file), std::move(head), backup,
                      crypto::StreamOpener(key.view(), header));
}

Error BackupReader::damaged() const {
  return Error(ErrorCode::backup_damaged).with("where", std::to_string(chunk_));
}

Status BackupReader::next() {
  if (last_) return damaged();
  ++chunk_;
  sealed_.resize(kSealedBytes);
  WD_TRY(const auto count, read_some(file_, sealed_));
  const auto chunk = opener_.open(head_, ByteView(sealed_).first(count), plain_);
  used_ = 0;
  if (!chunk) return damaged();
  last_ = *chunk == crypto::Chunk::last;
  // Only the last chunk may be shorter, so nothing can hide between two.
  if (!last_ && count != kSealedBytes) return damaged();
  return ok();
}

Status BackupReader::read(std::span<std::uint8_t> to) {
  while (!to.empty()) {
    if (used_ == plain_.size()) {
      WD_TRY([[maybe_unused]] auto opened, next());
      continue;
    }
    const auto size = std::min(to.size(), plain_.size() - used_);
    std::copy_n(plain_.begin() + static_cast<std::ptrdiff_t>(used_), size, to.begin());
    used_ += size;
    to = to.subspan(size);
  }
  return ok();
}

Status BackupReader::finish() {
  while (!last_) {
    if (used_ != plain_.size()) return damaged();
    WD_TRY([[maybe_unused]] auto opened, next());
  }
  if (used_ != plain_.size()) return damaged();
  std::array<std::uint8_t, 1> more{};
  WD_TRY(const auto left, read_some(file_, more));
  return left == 0 ? ok() : Status(damaged());
}

}  // namespace wangdi::app
