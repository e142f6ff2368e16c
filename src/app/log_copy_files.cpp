// SPDX-License-Identifier: Apache-2.0
// Files of the log copy.
#include "app/log_copy_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/hex.hpp"
#include "codec/json.hpp"
#include "common/files/files.hpp"
#include "types/list.hpp"

namespace wangdi::app {
namespace {

using files::file_error;
using files::OpenFile;

constexpr std::int64_t kForm = 1;
constexpr std::string_view kPositionName = "position.json", kBeginName = "begin";
constexpr std::string_view kEnding = ".ndjson";
constexpr std::size_t kDayCharacters = 10;  // 2020-02-18
constexpr std::size_t kReadBytes = 1u << 20;
constexpr std::size_t kHeadBytesMax = 1'024;

struct AccessText {
  std::int32_t district = 0;
  std::int64_t sequence = 0;
  std::string hash;
};
WD_DESCRIBE(AccessText, district, sequence, hash)
struct JournalText {
  std::int32_t district = 0;
  std::int64_t sequence = 0;
};
WD_DESCRIBE(JournalText, district, sequence)
struct PositionText {
  std::int64_t form = kForm;
  std::string copy;
  std::string file;
  std::int64_t bytes = 0;
  std::int64_t complete_at = 0;
  List<AccessText, kCopyDistrictsMax> access;
  List<JournalText, kCopyDistrictsMax> journal;
};
WD_DESCRIBE(PositionText, form, copy, file, bytes, complete_at, access, journal)
// The first line of each file.
struct HeadText {
  std::string stream = "copy";
  std::string copy;
  std::string file;
  std::string previous;  // empty in the first one
  std::string sha256;
};
WD_DESCRIBE(HeadText, stream, copy, file, previous, sha256)

Error away(std::string what) {
  return Error(ErrorCode::log_copy_away).with("what", std::move(what));
}
Error differs(std::string where) {
  return Error(ErrorCode::log_copy_differs).with("where", std::move(where));
}

Result<std::string> read_whole(const std::string& path, std::size_t most) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.is_open()) return file_error("open " + path);
  std::vector<std::uint8_t> bytes(most);
  WD_TRY(const auto size, files::read_some(file, bytes));
  return std::string(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
}

Result<std::string> sha256_of(const std::string& path) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.is_open()) return file_error("open " + path);
  crypto::Sha256 digest;
  std::vector<std::uint8_t> bytes(kReadBytes);
  for (;;) {
    WD_TRY(const auto size, files::read_some(file, bytes));
    digest.add(std::span(bytes).first(size));
    if (size < bytes.size()) return to_hex(digest.finish());
  }
}

Result<HeadText> head_of(const std::string& path) {
  WD_TRY(const auto text, read_whole(path, kHeadBytesMax));
  return codec::decode<HeadText>(text.substr(0, text.find('\n')));
}

}  // namespace

