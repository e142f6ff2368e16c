// SPDX-License-Identifier: Apache-2.0
// The machine's clocks. Only the composition root makes one; all others take a const Clock&.
#pragma once

#include <chrono>

#include "base/clock.hpp"

namespace wangdi::app {

class SystemClock final : public Clock {
 public:
  UnixMs now() const override { return ms_of(std::chrono::system_clock::now()); }
  std::int64_t monotonic_ms() const override { return ms_of(std::chrono::steady_clock::now()); }

 private:
  template <class Instant>
  static std::int64_t ms_of(Instant instant) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch())
        .count();
  }
};

}  // namespace wangdi::app
