// SPDX-License-Identifier: Apache-2.0
// Choice of the engine.
#include "app/storage.hpp"

#include <filesystem>

#include "modules/regions/tables.hpp"
#include "store/postgres.hpp"
#include "store/sqlite.hpp"

namespace wangdi::app {
namespace {

Error other_kind(const char* what) {
  return Error(ErrorCode::configuration_invalid).with("what", std::string("storage.url: ") + what);
}

}  // namespace

std::vector<std::string> tables_everywhere() {
  return {std::string(regions::kTree.name), std::string(regions::kCommunityCount.name)};
}

Result<std::unique_ptr<store::Engine>> open_engine(const Config& config, const Folder& folder) {
  std::error_code failed;
  const bool has_file = std::filesystem::exists(folder.database(), failed);
  if (!config.storage_url.empty()) {
    if (has_file) {
      return other_kind("数据文件夹里有自己的 wangdi.db / the data folder has a wangdi.db");
    }
    return store::open_postgres({.url = config.storage_url, .everywhere = tables_everywhere()});
  }
  if (!has_file && Folder::is_complete(folder.path())) {
    return other_kind(
        "数据文件夹里没有 wangdi.db；建的时候用了 --store 吗 / the data folder has no wangdi.db; "
        "was it "
        "made with --store");
  }
  return store::open_sqlite(
      {.path = folder.database(), .checkpoint_pages = config.checkpoint_pages});
}

}  // namespace wangdi::app
