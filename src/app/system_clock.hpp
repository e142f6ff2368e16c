// SPDX-License-Identifier: Apache-2.0
// The machine's clocks. Only the composition root makes one; all others take a const Clock&.
#pragma once

#include <time.h>

#include <chrono>

#include "base/clock.hpp"

namespace wangdi::app {

class SystemClock final : public Clock {
 public:
  UnixMs now() const override { return ms_of(std::chrono::system_clock::now()); }
  // Goes on while the machine sleeps, so that sessions end in time.
  std::int64_t monotonic_ms() const override {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * 1'000 + now.tv_nsec / 1'000'000;
  }

 private:
  template <class Instant>
  static std::int64_t ms_of(Instant instant) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch())
        .count();
  }
};

}  // namespace wangdi::app
