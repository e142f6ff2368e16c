// SPDX-License-Identifier: Apache-2.0
// The two clocks as an interface, so that rules and tests never read the machine's time themselves.
#pragma once

#include <cstdint>

#include "base/civil_date.hpp"

namespace wangdi {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual UnixMs now() const = 0;                 // wall clock, may jump
  virtual std::int64_t monotonic_ms() const = 0;  // for timeouts, never jumps back
};

}  // namespace wangdi
