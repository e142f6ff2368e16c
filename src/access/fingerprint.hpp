// SPDX-License-Identifier: Apache-2.0
// 32 bytes of a hash or a MAC as a value of its own: a key of tables and maps.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>

#include "store/value.hpp"

namespace wangdi::access {

struct Fingerprint {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Fingerprint&) const = default;
};

}  // namespace wangdi::access

template <>
struct wangdi::store::ColumnTraits<wangdi::access::Fingerprint> {
  using Bytes32 = ColumnTraits<std::array<std::uint8_t, 32>>;
  static constexpr ColumnType kType = ColumnType::kBlob;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, const access::Fingerprint& value) {
    Bytes32::bind(to, column, value.bytes);
  }
  static access::Fingerprint read(const RowReader& from, std::size_t column) {
    return {Bytes32::read(from, column)};
  }
};

// The bytes are evenly spread already.
template <>
struct std::hash<wangdi::access::Fingerprint> {
  std::size_t operator()(const wangdi::access::Fingerprint& value) const noexcept {
    std::size_t first;
    std::memcpy(&first, value.bytes.data(), sizeof first);
    return first;
  }
};
