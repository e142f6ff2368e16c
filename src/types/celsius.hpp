// SPDX-License-Identifier: Apache-2.0
// Celsius: a body temperature from 34.0 to 42.0 degrees with one decimal, held in tenths so that
// comparing and storing are exact.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wangdi {

class Celsius {
 public:
  static constexpr std::int32_t kLeastTenths = 340;
  static constexpr std::int32_t kMostTenths = 420;

  constexpr Celsius() = default;  // 36.0
  // Decimal text without exponent: "36", "36.5", "36.50". Errors: field_type, decimals_too_many,
  // temperature_out_of_range.
  static Result<Celsius> parse(std::string_view text);
  // Nothing when out of range.
  static constexpr std::optional<Celsius> from_tenths(std::int64_t tenths) {
    if (tenths < kLeastTenths || tenths > kMostTenths) return std::nullopt;
    return Celsius(static_cast<std::int32_t>(tenths));
  }

  constexpr std::int32_t tenths() const { return tenths_; }
  std::string text() const;  // always with one decimal: "36.0"
  constexpr auto operator<=>(const Celsius&) const = default;

 private:
  explicit constexpr Celsius(std::int32_t tenths) : tenths_(tenths) {}
  std::int32_t tenths_ = 360;
};

}  // namespace wangdi
