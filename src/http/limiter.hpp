// SPDX-License-Identifier: Apache-2.0
// What one client may take: a token bucket of requests and a number of open connections. Both
// tables are bounded; under a flood of addresses the bucket touched longest ago is forgotten. For
// the network thread only.
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>

#include "http/address.hpp"

namespace wangdi::http {

struct AddressHash {
  std::size_t operator()(const Address& address) const noexcept;
};

class RateLimiter {
 public:
  // `per_second` 0 switches the limit off.
  RateLimiter(double per_second, double burst, std::size_t clients_max = 100'000)
      : per_second_(per_second), burst_(burst < 1 ? 1 : burst), clients_max_(clients_max) {}
  // 0 when the request may pass, else whole seconds to wait (at least 1).
  int wait_seconds(const Address& client, std::int64_t now_ms);
  std::size_t clients() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens;
    std::int64_t at_ms;
    std::list<Address>::iterator place;
  };
  double per_second_;
  double burst_;
  std::size_t clients_max_;
  std::list<Address> recent_;  // front: touched last
  std::unordered_map<Address, Bucket, AddressHash> buckets_;
};

class ConnectionCounts {
 public:
  explicit ConnectionCounts(std::size_t per_client_max) : per_client_max_(per_client_max) {}
  // False when the client has as many as it may; else counts one that leave() takes back.
  [[nodiscard]] bool enter(const Address& client);
  void leave(const Address& client);

 private:
  std::size_t per_client_max_;
  std::unordered_map<Address, std::size_t, AddressHash> open_;
};

}  // namespace wangdi::http
