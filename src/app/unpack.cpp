// SPDX-License-Identifier: Apache-2.0
// Reading the sealed text of a backup into files.
#include "app/unpack.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "codec/json.hpp"

namespace wangdi::app {
namespace {

using files::file_error;
using files::OpenFile;
using files::write_all;

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 1u << 20;

Error damaged(std::string where) {
  return Error(ErrorCode::backup_damaged).with("where", std::move(where));
}

template <class Number>
Result<Number> read_number(BackupReader& from) {
  std::array<std::uint8_t, sizeof(Number)> bytes{};
  WD_TRY([[maybe_unused]] auto read, from.read(bytes));
  std::make_unsigned_t<Number> value = 0;
  for (const auto byte : bytes) value = static_cast<decltype(value)>(value << 8 | byte);
  return static_cast<Number>(value);
}

Result<std::string> read_text(BackupReader& from, std::size_t size) {
  std::string text(size, '\0');
  WD_TRY([[maybe_unused]] auto read,
         from.read({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}));
  return text;
}

Status unpack_file(BackupReader& from, const std::string& path, std::int64_t size) {
  if (size < 0) return damaged("file");
  const OpenFile file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return file_error(path);
  std::vector<std::uint8_t> bytes(kReadBytes);
  for (auto left = static_cast<std::size_t>(size); left > 0;) {
    const auto part = std::span(bytes).first(std::min(left, bytes.size()));
    WD_TRY([[maybe_unused]] auto read, from.read(part));
    WD_TRY([[maybe_unused]] auto written, write_all(file, part));
    left -= part.size();
  }
  if (::fsync(file.get()) != 0) return file_error("fsync");
  return ok();
}

// Relative, without a step upwards.
bool stays_below(const fs::path& name) {
  if (name.empty() || name.is_absolute()) return false;
  return std::ranges::none_of(name, [](const fs::path& part) { return part == ".."; });
}

Result<std::int64_t> unpack_files(BackupReader& from, const std::string& folder) {
  for (std::int64_t files = 0;; ++files) {
    WD_TRY(const auto name_bytes, read_number<std::uint32_t>(from));
    if (name_bytes == 0) return files;
    if (name_bytes > kBackupPathBytesMax) return damaged("file");
    WD_TRY(const auto name, read_text(from, name_bytes));
    WD_TRY(const auto size, read_number<std::int64_t>(from));
    if (!stays_below(name)) return damaged("file");
    const auto path = fs::path(folder) / name;
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    WD_TRY([[maybe_unused]] auto unpacked, unpack_file(from, path.string(), size));
  }
}

}  // namespace

Result<BackupManifest> read_manifest(BackupReader& from) {
  WD_TRY(const auto size, read_number<std::uint32_t>(from));
  if (size > kBackupManifestBytesMax) return damaged("manifest");
  WD_TRY(const auto text, read_text(from, size));
  auto manifest = codec::decode<BackupManifest>(text, {.bytes = kBackupManifestBytesMax});
  // Sealed by us, so what cannot be read was made by a later version.
  if (!manifest || manifest->form != kBackupForm) return Error(ErrorCode::backup_unknown);
  return manifest;
}

Result<std::int64_t> unpack(BackupReader& from, const BackupManifest& manifest,
                            const UnpackTo& to) {
  WD_TRY([[maybe_unused]] auto database, unpack_file(from, to.database, manifest.database_bytes));
  WD_TRY(const auto files, unpack_files(from, to.files));
  WD_TRY([[maybe_unused]] auto whole, from.finish());
  const OpenFile opened(::open(to.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Folders, too, are on disk before the mark that calls the whole complete.
  if (!opened.is_open() || ::syncfs(opened.get()) != 0) return file_error("syncfs");
  return files;
}

}  // namespace wangdi::app
