// SPDX-License-Identifier: Apache-2.0
// The VFS: files, locks and shared memory of one process, in memory.
#include "tests/sim/disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <set>
#include <vector>

namespace wangdi::sim {
namespace {

constexpr std::int64_t kPiece = 512;  // what a disk writes whole
constexpr int kSector = 4096;

struct File;

// A write since the last sync, as it can be undone.
struct Unsynced {
  std::int64_t offset = 0;
  std::string before;  // of the bytes that were there
  std::int64_t size_before = 0;
  std::int64_t bytes = 0;
};

struct Handle {
  sqlite3_file base{};
  std::shared_ptr<File> file;
  int level = SQLITE_LOCK_NONE;
  std::uint32_t shared = 0, exclusive = 0;  // bits of shared-memory locks
};

struct File {
  std::string bytes;
  std::vector<Unsynced> unsynced;
  std::set<Handle*> open;
  std::vector<std::unique_ptr<std::string>> pages;  // the shared index of the WAL
};

Handle& handle_of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

}  // namespace

struct Disk::State {
  std::map<std::string, std::shared_ptr<File>> files;
  std::int64_t writes_left = -1;  // -1: no end
  bool stopped = false;
  bool full = false;
  std::int64_t reads_left = 0;  // 0: none fails
  bool read_failed = false;
  std::uint64_t random = 1;
  sqlite3_vfs* before = nullptr;
  sqlite3_vfs vfs{};