bool CopyFiles::is_there() const {
  struct stat status{};
  return ::stat(folder_.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool CopyFiles::is_told_to_begin() const { return ::access(path(kBeginName).c_str(), F_OK) == 0; }

Status CopyFiles::forget_begin() const {
  if (::unlink(path(kBeginName).c_str()) != 0) return file_error("remove begin");
  return files::sync_folder(folder_);
}

Result<std::optional<CopyPosition>> CopyFiles::position() const {
  const auto place = path(kPositionName);
  if (::access(place.c_str(), F_OK) != 0 && errno == ENOENT) return std::optional<CopyPosition>();
  const auto text = read_whole(place, kCopyPositionBytesMax);
  const auto read = text ? codec::decode<PositionText>(*text, {.bytes = kCopyPositionBytesMax})
                         : Result<PositionText>(text.error());
  if (!read || read->form != kForm) return away("position.json");
  CopyPosition position{read->copy, read->file, read->bytes, read->complete_at, {}, {}};
  for (const auto& one : read->access) {
    const auto hash = from_hex(one.hash);
    if (!hash || hash->size() != sizeof(crypto::Digest)) return away("position.json");
    auto& copied = position.access[District{one.district}];
    copied.sequence = one.sequence;
    std::ranges::copy(*hash, copied.hash.begin());
  }
  for (const auto& one : read->journal) position.journal[District{one.district}] = one.sequence;
  return std::optional(std::move(position));
}

Status CopyFiles::write_position(const CopyPosition& position) const {
  PositionText text{kForm, position.copy, position.file, position.bytes, position.complete_at, {},
                    {}};
  for (const auto& [district, copied] : position.access) {
    text.access.items.push_back({district.number, copied.sequence, to_hex(copied.hash)});
  }
  for (const auto& [district, sequence] : position.journal) {
    text.journal.items.push_back({district.number, sequence});
  }
  const auto beside = path(std::string(kPositionName) + ".new");
  {
    const OpenFile file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) return file_error("create position.json");
    const auto body = codec::encode(text) + '\n';
    WD_TRY([[maybe_unused]] auto written, files::write_all(file, crypto::bytes_of(body)));
    if (::fsync(file.get()) != 0) return file_error("fsync of position.json");
  }
  if (std::rename(beside.c_str(), path(kPositionName).c_str()) != 0) {
    return file_error("rename position.json");
  }
  return files::sync_folder(folder_);
}

// The position is written before the new file has lines, so a pass that dies here begins it again.
Status CopyFiles::begin_file(CopyPosition& position, CivilDate day) const {
  HeadText head;
  head.copy = position.copy;
  head.previous = position.file;
  if (!position.file.empty()) {
    WD_TRY(head.sha256, sha256_of(path(position.file)));
  }
  head.file = day.text() + std::string(kEnding);
  // A copy that was begun anew keeps what an earlier one left here.
  for (int more = 2; ::access(path(head.file).c_str(), F_OK) == 0; ++more) {
    const auto found = head_of(path(head.file));
    if (found && found->copy == position.copy && head.file != position.file) break;
    head.file = day.text() + "-" + std::to_string(more) + std::string(kEnding);
  }
  const OpenFile file(
      ::open(path(head.file).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return file_error("create " + head.file);
  const auto line = codec::encode(head) + '\n';
  WD_TRY([[maybe_unused]] auto written, files::write_all(file, crypto::bytes_of(line)));
  if (::fsync(file.get()) != 0) return file_error("fsync of " + head.file);
  WD_TRY([[maybe_unused]] auto named, files::sync_folder(folder_));
  position.file = head.file;
  position.bytes = static_cast<std::int64_t>(line.size());
  return ok();
}

Status CopyFiles::append(CopyPosition& position, std::string_view lines, CivilDate day) const {
  if (lines.empty()) return ok();
  const auto open_file = [&]() -> Result<OpenFile> {
    OpenFile file(::open(path(position.file).c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.is_open()) return errno == ENOENT ? differs(position.file) : file_error("open");
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return file_error("stat of " + position.file);
    if (status.st_size < position.bytes) return differs(position.file);
    if (status.st_size > position.bytes && ::ftruncate(file.get(), position.bytes) != 0) {
      return file_error("cut " + position.file);
    }
    return file;
  };
  OpenFile file;
  if (!position.file.empty()) {
    WD_TRY(file, open_file());
  }
  const bool same_day = !position.file.empty() &&
                        position.file.substr(0, kDayCharacters) >= std::string_view(day.text());
  if (!same_day) {
    WD_TRY([[maybe_unused]] auto begun, begin_file(position, day));
    WD_TRY(file, open_file());
  }
  if (::lseek(file.get(), position.bytes, SEEK_SET) < 0) return file_error("seek");
  WD_TRY([[maybe_unused]] auto written, files::write_all(file, crypto::bytes_of(lines)));
  if (::fsync(file.get()) != 0) return file_error("fsync of " + position.file);
  position.bytes += static_cast<std::int64_t>(lines.size());
  return ok();
}

Result<std::string> CopyFiles::damage(const CopyPosition& position, CivilDate since) const {
  if (position.file.empty()) return std::string();
  std::error_code failed;
  const auto size = std::filesystem::file_size(path(position.file), failed);
  if (failed || static_cast<std::int64_t>(size) < position.bytes) return position.file;
  auto name = position.file;
  for (std::size_t looked = 0; looked < kCopyFilesMax; ++looked) {
    const auto head = head_of(path(name));
    if (!head || head->file != name) return name;
    if (head->previous.empty() || head->previous < since.text()) return std::string();
    const auto sha256 = sha256_of(path(head->previous));
    if (!sha256 || *sha256 != head->sha256) return head->previous;
    name = head->previous;
  }
  return std::string();
}

}  // namespace wangdi::app
