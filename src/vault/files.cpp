// SPDX-License-Identifier: Apache-2.0
// Secret files by plain system calls, because modes and syncs matter here.
#include "vault/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "common/files/files.hpp"

namespace wangdi::vault {
namespace {

using files::file_error;
using files::OpenFile;

constexpr mode_t kOwnerReads = 0400;
constexpr mode_t kOwnerOnlyFolder = 0700;
constexpr mode_t kCredentialReads = 0440;
constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;

bool lies_among_credentials(const std::string& path) {
  const char* named = std::getenv("CREDENTIALS_DIRECTORY");
  if (named == nullptr || *named != '/') return false;
  const auto place = std::filesystem::path(path).lexically_normal();
  if ((std::filesystem::path(named) / place.filename()).lexically_normal() != place) return false;
  struct stat folder{};
  return ::lstat(named, &folder) == 0 && S_ISDIR(folder.st_mode) && folder.st_uid == 0 &&
         (folder.st_mode & kOthersWrite) == 0;
}

bool is_handed_out(const struct stat& file) {
  return S_ISREG(file.st_mode) && (file.st_mode & 07777) == kCredentialReads && file.st_uid == 0 &&
         file.st_gid == 0;
}

}  // namespace

Status write_secret_file(const std::string& path, crypto::ByteView bytes) {
  const OpenFile descriptor(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerReads));
  if (!descriptor.is_open()) return file_error("create secret file");
  if (::fchmod(descriptor.get(), kOwnerReads) != 0) return file_error("mode of secret file");
  if (::write(descriptor.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    return file_error("write secret file");
  }
  if (::fsync(descriptor.get()) != 0) return file_error("sync secret file");
  return files::sync_folder_of(path);
}

std::optional<crypto::Bytes> read_secret_file(const std::string& path, std::size_t size_max) {
  const OpenFile descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!descriptor.is_open() || ::fstat(descriptor.get(), &status) != 0) return std::nullopt;
  const bool private_file = (S_ISREG(status.st_mode) && (status.st_mode & 07777) == kOwnerReads) ||
                            (is_handed_out(status) && lies_among_credentials(path));
  if (!private_file || status.st_size < 0 || static_cast<std::size_t>(status.st_size) > size_max) {
    return std::nullopt;
  }
  crypto::Bytes bytes(static_cast<std::size_t>(status.st_size));
  const auto count = ::read(descriptor.get(), bytes.data(), bytes.size());
  if (count != static_cast<ssize_t>(bytes.size())) return std::nullopt;
  return bytes;
}

bool is_credential(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && is_handed_out(status) &&
         lies_among_credentials(path);
}

Status make_secret_folder(const std::string& path) {
  if (::mkdir(path.c_str(), kOwnerOnlyFolder) != 0 ||
      ::chmod(path.c_str(), kOwnerOnlyFolder) != 0) {
    return file_error("make keys folder");
  }
  return files::sync_folder_of(path);
}

bool is_secret_folder(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         (status.st_mode & 0777) == kOwnerOnlyFolder;
}

std::optional<int> lock_file(const std::string& path) {
  OpenFile descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!descriptor.is_open() || ::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0)
    return std::nullopt;
  return descriptor.release();
}

}  // namespace wangdi::vault
