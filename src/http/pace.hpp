// SPDX-License-Identifier: Apache-2.0
// The slowest pace a peer may move bytes at. A deadline grows with what was moved, and a peer that
// moved much may not rest on it: a stall has its own limit.
#pragma once

#include <algorithm>
#include <cstdint>

namespace wangdi::http {

class Pace {
 public:
  struct Limits {
    std::int64_t grace_ms;
    std::int64_t bytes_per_second_min;
    std::int64_t stall_ms;
  };
  Pace(Limits limits, std::int64_t now_ms) : limits_(limits), start_ms_(now_ms), last_ms_(now_ms) {}

  void moved(std::size_t bytes, std::int64_t now_ms) {
    bytes_ += static_cast<std::int64_t>(bytes);
    last_ms_ = now_ms;
  }
  std::int64_t deadline_ms() const {
    const auto by_rate = start_ms_ + limits_.grace_ms +
                         bytes_ * 1000 / std::max<std::int64_t>(1, limits_.bytes_per_second_min);
    return std::min(by_rate, last_ms_ + limits_.stall_ms);
  }

 private:
  Limits limits_;
  std::int64_t start_ms_;
  std::int64_t last_ms_;
  std::int64_t bytes_ = 0;
};

}  // namespace wangdi::http