  // False when the process is over, as far as the disk goes.
  bool may_write() {
    if (!stopped && writes_left >= 0 && writes_left-- == 0) stopped = true;
    return !stopped;
  }
};

namespace {

Disk::State* disk = nullptr;  // SQLite gives its callbacks no other way to it

int close_file(sqlite3_file* file) {
  auto& handle = handle_of(file);
  handle.file->open.erase(&handle);
  handle.~Handle();
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* to, int amount, sqlite3_int64 offset) {
  if (disk->reads_left > 0 && --disk->reads_left == 0) {
    disk->read_failed = true;
    errno = EIO;
    return SQLITE_IOERR_READ;
  }
  const auto& bytes = handle_of(file).file->bytes;
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  const auto there = std::clamp<sqlite3_int64>(size - offset, 0, amount);
  if (there > 0) std::memcpy(to, bytes.data() + offset, static_cast<std::size_t>(there));
  if (there == amount) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + there, 0, static_cast<std::size_t>(amount - there));
  return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  if (!disk->may_write()) return SQLITE_IOERR_WRITE;
  if (disk->full) {
    errno = ENOSPC;
    return SQLITE_FULL;
  }
  auto& to = *handle_of(file).file;
  const auto size = static_cast<std::int64_t>(to.bytes.size());
  const auto overlap = std::clamp<std::int64_t>(size - offset, 0, amount);
  to.unsynced.push_back({offset,
                         overlap > 0 ? to.bytes.substr(static_cast<std::size_t>(offset),
                                                       static_cast<std::size_t>(overlap))
                                     : std::string(),
                         size, amount});
  if (offset + amount > size) to.bytes.resize(static_cast<std::size_t>(offset + amount));
  std::memcpy(to.bytes.data() + offset, from, static_cast<std::size_t>(amount));
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (!disk->may_write()) return SQLITE_IOERR_TRUNCATE;
  auto& to = *handle_of(file).file;
  const auto before = static_cast<std::int64_t>(to.bytes.size());
  if (size >= before) return SQLITE_OK;
  to.unsynced.push_back({size, to.bytes.substr(static_cast<std::size_t>(size)), before, 0});
  to.bytes.resize(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int sync_file(sqlite3_file* file, int) {
  if (!disk->may_write()) return SQLITE_IOERR;  // not a failed sync: the process is not there
  handle_of(file).file->unsynced.clear();
  return SQLITE_OK;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(handle_of(file).file->bytes.size());
  return SQLITE_OK;
}

bool another_holds(const Handle& handle, int level) {
  return std::ranges::any_of(handle.file->open, [&](const Handle* other) {
    return other != &handle && other->level >= level;
  });
}

int lock_file(sqlite3_file* file, int level) {
  auto& handle = handle_of(file);
  if (level <= handle.level) return SQLITE_OK;
  const int limit = level == SQLITE_LOCK_SHARED     ? SQLITE_LOCK_PENDING
                    : level == SQLITE_LOCK_RESERVED ? SQLITE_LOCK_RESERVED
                                                    : SQLITE_LOCK_SHARED;
  if (another_holds(handle, limit)) return SQLITE_BUSY;
  handle.level = level;
  return SQLITE_OK;
}

int unlock_file(sqlite3_file* file, int level) {
  auto& handle = handle_of(file);
  handle.level = std::min(handle.level, level);
  return SQLITE_OK;
}

int is_reserved(sqlite3_file* file, int* reserved) {
  *reserved = another_holds(handle_of(file), SQLITE_LOCK_RESERVED);
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return kSector; }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** to) {
  auto& pages = handle_of(file).file->pages;
  const auto index = static_cast<std::size_t>(page);
  *to = nullptr;
  if (index >= pages.size() && !extend) return SQLITE_OK;
  while (index >= pages.size()) {
    pages.push_back(std::make_unique<std::string>(static_cast<std::size_t>(size), '\0'));
  }
  *to = pages[index]->data();
  return SQLITE_OK;
}

int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  auto& handle = handle_of(file);
  const auto bits = ((1u << count) - 1u) << offset;
  if (flags & SQLITE_SHM_UNLOCK) {
    handle.shared &= ~bits;
    handle.exclusive &= ~bits;
    return SQLITE_OK;
  }
  const bool alone = flags & SQLITE_SHM_EXCLUSIVE;
  for (const auto* other : handle.file->open) {
    if (other == &handle) continue;
    if ((other->exclusive & bits) || (alone && (other->shared & bits))) return SQLITE_BUSY;
  }
  (alone ? handle.exclusive : handle.shared) |= bits;
  return SQLITE_OK;
}

void shared_barrier(sqlite3_file*) {}

int unmap_shared(sqlite3_file* file, int forget) {
  auto& handle = handle_of(file);
  handle.shared = handle.exclusive = 0;
  if (forget) handle.file->pages.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods kMethods = {2,
                                     close_file,
                                     read_file,
                                     write_file,
                                     truncate_file,
                                     sync_file,
                                     size_of_file,
                                     lock_file,
                                     unlock_file,
                                     is_reserved,
                                     control_file,
                                     sector_size,
                                     characteristics,
                                     map_shared,
                                     lock_shared,
                                     shared_barrier,
                                     unmap_shared,
                                     nullptr,
                                     nullptr};

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* to, int flags, int* out_flags) {
  to->pMethods = nullptr;
  auto file = std::make_shared<File>();
  if (path != nullptr) {
    const auto found = disk->files.find(path);
    if (found != disk->files.end()) {
      file = found->second;
    } else if (flags & SQLITE_OPEN_CREATE) {
      disk->files.emplace(path, file);
    } else {
      return SQLITE_CANTOPEN;
    }
  }
  auto* handle = new (to) Handle;
  handle->base.pMethods = &kMethods;
  handle->file = std::move(file);
  handle->file->open.insert(handle);
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* path, int) {
  if (!disk->may_write()) return SQLITE_IOERR_DELETE;
  return disk->files.erase(path) == 1 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int access_file(sqlite3_vfs*, const char* path, int, int* is_there) {
  *is_there = disk->files.contains(path);
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* path, int size, char* to) {
  sqlite3_snprintf(size, to, "%s", path);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int count, char* to) {
  Chance chance(++disk->random);
  for (int i = 0; i < count; ++i) to[i] = static_cast<char>(chance.next());
  return count;
}

int pass_time(sqlite3_vfs*, int microseconds) { return microseconds; }

int current_time(sqlite3_vfs*, sqlite3_int64* to) {
  constexpr sqlite3_int64 kJulianDay2020Ms = 2'458'897ll * 86'400'000;
  *to = kJulianDay2020Ms;
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) { return 0; }

// The state before the writes that were never synced.
std::string synced_bytes(const File& file) {
  auto bytes = file.bytes;
  for (auto write = file.unsynced.rbegin(); write != file.unsynced.rend(); ++write) {
    bytes.resize(static_cast<std::size_t>(write->size_before));
    std::ranges::copy(write->before, bytes.begin() + write->offset);
  }
  return bytes;
}

// A power cut: of the pieces written since the last sync some are there and some are not.
std::string torn_bytes(const File& file, Chance& chance) {
  auto bytes = synced_bytes(file);
  std::set<std::int64_t> pieces;
  for (const auto& write : file.unsynced) {
    for (auto at = write.offset / kPiece; at * kPiece < write.offset + write.bytes; ++at) {
      pieces.insert(at);
    }
  }
  for (const auto piece : pieces) {
    if (!chance.percent(50)) continue;
    const auto from = static_cast<std::size_t>(piece * kPiece);
    if (from >= file.bytes.size()) continue;
    const auto part = file.bytes.substr(from, static_cast<std::size_t>(kPiece));
    if (bytes.size() < from + part.size()) bytes.resize(from + part.size());
    std::ranges::copy(part, bytes.begin() + static_cast<std::ptrdiff_t>(from));
  }
  return bytes;
}

}  // namespace

Disk::Disk() : state_(std::make_unique<State>()) {
  WD_ASSERT(disk == nullptr);
  disk = state_.get();
  auto& vfs = state_->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = "wangdi-sim";
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_path;
  vfs.xRandomness = randomness;
  vfs.xSleep = pass_time;
  vfs.xCurrentTimeInt64 = current_time;
  vfs.xGetLastError = last_error;
  state_->before = sqlite3_vfs_find(nullptr);
  sqlite3_vfs_register(&vfs, 1);
}

Disk::~Disk() {
  sqlite3_vfs_register(state_->before, 1);
  sqlite3_vfs_unregister(&state_->vfs);
  disk = nullptr;
}

DiskImage Disk::image() const {
  DiskImage image;
  for (const auto& [path, file] : state_->files) {
    WD_ASSERT(file->open.empty());
    image.emplace(path, file->bytes);
  }
  return image;
}

void Disk::load(const DiskImage& image) {
  auto& state = *state_;
  state.files.clear();
  for (const auto& [path, bytes] : image) {
    auto& file = state.files[path] = std::make_shared<File>();
    file->bytes = bytes;
  }
  state.writes_left = -1;
  state.stopped = state.full = state.read_failed = false;
  state.reads_left = 0;
  state.random = 1;
}

void Disk::copy(const std::string& from, const std::string& to) {
  auto file = std::make_shared<File>();
  if (const auto found = state_->files.find(from); found != state_->files.end()) {
    file->bytes = found->second->bytes;
    state_->files[to] = std::move(file);
  } else {
    state_->files.erase(to);
  }
}

void Disk::remove(const std::string& path) { state_->files.erase(path); }

void Disk::stop_after(std::int64_t writes) {
  state_->writes_left = writes;
  if (writes == 0) state_->stopped = true;
}

bool Disk::has_stopped() const { return state_->stopped; }

void Disk::restart_after_kill() {
  for (const auto& [path, file] : state_->files) {
    WD_ASSERT(file->open.empty());
    file->pages.clear();
  }
  state_->writes_left = -1;
  state_->stopped = state_->full = false;
  state_->reads_left = 0;
}

void Disk::restart_after_power_cut(Chance& chance) {
  for (const auto& [path, file] : state_->files) {
    if (file->unsynced.empty()) continue;
    file->bytes = torn_bytes(*file, chance);
    file->unsynced.clear();
  }
  restart_after_kill();
}

void Disk::fill(bool is_full) { state_->full = is_full; }

void Disk::fail_read(std::int64_t reads) {
  state_->reads_left = reads;
  state_->read_failed = false;
}

bool Disk::failed_read() const { return state_->read_failed; }

}  // namespace wangdi::sim
