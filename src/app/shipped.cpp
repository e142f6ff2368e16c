// SPDX-License-Identifier: Apache-2.0
// Finding the shipped data.
#include "app/shipped.hpp"

#include <filesystem>

namespace wangdi::app {

std::string shipped_data_folder() {
  namespace fs = std::filesystem;
  std::error_code failed;
  const auto program = fs::read_symlink("/proc/self/exe", failed);
  if (failed) return {};
  for (const auto* place : {"data", "share/wangdi/data"}) {
    const auto folder = program.parent_path().parent_path() / place;
    if (fs::is_regular_file(folder / "pinyin/initials.csv", failed)) return folder.string();
  }
  return {};
}

}  // namespace wangdi::app
