// SPDX-License-Identifier: Apache-2.0
// Client addresses and trusted networks.
#include "http/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "http/characters.hpp"

namespace wangdi::http {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int kMappedBits = 96;
constexpr int kForwardedHopsMax = 16;
constexpr std::size_t kAddressTextMax = 64;

bool same_prefix(const Address& a, const Address& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  b.bytes.begin())) {
    return false;
  }
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF << (8 - rest));
  return (a.bytes[whole] & mask) == (b.bytes[whole] & mask);
}

// Proxies write a, a:port, [b] or [b]:port.
std::optional<Address> parse_hop(std::string_view hop) {
  if (!hop.empty() && hop.front() == '[') {
    const auto close = hop.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    return Address::parse(hop.substr(1, close - 1));
  }
  if (std::ranges::count(hop, ':') == 1) hop = hop.substr(0, hop.find(':'));
  return Address::parse(hop);
}

}  // namespace

bool Address::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

bool Address::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  Address one;
  one.bytes[15] = 1;
  return *this == one;
}

Address Address::client() const {
  if (is_v4() || is_loopback()) return *this;
  Address network = *this;
  std::fill(network.bytes.begin() + 8, network.bytes.end(), std::uint8_t{0});
  return network;
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes.data() + 12, buffer.data(), buffer.size());
    return buffer.data();
  }
  inet_ntop(AF_INET6, bytes.data(), buffer.data(), buffer.size());
  std::string text = buffer.data();
  const bool cut = !is_loopback() && client() == *this;
  return cut ? text + "/64" : text;
}

std::optional<Address> Address::parse(std::string_view text) {
  if (text.empty() || text.size() > kAddressTextMax) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  Address address;
  std::array<std::uint8_t, 4> v4{};
  if (inet_pton(AF_INET, terminated.c_str(), v4.data()) == 1) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
    std::copy(v4.begin(), v4.end(), address.bytes.begin() + 12);
    return address;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

Result<TrustedProxies> TrustedProxies::from(const std::vector<std::string>& entries) {
  TrustedProxies proxies;
  for (const auto& entry : entries) {
    const auto slash = entry.find('/');
    const auto address = Address::parse(std::string_view(entry).substr(0, slash));
    const auto refused = [&entry] {
      return Error(ErrorCode::configuration_invalid).with("what", "trusted_proxies: " + entry);
    };
    if (!address) return refused();
    const int width = address->is_v4() ? 32 : 128;
    int bits = width;
    if (slash != std::string::npos) {
      const auto* first = entry.data() + slash + 1;
      const auto* last = entry.data() + entry.size();
      const auto [end, failed] = std::from_chars(first, last, bits);
      if (failed != std::errc{} || end != last || bits < 0 || bits > width) return refused();
    }
    proxies.networks_.push_back({*address, address->is_v4() ? bits + kMappedBits : bits});
  }
  return proxies;
}

bool TrustedProxies::trusts(const Address& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) {
    return same_prefix(network.base, address, network.bits);
  });
}

Address TrustedProxies::client_of(const Address& peer, std::string_view forwarded_for) const {
  Address hop = peer;
  for (int hops = 0; hops < kForwardedHopsMax && trusts(hop) && !forwarded_for.empty(); ++hops) {
    const auto comma = forwarded_for.rfind(',');
    const auto last =
        comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1);
    forwarded_for =
        comma == std::string_view::npos ? std::string_view{} : forwarded_for.substr(0, comma);
    const auto next = parse_hop(trim_blanks(last));
    if (!next) break;
    hop = *next;
  }
  return hop;
}

}  // namespace wangdi::http
