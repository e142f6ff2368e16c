// SPDX-License-Identifier: Apache-2.0
// Whether the service can bring something to the disk now: GET /ready. It writes a row of its own,
// at most once a second, so that a full or read-only disk shows before a phone meets it, and shows
// as healed without one.
#pragma once

#include <atomic>
#include <functional>

#include "base/clock.hpp"
#include "common/bus/writer.hpp"

namespace wangdi::app {

struct ReadinessRow {
  District district;  // always the nation's
  UnixMs written_at = 0;
};
WD_DESCRIBE(ReadinessRow, district, written_at)
inline constexpr store::Table<ReadinessRow, 1> kReadiness{"readiness", {}, false};

class Readiness {
 public:
  Readiness(bus::Writer& writer, const Clock& clock) : writer_(writer), clock_(clock) {}

  // `done` is called at once when a write of the last second came through, else on the writer
  // thread after the commit. Errors: those of the storage, queue_full, shutting_down.
  using Done = std::function<void(Status)>;
  void ask(const Done& done);

 private:
  static constexpr std::int64_t kFreshMs = 1'000;
  static constexpr std::int64_t kNever = -kFreshMs - 1;

  bus::Writer& writer_;
  const Clock& clock_;
  std::atomic<std::int64_t> written_ms_{kNever};  // monotonic
};

}  // namespace wangdi::app
