// SPDX-License-Identifier: Apache-2.0
// The files of an epoch that is over: overwritten where they hold a key, and removed.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "common/files/files.hpp"
#include "vault/epoch.hpp"

namespace wangdi::vault {
namespace {

namespace fs = std::filesystem;
using files::file_error;

constexpr mode_t kOwnerWrites = 0600;

// keys.db, keys-<n>.db, and what SQLite keeps beside them.
bool is_keys_file(const std::string& name) {
  if (!name.starts_with("keys.db") && !name.starts_with("keys-")) return false;
  for (const char* end : {".db", ".db-wal", ".db-shm", ".db-journal"}) {
    if (name.ends_with(end)) return true;
  }
  return false;
}

}  // namespace

std::string next_epoch_file_of(const std::string& folder) { return folder + "/epoch.next"; }

Status destroy_secret_file(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    return errno == ENOENT ? ok() : Status(file_error("secret file"));
  }
  // Another name of a file that is in use: only this name goes.
  if (status.st_nlink > 1) {
    if (::unlink(path.c_str()) != 0) return file_error("remove secret file");
    return files::sync_folder_of(path);
  }
  if (::chmod(path.c_str(), kOwnerWrites) != 0) return file_error("mode of secret file");
  {
    const files::OpenFile file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.is_open()) return file_error("secret file");
    const std::vector<std::uint8_t> zeros(static_cast<std::size_t>(status.st_size));
    WD_TRY([[maybe_unused]] auto written, files::write_all(file, zeros));
    if (::fsync(file.get()) != 0) return file_error("sync secret file");
  }
  if (::unlink(path.c_str()) != 0) return file_error("remove secret file");
  return files::sync_folder_of(path);
}

// The two change their names in one step, so that the old key can be overwritten in its place on
// disk. Where a file system cannot do that, the old key is only removed.
Status put_epoch_in_force(const std::string& folder) {
  const auto now = epoch_file_of(folder), next = next_epoch_file_of(folder);
  int done = ::renameat2(AT_FDCWD, next.c_str(), AT_FDCWD, now.c_str(), RENAME_EXCHANGE);
  if (done != 0 && (errno == EINVAL || errno == ENOSYS)) {
    done = ::rename(next.c_str(), now.c_str());
  }
  if (done != 0) return file_error("put the epoch in force");
  return files::sync_folder(folder);
}

Status remove_other_epochs(const std::string& folder, std::int64_t epoch) {
  const auto own = fs::path(keys_file_of(folder, epoch)).filename().string();
  WD_TRY([[maybe_unused]] auto destroyed, destroy_secret_file(next_epoch_file_of(folder)));
  std::error_code failed;
  std::vector<fs::path> others;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const auto name = entry.path().filename().string();
    if (is_keys_file(name) && !name.starts_with(own)) others.push_back(entry.path());
  }
  for (const auto& path : others) {
    if (!failed) fs::remove(path, failed);
  }
  if (failed) return Error(ErrorCode::storage_failed).because("old keys: " + failed.message());
  return others.empty() ? ok() : files::sync_folder(folder);
}

}  // namespace wangdi::vault
