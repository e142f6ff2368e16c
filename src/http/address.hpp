// SPDX-License-Identifier: Apache-2.0
// Client addresses: which hop is believed (security.md DO5) and what counts as one client.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace wangdi::http {

// An IPv4 or IPv6 address as 16 bytes; IPv4 in its mapped form (::ffff:a.b.c.d).
struct Address {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Address&) const = default;
  bool is_v4() const;
  bool is_loopback() const;
  // One client: an IPv4 address, or the /64 an IPv6 customer owns.
  Address client() const;
  std::string text() const;  // IPv6 clients as 2001:db8:1:2::/64
  // Plain address, without port or brackets.
  static std::optional<Address> parse(std::string_view text);
};

class TrustedProxies {
 public:
  // Entries are addresses or networks (10.0.0.0/8, fd00::/8).
  static Result<TrustedProxies> from(const std::vector<std::string>& entries);
  bool trusts(const Address& address) const;
  // The last hop that is not one of ours. `forwarded_for` is the whole X-Forwarded-For list; it is
  // looked at only when the peer itself is trusted. A hop that cannot be read ends the walk: then
  // the trusted hop that wrote it stands for the client.
  Address client_of(const Address& peer, std::string_view forwarded_for) const;

 private:
  struct Network {
    Address base;
    int bits = 128;
  };
  std::vector<Network> networks_;
};

}  // namespace wangdi::http
