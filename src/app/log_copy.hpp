// SPDX-License-Identifier: Apache-2.0
// The copy of the access log off the host (security.md LG3): each line of the log, and each record
// of the journal that is about accounts or about loss, goes as a line of NDJSON into a folder on
// other storage, seconds after its commit. Lines hold ids, never a personal value. Storage that is
// away only makes the copy late; it goes on where it stopped. A log that does not fit what was
// copied is told, never overwritten.
#pragma once

#include <atomic>
#include <memory>

#include "app/folder.hpp"
#include "app/log_copy_files.hpp"
#include "base/clock.hpp"
#include "store/engine.hpp"

namespace wangdi::app {

// A copy is late by the law when this long nothing went through.
inline constexpr std::int64_t kCopyLateMs = 60'000;

class LogCopy {
 public:
  // `place`: the configured folder, which an operator has made.
  LogCopy(const std::string& place, Folder& folder, std::unique_ptr<store::Connection> reader,
          const Clock& clock, ZoneOffset zone);

  // One pass: whatever was committed before it began is in the copy, on disk. One thread. Errors:
  // log_copy_away, log_copy_differs, storage_failed, storage_full; the next pass tries again.
  Status copy();

  // Seconds since the last pass that went through began, since the start when there was none.
  std::int64_t age_seconds() const;
  std::uint64_t lines() const { return lines_; }
  std::uint64_t passes_failed() const { return passes_failed_; }
  bool differs() const { return differs_; }

 private:
  Status pass();
  Result<CopyPosition> start_position();

  CopyFiles files_;
  Folder& folder_;
  std::unique_ptr<store::Connection> reader_;
  const Clock& clock_;
  ZoneOffset zone_;
  std::atomic<std::int64_t> complete_ms_;  // monotonic
  std::atomic<std::uint64_t> lines_{0}, passes_failed_{0};
  std::atomic<bool> differs_{false};
};

// Whether the access log still holds what was copied of it, for the examination of a stopped
// server. Error: log_copy_differs naming district and sequence.
Status compare_with_copy(store::Connection& connection, const CopyPosition& position);

}  // namespace wangdi::app
