// SPDX-License-Identifier: Apache-2.0
// A disk that loses power: a VFS of SQLite over the default one. It writes down every write,
// truncate, sync, creation and deletion of the files it watches, and makes from any moment of that
// list what a disk may hold after the power went. What was synced is there. Of what was not, each
// sector of 512 bytes holds any of its states since the sync, independently of all others: lost,
// torn and reordered writes. A sector changes as a whole or in the bytes that were written, the
// bytes beside them stay (SQLite counts on that). Names come and go in order, as a journalling file
// system keeps them, up to any point since the folder's last sync. Shared memory is not kept.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace wangdi::testing {

class CutDisk {
 public:
  using Files = std::map<std::string, std::string>;  // path to content
  using Chance = std::mt19937_64;

  // Becomes SQLite's default; once in a process, and never taken away.
  CutDisk();
  CutDisk(const CutDisk&) = delete;
  CutDisk& operator=(const CutDisk&) = delete;

  // Watches the files whose path begins with `prefix` from now on; `durable` is what they hold.
  void watch(std::string prefix, const Files& durable);
  void stop_watching();

  // How many operations have been seen: a moment.
  std::size_t moment() const;
  // What may be on the disk when the power goes before operation number `moment` is done.
  Files after_cut(std::size_t moment, Chance& chance) const;

 private:
  static constexpr std::int64_t kSectorBytes = 512;

  enum class Kind : std::uint8_t { create, write, truncate, sync, remove };
  struct Operation {
    Kind kind;
    std::size_t inode = 0;
    std::int64_t at = 0;  // of a write; the size of a truncate
    std::string bytes;    // of a write
    std::string path;     // of a creation or deletion
    bool folder = false;  // the folder is synced with it
  };
  struct Inode {
    std::string durable;
    std::vector<const Operation*> pending;
  };
  struct Name {
    std::string path;
    std::optional<std::size_t> inode;  // nothing: deleted
  };
  struct State {
    std::vector<Inode> inodes;
    std::map<std::string, std::size_t> durable_names;
    std::vector<Name> pending_names;
    void sync_names();
  };
  struct File {
    sqlite3_file base;
    CutDisk* disk;
    std::optional<std::size_t> inode;  // nothing: not watched
    bool folder_too;                   // the first sync of a new log syncs its folder as well
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static File* own(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return own(file)->real(); }

  // What is done by the VFS below.
  template <auto Method, class... Arguments>
  static auto pass(sqlite3_file* file, Arguments... arguments) {
    return (real(file)->pMethods->*Method)(real(file), arguments...);
  }
  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at);
  static int truncate(sqlite3_file* file, sqlite3_int64 size);
  static int sync(sqlite3_file* file, int flags);
  static const sqlite3_io_methods& methods();
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* given);
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder);
  void opened(File& file, const char* path, int flags);
  void note(Operation operation);
  bool is_watched(const std::string& path) const {
    return !prefix_.empty() && path.starts_with(prefix_);
  }

  State state_at(std::size_t moment) const;
  static std::string content_after_cut(const Inode& inode, Chance& chance);

  sqlite3_vfs vfs_{};
  sqlite3_vfs* below_ = nullptr;
  mutable std::mutex mutex_;
  std::string prefix_;
  std::vector<std::string> first_;            // durable content by inode, at watch()
  std::map<std::string, std::size_t> names_;  // as the program sees them
  std::map<std::string, std::size_t> first_names_;
  std::size_t inodes_ = 0;
  std::vector<Operation> operations_;
};

inline CutDisk::CutDisk() : below_(sqlite3_vfs_find(nullptr)) {
  vfs_ = *below_;
  vfs_.zName = "cut_disk";
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + below_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.xOpen = open;
  vfs_.xDelete = remove;
  vfs_.pAppData = this;
  sqlite3_vfs_register(&vfs_, 1);
}

inline void CutDisk::watch(std::string prefix, const Files& durable) {
  const std::lock_guard lock(mutex_);
  prefix_ = std::move(prefix);
  operations_.clear();
  first_.clear();
  names_.clear();
  for (const auto& [path, content] : durable) {
    names_[path] = first_.size();
    first_.push_back(content);
  }
  first_names_ = names_;
  inodes_ = first_.size();
}

inline void CutDisk::stop_watching() {
  const std::lock_guard lock(mutex_);
  prefix_.clear();
}

