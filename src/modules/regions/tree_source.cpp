// SPDX-License-Identifier: Apache-2.0
// Digest and durable copy of the tree's files.
#include "modules/regions/tree_source.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/hex.hpp"
#include "common/crypto/crypto.hpp"
#include "common/files/files.hpp"

namespace wangdi::regions {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFiles[] = {
    "edition.csv",
    "provinces.csv.gz",
    "cities.csv.gz",
    "areas.csv.gz",
    "streets.csv.gz",
    "villages.csv.gz",
    "own_codes.csv",
    "hk_mo_codes.csv",
    "gbt2260_2020_codes.csv.gz",
    "county_codes_diff_2020_2023.csv",
    "county_successors.csv",
};
constexpr std::uintmax_t kFileBytesMax = 64u << 20;  // packed

Error refused(std::string_view file, std::string_view why) {
  return Error(ErrorCode::tree_refused)
      .with("where", std::string(file))
      .with("why", std::string(why));
}

Error failed(const fs::path& path, const std::error_code& error) {
  return Error(ErrorCode::storage_failed).because(path.string() + ": " + error.message());
}

}  // namespace

Result<SourceDigest> TreeSource::digest() const {
  crypto::Sha256 sha;
  for (const auto name : kFiles) {
    std::error_code error;
    const auto size = fs::file_size(path(name), error);
    if (error) return refused(name, "missing");
    if (size > kFileBytesMax) return refused(name, "too_large");
    std::ifstream file(path(name), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    if (bytes.size() != size) return refused(name, "unreadable");
    // Names and sizes are part of it, so that no other set of files gives the same digest.
    sha.add(crypto::bytes_of(std::string(name) + "\n" + std::to_string(size) + "\n"));
    sha.add(crypto::bytes_of(bytes));
  }
  return sha.finish();
}

Result<SourceDigest> TreeStore::keep(const TreeSource& source) const {
  WD_TRY(const auto digest, source.digest());
  const fs::path final = fs::path(folder_) / to_hex(digest);
  if (find(digest)) return digest;
  const fs::path part = final.string() + ".part";
  std::error_code error;
  fs::remove_all(part, error);
  fs::remove_all(final, error);
  fs::create_directories(part, error);
  if (error) return failed(part, error);
  for (const auto name : kFiles) {
    fs::copy_file(source.path(name), part / name, error);
    if (error) return failed(part / name, error);
    WD_TRY([[maybe_unused]] auto synced, files::sync_file((part / name).string()));
  }
  WD_TRY([[maybe_unused]] auto inside, files::sync_folder(part.string()));
  fs::rename(part, final, error);
  if (error) return failed(final, error);
  WD_TRY([[maybe_unused]] auto outside, files::sync_folder(folder_));
  WD_TRY([[maybe_unused]] const auto kept, find(digest));
  return digest;
}

Result<TreeSource> TreeStore::find(const SourceDigest& digest) const {
  const auto name = to_hex(digest);
  TreeSource source(folder_ + "/" + name);
  WD_TRY(const auto present, source.digest());
  if (present != digest) return refused(name, "changed");
  return source;
}

}  // namespace wangdi::regions
