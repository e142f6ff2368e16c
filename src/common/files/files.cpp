// SPDX-License-Identifier: Apache-2.0
// Reading, writing and syncing.
#include "common/files/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace wangdi::files {
namespace {

Status sync(const std::string& path, int flags, const char* what) {
  const OpenFile opened(::open(path.c_str(), flags | O_CLOEXEC));
  if (!opened.is_open() || ::fsync(opened.get()) != 0) return file_error(what);
  return ok();
}

}  // namespace

OpenFile::~OpenFile() {
  if (number_ >= 0) ::close(number_);
}

Error file_error(const std::string& what) {
  return Error(errno == ENOSPC || errno == EDQUOT ? ErrorCode::storage_full
                                                  : ErrorCode::storage_failed)
      .because(what + ": " + std::strerror(errno));
}

Status write_all(const OpenFile& file, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return ok();
}

Result<std::size_t> read_some(const OpenFile& file, std::span<std::uint8_t> to) {
  std::size_t all = 0;
  while (all < to.size()) {
    const auto count = ::read(file.get(), to.data() + all, to.size() - all);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read");
    if (count == 0) break;
    all += static_cast<std::size_t>(count);
  }
  return all;
}

Status sync_file(const std::string& path) { return sync(path, O_RDONLY, "fsync"); }

Status sync_folder(const std::string& path) {
  return sync(path, O_RDONLY | O_DIRECTORY, "fsync of the folder");
}

Status sync_folder_of(const std::string& path) {
  return sync_folder(std::filesystem::absolute(path).parent_path().string());
}

}  // namespace wangdi::files