inline std::size_t CutDisk::moment() const {
  const std::lock_guard lock(mutex_);
  return operations_.size();
}

inline void CutDisk::note(Operation operation) {
  const std::lock_guard lock(mutex_);
  if (!prefix_.empty()) operations_.push_back(std::move(operation));
}

inline void CutDisk::opened(File& file, const char* path, int flags) {
  const std::lock_guard lock(mutex_);
  if (path == nullptr || !is_watched(path)) return;
  const auto [name, is_new] = names_.try_emplace(path, inodes_);
  file.inode = name->second;
  if (!is_new) return;
  ++inodes_;
  constexpr int kLogs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
  file.folder_too = (flags & kLogs) != 0;
  operations_.push_back({.kind = Kind::create, .inode = name->second, .bytes = {}, .path = path});
}

inline int CutDisk::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                         int* given) {
  auto& disk = *static_cast<CutDisk*>(vfs->pAppData);
  auto* mine = new (file) File{.base = {}, .disk = &disk, .inode = {}, .folder_too = false};
  const int code = disk.below_->xOpen(disk.below_, path, mine->real(), flags, given);
  if (code != SQLITE_OK) return code;
  mine->base.pMethods = &methods();
  disk.opened(*mine, path, flags);
  return SQLITE_OK;
}

inline int CutDisk::remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  auto& disk = *static_cast<CutDisk*>(vfs->pAppData);
  const int code = disk.below_->xDelete(disk.below_, path, 0);
  const std::lock_guard lock(disk.mutex_);
  const auto name = disk.names_.find(path);
  if (code != SQLITE_OK || name == disk.names_.end() || !disk.is_watched(path)) return code;
  disk.names_.erase(name);
  disk.operations_.push_back(
      {.kind = Kind::remove, .bytes = {}, .path = path, .folder = sync_folder != 0});
  return code;
}

inline int CutDisk::write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  if (const auto inode = own(file)->inode) {
    std::string bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
    own(file)->disk->note(
        {.kind = Kind::write, .inode = *inode, .at = at, .bytes = std::move(bytes), .path = {}});
  }
  return pass<&sqlite3_io_methods::xWrite>(file, from, size, at);
}

inline int CutDisk::truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const auto inode = own(file)->inode) {
    own(file)->disk->note(
        {.kind = Kind::truncate, .inode = *inode, .at = size, .bytes = {}, .path = {}});
  }
  return pass<&sqlite3_io_methods::xTruncate>(file, size);
}

// The real disk need not be waited for: what it holds after a cut is made from the list.
inline int CutDisk::sync(sqlite3_file* file, int) {
  if (const auto inode = own(file)->inode) {
    own(file)->disk->note({.kind = Kind::sync,
                           .inode = *inode,
                           .bytes = {},
                           .path = {},
                           .folder = own(file)->folder_too});
    own(file)->folder_too = false;
  }
  return SQLITE_OK;
}

inline const sqlite3_io_methods& CutDisk::methods() {
  using Methods = sqlite3_io_methods;
  static const Methods kMethods = {
      .iVersion = 2,
      .xClose = pass<&Methods::xClose>,
      .xRead = pass<&Methods::xRead, void*, int, sqlite3_int64>,
      .xWrite = write,
      .xTruncate = truncate,
      .xSync = sync,
      .xFileSize = pass<&Methods::xFileSize, sqlite3_int64*>,
      .xLock = pass<&Methods::xLock, int>,
      .xUnlock = pass<&Methods::xUnlock, int>,
      .xCheckReservedLock = pass<&Methods::xCheckReservedLock, int*>,
      .xFileControl = pass<&Methods::xFileControl, int, void*>,
      .xSectorSize = pass<&Methods::xSectorSize>,
      .xDeviceCharacteristics = pass<&Methods::xDeviceCharacteristics>,
      .xShmMap = pass<&Methods::xShmMap, int, int, int, void volatile**>,
      .xShmLock = pass<&Methods::xShmLock, int, int, int>,
      .xShmBarrier = pass<&Methods::xShmBarrier>,
      .xShmUnmap = pass<&Methods::xShmUnmap, int>,
      .xFetch = nullptr,
      .xUnfetch = nullptr,
  };
  return kMethods;
}

inline void CutDisk::State::sync_names() {
  for (const auto& name : pending_names) {
    if (name.inode) {
      durable_names[name.path] = *name.inode;
    } else {
      durable_names.erase(name.path);
    }
  }
  pending_names.clear();
}

