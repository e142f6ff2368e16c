// SPDX-License-Identifier: Apache-2.0
// Copying the keys folder beside the server.
#include "vault/keys_copy.hpp"

#include <filesystem>

#include "common/files/files.hpp"
#include "store/sqlite.hpp"
#include "vault/files.hpp"
#include "vault/keyring.hpp"

namespace wangdi::vault {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEpochFileBytesMax = 4'096;

Error failed(const std::string& what, const std::error_code& error) {
  return Error(error == std::errc::no_space_on_device ? ErrorCode::storage_full
                                                      : ErrorCode::storage_failed)
      .because(what + ": " + error.message());
}

Status remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  return error ? Status(failed(path, error)) : ok();
}

Status rename(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  return error ? Status(failed(to, error)) : ok();
}

bool is_copy(const std::string& path) {
  std::error_code error;
  const auto number = number_in_epoch_file(epoch_file_of(path));
  return number && fs::is_regular_file(keys_file_of(path, *number), error);
}

Status fill(const std::string& keys_folder, const std::string& to) {
  WD_TRY([[maybe_unused]] auto made, make_secret_folder(to));
  // The epoch first: it names its file, which is gone when another epoch comes meanwhile. Then the
  // copy fails, and the next try has the new one.
  const auto epoch = read_secret_file(epoch_file_of(keys_folder), kEpochFileBytesMax);
  if (!epoch) return Error(ErrorCode::keys_missing).because("epoch.key");
  WD_TRY([[maybe_unused]] auto written, write_secret_file(epoch_file_of(to), *epoch));
  const auto number = number_in_epoch_file(epoch_file_of(to));
  if (!number) return Error(ErrorCode::keys_missing).because("epoch.key");
  const auto file = keys_file_of(to, *number);
  WD_TRY([[maybe_unused]] auto copied,
         store::copy_sqlite(keys_file_of(keys_folder, *number), file));
  WD_TRY([[maybe_unused]] auto synced, files::sync_file(file));
  return files::sync_folder(to);
}

}  // namespace

Status copy_keys(const std::string& keys_folder, const std::string& to) {
  std::error_code error;
  const auto place = fs::absolute(to, error).lexically_normal();
  const auto name = place.has_filename() ? place.string() : place.parent_path().string();
  const bool replaces = fs::exists(name, error);
  if (replaces && !is_copy(name)) return Error(ErrorCode::folder_exists).with("path", name);
  WD_TRY([[maybe_unused]] auto half, remove_tree(name + ".part"));
  WD_TRY([[maybe_unused]] auto filled, fill(keys_folder, name + ".part"));
  if (replaces) {
    WD_TRY([[maybe_unused]] auto older, remove_tree(name + ".old"));
    WD_TRY([[maybe_unused]] auto aside, rename(name, name + ".old"));
  }
  WD_TRY([[maybe_unused]] auto there, rename(name + ".part", name));
  WD_TRY([[maybe_unused]] auto on_disk, files::sync_folder(fs::path(name).parent_path().string()));
  return remove_tree(name + ".old");
}

}  // namespace wangdi::vault
