// SPDX-License-Identifier: Apache-2.0
// What a phone's own key is called: the first 16 bytes of the SHA-256 of its public point. A value
// of its own, since an id that the server mints is something else.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/bytes.hpp"
#include "store/value.hpp"

namespace wangdi::access {

struct DeviceKeyId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const DeviceKeyId&) const = default;

  static DeviceKeyId of(crypto::ByteView public_point);
  // base64url without padding: 22 characters.
  std::string text() const;
  // Nothing when it is no such text.
  static std::optional<DeviceKeyId> parse(std::string_view text);
};

}  // namespace wangdi::access

template <>
struct wangdi::store::ColumnTraits<wangdi::access::DeviceKeyId> {
  using Bytes16 = ColumnTraits<std::array<std::uint8_t, 16>>;
  static constexpr ColumnType kType = ColumnType::kBlob;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, const access::DeviceKeyId& value) {
    Bytes16::bind(to, column, value.bytes);
  }
  static access::DeviceKeyId read(const RowReader& from, std::size_t column) {
    return {Bytes16::read(from, column)};
  }
};

// The bytes are evenly spread already.
template <>
struct std::hash<wangdi::access::DeviceKeyId> {
  std::size_t operator()(const wangdi::access::DeviceKeyId& value) const noexcept {
    std::size_t first;
    std::memcpy(&first, value.bytes.data(), sizeof first);
    return first;
  }
};
