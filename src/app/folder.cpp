// SPDX-License-Identifier: Apache-2.0
// Marks, lock and creation of the data folder.
#include "app/folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "common/files/files.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;

using files::OpenFile;

constexpr std::string_view kForm = "1\n";
constexpr std::string_view kUnfinished = "UNFINISHED";  // names the keys folder begun with this
constexpr std::size_t kPathBytes = 4'096;
constexpr std::array kOwnNames = {"UNFINISHED",
                                  "DEMO",
                                  "LOCK",
                                  "files",
                                  "wangdi.db",
                                  "wangdi.db-wal",
                                  "wangdi.db-shm",
                                  "wangdi.db-rebuilt",
                                  "wangdi.db-rebuilt-wal",
                                  "wangdi.db-journal",
                                  "wangdi.db-rebuilt-shm"};

Error system_error(std::string_view what) {
  return Error(ErrorCode::storage_failed).because(std::string(what) + ": " + std::strerror(errno));
}

// Another user's process would leave files behind that the server cannot write.
Status check_owner(const std::string& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) return system_error("stat of the folder");
  if (status.st_uid != ::geteuid()) {
    return Error(ErrorCode::folder_of_other_user).with("user", std::to_string(status.st_uid));
  }
  return ok();
}

Result<int> take_lock(const std::string& folder) {
  const auto file = folder + "/LOCK";
  OpenFile lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.is_open()) return system_error("LOCK");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Error(ErrorCode::folder_in_use);
    return system_error("flock");
  }
  return lock.release();
}

Status put_mark(const std::string& folder, std::string_view name, std::string_view text) {
  const auto path = folder + "/" + std::string(name);
  const OpenFile mark(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!mark.is_open() ||
      ::write(mark.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(mark.get()) != 0) {
    return system_error(name);
  }
  return files::sync_folder(folder);
}

std::optional<std::string> mark_text(const std::string& folder, std::string_view name) {
  const auto path = folder + "/" + std::string(name);
  const OpenFile mark(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!mark.is_open() && errno == ENOENT) return std::nullopt;
  std::string text(kPathBytes, '\0');
  const auto count = mark.is_open() ? ::read(mark.get(), text.data(), text.size()) : 0;
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

// What a killed init left; nothing when the folder holds something that is not ours.
std::optional<std::vector<fs::path>> remnants(const std::string& folder) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const auto name = entry->path().filename().string();
    if (std::ranges::find(kOwnNames, name) == kOwnNames.end()) return std::nullopt;
    if (name != "LOCK") found.push_back(entry->path());
  }
  if (failed) return std::nullopt;
  return found;
}

Status remove_tree(const fs::path& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed) return Error(ErrorCode::storage_failed).because(failed.message());
  return ok();
}

// Empties an unfinished folder. The keys folder goes only when the killed init says that it began
// that very one: keys of another installation are never touched.
Status remove_remnants(const std::string& folder, const std::string& keys) {
  const auto found = remnants(folder);
  if (!found) return Error(ErrorCode::folder_exists).with("path", folder);
  if (!keys.empty() && mark_text(folder, kUnfinished) == keys) {
    WD_TRY([[maybe_unused]] auto removed, remove_tree(keys));
  }
  for (const auto& path : *found) {
    WD_TRY([[maybe_unused]] auto removed, remove_tree(path));
  }
  std::error_code failed;
  if (!keys.empty() && fs::exists(keys, failed)) {
    return Error(ErrorCode::folder_exists).with("path", keys);
  }
  return ok();
}

}  // namespace

Folder::Folder(Folder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)), demo_(other.demo_) {}

Folder& Folder::operator=(Folder&& other) noexcept {
  path_.swap(other.path_);
  std::swap(lock_, other.lock_);
  std::swap(demo_, other.demo_);
  return *this;
}

Folder::~Folder() {
  if (lock_ >= 0) ::close(lock_);  // closing also releases the lock
}

bool Folder::is_complete(const std::string& path) {
  std::error_code failed;
  return fs::is_regular_file(path + "/WANGDI", failed);
}

Status Folder::check(const std::string& path) {
  if (!is_complete(path)) return Error(ErrorCode::folder_not_initialised).with("path", path);
  return check_owner(path);
}

Result<Folder> Folder::open(const std::string& path) {
  WD_TRY([[maybe_unused]] auto usable, check(path));
  WD_TRY(const int lock, take_lock(path));
  std::error_code failed;
  return Folder(path, lock, fs::exists(path + "/DEMO", failed));
}

Result<Folder> Folder::create(const std::string& path, const std::string& keys, bool demo) {
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return system_error("mkdir");
  // Looked at before the lock is made, so that no LOCK appears in a stranger's folder.
  if (is_complete(path) || !remnants(path)) {
    return Error(ErrorCode::folder_exists).with("path", path);
  }
  WD_TRY([[maybe_unused]] auto own, check_owner(path));
  WD_TRY(const int lock, take_lock(path));
  Folder folder(path, lock, demo);
  if (is_complete(path)) return Error(ErrorCode::folder_exists).with("path", path);
  const auto place =
      keys.empty() ? std::string() : fs::absolute(keys, failed).lexically_normal().string();
  WD_TRY([[maybe_unused]] auto emptied, remove_remnants(path, place));
  WD_TRY([[maybe_unused]] auto begun, put_mark(path, kUnfinished, place));
  if (::chmod(path.c_str(), 0700) != 0) return system_error("chmod");
  if (::mkdir(folder.files().c_str(), 0700) != 0) return system_error("files");
  if (demo) {
    WD_TRY([[maybe_unused]] auto marked, put_mark(path, "DEMO", kForm));
  }
  return folder;
}

Status Folder::complete() {
  WD_TRY([[maybe_unused]] auto marked, put_mark(path_, "WANGDI", kForm));
  return remove_tree(path_ + "/" + std::string(kUnfinished));
}

std::optional<std::string> Folder::read_mark(std::string_view name) const {
  return mark_text(path_, name);
}

Status Folder::write_mark(std::string_view name, std::string_view text) {
  return put_mark(path_, name, text);
}

Status Folder::remove_mark(std::string_view name) {
  const auto path = path_ + "/" + std::string(name);
  if (::unlink(path.c_str()) == 0) return files::sync_folder(path_);
  return errno == ENOENT ? ok() : Status(system_error(name));
}

}  // namespace wangdi::app
