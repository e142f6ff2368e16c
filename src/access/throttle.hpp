// SPDX-License-Identifier: Apache-2.0
// Growing delays after failures (security.md AU4). An attempt counts as failed when it begins, so
// that many at once gain nothing; success takes it back. Not for several threads at once.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "access/fingerprint.hpp"

namespace wangdi::access {

using ThrottleKey = Fingerprint;

struct ThrottleRules {
  int free = 0;  // failures before the first delay; then 1, 2, 4 .. seconds
  std::int64_t delay_ms_max = 0;
};

class Throttle {
 public:
  explicit Throttle(ThrottleRules rules) : rules_(rules) {}
  // Milliseconds until the next attempt is let through; 0 is now.
  std::int64_t wait(const ThrottleKey& key, std::int64_t now) const;
  void count(const ThrottleKey& key, std::int64_t now);
  void take_back(const ThrottleKey& key);
  void forget(const ThrottleKey& key) { entries_.erase(key); }
  // Forgets what has been quiet for a day.
  void sweep(std::int64_t now);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    int failures = 0;
    std::int64_t last = 0;
    std::int64_t next = 0;  // no attempt before
  };
  std::int64_t delay_of(int failures) const;

  ThrottleRules rules_;
  std::unordered_map<ThrottleKey, Entry> entries_;
};

inline constexpr std::size_t kThrottleEntries = 100'000;
inline constexpr std::int64_t kThrottleMemoryMs = 86'400'000;

}  // namespace wangdi::access
