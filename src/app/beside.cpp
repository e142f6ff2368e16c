// SPDX-License-Identifier: Apache-2.0
// Files of a database made beside the live one.
#include "app/beside.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "app/backup_file.hpp"

namespace wangdi::app {

namespace fs = std::filesystem;

void remove_database(const std::string& path) {
  std::error_code failed;
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(path + end, failed);
}

Status sync_folder(const std::string& path) {
  const OpenFile folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || ::fsync(folder.get()) != 0) return file_error("fsync of the folder");
  return ok();
}

}  // namespace wangdi::app
