// SPDX-License-Identifier: Apache-2.0
// Making a backup: a copy of the database at one commit, then everything sealed into one file.
#include "app/backup.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "app/folder.hpp"
#include "app/version.hpp"
#include "codec/json.hpp"
#include "common/bus/restored.hpp"
#include "store/sqlite.hpp"
#include "vault/root.hpp"

namespace wangdi::app {
namespace {

using files::file_error;
using files::OpenFile;
using files::read_some;

namespace fs = std::filesystem;

// The server must still find room for its WAL while the copy stands.
constexpr std::uint64_t kRoomForServer = 64u << 20;
constexpr std::size_t kReadBytes = 1u << 20;

// The copy of the database; in the data folder, because only there it is as safe as the original.
class Copy {
 public:
  explicit Copy(const std::string& folder) : path_(folder + "/wangdi.db-backup") { remove(); }
  ~Copy() { remove(); }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  const std::string& path() const { return path_; }

 private:
  void remove() const {
    std::error_code failed;
    for (const char* end : {"", "-wal", "-shm", "-journal"}) fs::remove(path_ + end, failed);
  }
  std::string path_;
};

// One backup at a time, since there is one place for the copy.
Result<OpenFile> take_lock(const std::string& folder) {
  OpenFile lock(
      ::open((folder + "/BACKUP").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.is_open()) return file_error("BACKUP");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) return Error(ErrorCode::folder_in_use).because("another backup runs");
  return file_error("flock");
}

bool lies_in(const std::string& file, const std::string& folder) {
  std::error_code failed;
  const auto inner = fs::weakly_canonical(file, failed);
  const auto outer = fs::weakly_canonical(folder, failed);
  const auto [left, right] = std::ranges::mismatch(outer, inner);
  return left == outer.end();
}

Status check_room(const std::string& folder) {
  std::error_code failed;
  std::uint64_t size = 0;
  for (const char* name : {"/wangdi.db", "/wangdi.db-wal"}) {
    const auto part = fs::file_size(folder + name, failed);
    if (!failed) size += part;
  }
  struct statvfs room{};
  if (::statvfs(folder.c_str(), &room) != 0) return file_error("statvfs");
  if (std::uint64_t{room.f_bavail} * room.f_frsize < size + kRoomForServer) {
    return Error(ErrorCode::storage_full).because("no room for a copy of the database");
  }
  return ok();
}

Status write_file(BackupWriter& to, const std::string& path, std::int64_t size) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.is_open()) return file_error(path);
  std::vector<std::uint8_t> bytes(kReadBytes);
  for (auto left = static_cast<std::size_t>(size); left > 0;) {
    WD_TRY(const auto count, read_some(file, std::span(bytes).first(std::min(left, bytes.size()))));
    if (count == 0) return Error(ErrorCode::storage_failed).because(path + ": shorter than it was");
    WD_TRY([[maybe_unused]] auto written, to.write(crypto::ByteView(bytes).first(count)));
    left -= count;
  }
  return ok();
}

// What was handed in, each file as it is named below `files`. They never change once they are
// there; what is still being copied ends in .part and belongs to no record yet.
Status write_files(BackupWriter& to, const std::string& files) {
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(files, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->path().extension() == ".part") {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file(failed)) continue;
    const auto name = fs::relative(entry->path(), files, failed).string();
    const auto size = static_cast<std::int64_t>(entry->file_size(failed));
    if (failed) break;
    WD_TRY([[maybe_unused]] auto a,
           to.write(crypto::big_endian(static_cast<std::uint32_t>(name.size()))));
    WD_TRY([[maybe_unused]] auto b, to.write(crypto::bytes_of(name)));
    WD_TRY([[maybe_unused]] auto c, to.write(crypto::big_endian(size)));
    WD_TRY([[maybe_unused]] auto d, write_file(to, entry->path().string(), size));
  }
  if (failed) return Error(ErrorCode::storage_failed).because("files: " + failed.message());
  return to.write(crypto::big_endian(std::uint32_t{0}));
}

Result<BackupManifest> manifest_of(const std::string& copy, const Config& config, UnixMs now) {
  BackupManifest manifest;
  manifest.version = kVersion;
  manifest.made_at = now;
  std::error_code failed;
  manifest.demo = fs::exists(config.data + "/DEMO", failed);
  manifest.database_bytes = static_cast<std::int64_t>(fs::file_size(copy, failed));
  if (failed) return Error(ErrorCode::storage_failed).because("copy: " + failed.message());
  WD_TRY(const auto engine, store::open_sqlite({.path = copy}));
  WD_TRY(const auto connection, engine->open_reader());
  WD_TRY(const auto heads, bus::journal_heads(*connection));
  for (const auto& head : heads) {
    manifest.heads.items.push_back({head.district.number, head.sequence});
    manifest.records += head.sequence;  // numbered from 1 without gaps
  }
  if (manifest.heads.size() > kBackupDistrictsMax) {
    return Error(ErrorCode::internal).because("more districts than a backup holds");
  }
  return manifest;
}

}  // namespace

Status check_is_sqlite(const Config& config) {
  if (config.storage_url.empty()) return ok();
  return Error(ErrorCode::configuration_invalid)
      .with("what",
            "storage.url: PostgreSQL 用自己的工具备份和恢复 / PostgreSQL is backed up and restored "
            "with its own tools (docs/operating/postgresql.md)");
}

Result<BackupManifest> make_backup(const Config& config, const Clock& clock,
                                   const std::string& to) {
  WD_TRY([[maybe_unused]] auto sqlite, check_is_sqlite(config));
  WD_TRY([[maybe_unused]] auto usable, Folder::check(config.data));
  if (lies_in(to, config.data) || lies_in(to, config.keys)) {
    return Error(ErrorCode::usage).with("what", "--to " + to);
  }
  // A backup under a root that is not this installation's could never be used.
  WD_TRY([[maybe_unused]] auto own, vault::check_root(config.keys, config.root));
  WD_TRY(const auto lock, take_lock(config.data));
  crypto::Random random;
  const auto now = clock.now();
  const auto backup = make_uuid_v7(now, random.take<10>());
  WD_TRY(auto writer, BackupWriter::create(to, config.root, backup));
  const Copy copy(config.data);
  WD_TRY([[maybe_unused]] auto room, check_room(config.data));
  WD_TRY([[maybe_unused]] auto copied, store::copy_sqlite(config.data + "/wangdi.db", copy.path()));
  WD_TRY(const auto manifest, manifest_of(copy.path(), config, now));
  const auto text = codec::encode(manifest);
  WD_TRY([[maybe_unused]] auto size,
         writer.write(crypto::big_endian(static_cast<std::uint32_t>(text.size()))));
  WD_TRY([[maybe_unused]] auto head, writer.write(crypto::bytes_of(text)));
  WD_TRY([[maybe_unused]] auto database, write_file(writer, copy.path(), manifest.database_bytes));
  // After the database: what a record of it names is there by now.
  WD_TRY([[maybe_unused]] auto files, write_files(writer, config.data + "/files"));
  WD_TRY([[maybe_unused]] auto finished, writer.finish());
  return manifest;
}

}  // namespace wangdi::app
