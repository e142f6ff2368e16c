// SPDX-License-Identifier: Apache-2.0
// Byte views and the big-endian form in which numbers enter authenticated data, hashes and MACs.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace wangdi::crypto {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Fixed width, so that neighbouring numbers can never be read as one another.
template <class T>
std::array<std::uint8_t, sizeof(T)> big_endian(T value) {
  static_assert(std::is_integral_v<T>);
  std::array<std::uint8_t, sizeof(T)> bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[sizeof(T) - 1 - i] =
        static_cast<std::uint8_t>(static_cast<std::make_unsigned_t<T>>(value) >> (8 * i));
  }
  return bytes;
}

}  // namespace wangdi::crypto
