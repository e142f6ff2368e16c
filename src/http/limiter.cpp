// SPDX-License-Identifier: Apache-2.0
// Token buckets and connection counts per client.
#include "http/limiter.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace wangdi::http {

std::size_t AddressHash::operator()(const Address& address) const noexcept {
  std::uint64_t high;
  std::uint64_t low;
  std::memcpy(&high, address.bytes.data(), 8);
  std::memcpy(&low, address.bytes.data() + 8, 8);
  std::uint64_t mixed = high * 0x9E3779B97F4A7C15ull ^ low * 0xC2B2AE3D27D4EB4Full;
  mixed ^= mixed >> 29;
  return static_cast<std::size_t>(mixed);
}

int RateLimiter::wait_seconds(const Address& client, std::int64_t now_ms) {
  if (per_second_ <= 0) return 0;
  auto found = buckets_.find(client);
  if (found == buckets_.end()) {
    if (buckets_.size() >= clients_max_) {
      buckets_.erase(recent_.back());
      recent_.pop_back();
    }
    recent_.push_front(client);
    found = buckets_.emplace(client, Bucket{burst_, now_ms, recent_.begin()}).first;
  } else {
    recent_.splice(recent_.begin(), recent_, found->second.place);
  }
  auto& bucket = found->second;
  const auto passed_ms = std::max<std::int64_t>(0, now_ms - bucket.at_ms);
  bucket.tokens =
      std::min(burst_, bucket.tokens + static_cast<double>(passed_ms) * per_second_ / 1000);
  bucket.at_ms = std::max(bucket.at_ms, now_ms);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / per_second_)));
}

bool ConnectionCounts::enter(const Address& client) {
  auto& open = open_[client];
  if (open >= per_client_max_) {
    if (open == 0) open_.erase(client);
    return false;
  }
  ++open;
  return true;
}

void ConnectionCounts::leave(const Address& client) {
  const auto found = open_.find(client);
  if (found != open_.end() && --found->second == 0) open_.erase(found);
}

}  // namespace wangdi::http