inline CutDisk::State CutDisk::state_at(std::size_t moment) const {
  State state;
  state.inodes.resize(inodes_);
  for (std::size_t i = 0; i < first_.size(); ++i) state.inodes[i].durable = first_[i];
  state.durable_names = first_names_;
  for (std::size_t i = 0; i < std::min(moment + 1, operations_.size()); ++i) {
    const auto& operation = operations_[i];
    const bool is_on_its_way = i == moment;  // a write may have been done in part, a sync not
    auto& inode = state.inodes[operation.inode];
    switch (operation.kind) {
      case Kind::create:
        state.pending_names.push_back({operation.path, operation.inode});
        break;
      case Kind::remove:
        state.pending_names.push_back({operation.path, std::nullopt});
        if (operation.folder && !is_on_its_way) state.sync_names();
        break;
      case Kind::write:
      case Kind::truncate:
        inode.pending.push_back(&operation);
        break;
      case Kind::sync:
        if (is_on_its_way) break;
        for (const auto* pending : inode.pending) {
          auto& content = inode.durable;
          const auto at = static_cast<std::size_t>(pending->at);
          if (pending->kind == Kind::truncate) {
            content.resize(at, '\0');
            continue;
          }
          content.resize(std::max(content.size(), at + pending->bytes.size()), '\0');
          content.replace(at, pending->bytes.size(), pending->bytes);
        }
        inode.pending.clear();
        if (operation.folder) state.sync_names();
        break;
    }
  }
  return state;
}

inline CutDisk::Files CutDisk::after_cut(std::size_t moment, Chance& chance) const {
  const std::lock_guard lock(mutex_);
  auto state = state_at(moment);
  std::uniform_int_distribution<std::size_t> prefix(0, state.pending_names.size());
  state.pending_names.resize(prefix(chance));
  state.sync_names();
  Files files;
  for (const auto& [path, inode] : state.durable_names) {
    files[path] = content_after_cut(state.inodes[inode], chance);
  }
  return files;
}

// Each cut has a temper of its own: hardly anything lost, hardly anything kept, or a mixture.
inline std::string CutDisk::content_after_cut(const Inode& inode, Chance& chance) {
  constexpr double kTempers[] = {0.0, 0.02, 0.1, 0.5, 0.9, 0.98, 1.0};
  const double kept = kTempers[chance() % std::size(kTempers)];
  // What lies where a file grew and nothing arrived: zeros, or what was on the disk before.
  const bool has_old_bytes = chance() % 4 == 0;
  const bool keeps_size = chance() % 2 == 0;
  const auto is = [&](double probability) {
    return std::uniform_real_distribution<double>(0, 1)(chance) < probability;
  };
  std::map<std::int64_t, std::size_t> writes;  // of a sector
  const auto each_part = [](const Operation& write, const auto& take) {
    const auto end = write.at + static_cast<std::int64_t>(write.bytes.size());
    for (auto at = write.at; at < end;) {
      const auto next = std::min(end, (at / kSectorBytes + 1) * kSectorBytes);
      take(at, next);
      at = next;
    }
  };
  for (const auto* write : inode.pending) {
    each_part(*write, [&](std::int64_t at, std::int64_t) { ++writes[at / kSectorBytes]; });
  }
  std::map<std::int64_t, std::size_t> left;  // of a sector: how many of its writes arrived
  for (const auto& [sector, count] : writes) left[sector] = is(kept) ? count : chance() % count;

  std::string content = inode.durable;
  const auto grow = [&](std::size_t size) {
    while (content.size() < size) {
      content += has_old_bytes ? static_cast<char>(chance() & 0xFF) : '\0';
    }
  };
  for (const auto* operation : inode.pending) {
    if (operation->kind == Kind::truncate) {
      if (is(0.5))
        content.resize(std::min(content.size(), static_cast<std::size_t>(operation->at)));
      continue;
    }
    if (keeps_size) grow(static_cast<std::size_t>(operation->at) + operation->bytes.size());
    each_part(*operation, [&](std::int64_t at, std::int64_t next) {
      auto& arrives = left[at / kSectorBytes];
      if (arrives == 0) return;
      --arrives;
      grow(static_cast<std::size_t>(next));
      std::memcpy(content.data() + at, operation->bytes.data() + (at - operation->at),
                  static_cast<std::size_t>(next - at));
    });
  }
  return content;
}

}  // namespace wangdi::testing
