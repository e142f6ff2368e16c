// SPDX-License-Identifier: Apache-2.0
// Counting failures and the delays they cost.
#include "access/throttle.hpp"

#include <algorithm>

namespace wangdi::access {
namespace {
constexpr std::int64_t kFirstDelayMs = 1'000;
constexpr int kDoublingsMax = 20;  // beyond it the longest delay is reached in any case
}  // namespace

std::int64_t Throttle::delay_of(int failures) const {
  const int beyond = failures - rules_.free;
  if (beyond <= 0) return 0;
  return std::min(rules_.delay_ms_max, kFirstDelayMs << std::min(beyond - 1, kDoublingsMax));
}

std::int64_t Throttle::wait(const ThrottleKey& key, std::int64_t now) const {
  const auto entry = entries_.find(key);
  return entry == entries_.end() ? 0 : std::max<std::int64_t>(0, entry->second.next - now);
}

void Throttle::count(const ThrottleKey& key, std::int64_t now) {
  if (entries_.size() >= kThrottleEntries && !entries_.contains(key)) {
    sweep(now);
    // A flood of invented names: some old count is lost, memory is not.
    if (entries_.size() >= kThrottleEntries) entries_.erase(entries_.begin());
  }
  auto& entry = entries_[key];
  ++entry.failures;
  entry.last = now;
  entry.next = now + delay_of(entry.failures);
}

void Throttle::take_back(const ThrottleKey& key) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return;
  auto& counted = entry->second;
  if (--counted.failures <= 0) {
    entries_.erase(entry);
    return;
  }
  counted.next = counted.last + delay_of(counted.failures);
}

void Throttle::sweep(std::int64_t now) {
  std::erase_if(entries_,
                [now](const auto& entry) { return now - entry.second.last > kThrottleMemoryMs; });
}

}  // namespace wangdi::access
