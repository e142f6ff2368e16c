// SPDX-License-Identifier: Apache-2.0
// The files of the log copy: one of lines (NDJSON) for each day, and position.json, which says how
// far the copy goes. What stands in a file behind the length named there was written by a pass that
// did not end, and is cut off by the next one: so no line is lost and none stands twice. Each file
// begins with a line that names the file before it and its SHA-256.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/civil_date.hpp"
#include "common/crypto/crypto.hpp"
#include "types/region_code.hpp"

namespace wangdi::app {

struct CopiedAccess {
  std::int64_t sequence = 0;
  crypto::Digest hash{};  // of the last copied row
};
struct CopyPosition {
  std::string copy;  // the copy's own random name: storage of another copy is not mistaken for it
  std::string file;  // the one that is written, empty before the first
  std::int64_t bytes = 0;
  UnixMs complete_at = 0;  // everything committed before then stands in the copy
  std::map<District, CopiedAccess> access;
  std::map<District, std::int64_t> journal;  // last record that was looked at
};

inline constexpr std::size_t kCopyDistrictsMax = 5'000;
inline constexpr std::size_t kCopyPositionBytesMax = 2u << 20;
inline constexpr std::size_t kCopyFilesMax = 4'000;  // looked at by an examination

class CopyFiles {
 public:
  explicit CopyFiles(std::string folder) : folder_(std::move(folder)) {}

  bool is_there() const;
  // An operator's empty file `begin`: the copy may begin anew here.
  bool is_told_to_begin() const;
  Status forget_begin() const;
  // Nothing when there is none. Error: log_copy_away when it cannot be read.
  Result<std::optional<CopyPosition>> position() const;
  // Errors of both: storage_failed, storage_full.
  Status write_position(const CopyPosition& position) const;
  // Lines are behind what the position names, and on disk; the position is moved in memory only. A
  // new day begins a new file. Error: log_copy_differs when the file is shorter than named.
  Status append(CopyPosition& position, std::string_view lines, CivilDate day) const;

  // What is missing or changed among the files from `since` on; empty when they are whole.
  Result<std::string> damage(const CopyPosition& position, CivilDate since) const;

 private:
  Status begin_file(CopyPosition& position, CivilDate day) const;
  std::string path(std::string_view name) const { return folder_ + "/" + std::string(name); }

  std::string folder_;
};

}  // namespace wangdi::app
