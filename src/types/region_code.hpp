// SPDX-License-Identifier: Apache-2.0
// RegionCode names a node of the division tree; District names the shard a record belongs to.
// A code's length tells its level, and a code begins with its parent's code, so a subtree is a
// prefix. Source of the lengths: statistical division codes, see data/README.md.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wangdi {

enum class RegionLevel : std::uint8_t {
  nation = 0,
  province = 1,
  city = 2,
  county = 3,
  township = 4,
  community = 5,
  grid = 6,  // below the published tree: community code + three digits of our own
};

// Distribution key: the first six digits of a code at county level or below; what stands above the
// county has a pseudo-district, 9,000,000 + code (nation 9000000, Jiangsu 9000032, Suzhou 9003205).
struct District {
  std::int32_t number = 9'000'000;
  auto operator<=>(const District&) const = default;
  bool is_pseudo() const { return number >= 9'000'000; }
};

class RegionCode {
 public:
  RegionCode() = default;  // the nation: the empty code
  // Digits only, of length 0, 2, 4, 6, 9, 12 or 15.
  static Result<RegionCode> parse(std::string_view text);
  // The place that a district's number is made of: a county, or what stands above one.
  static Result<RegionCode> of(District district);

  const std::string& text() const { return code_; }
  RegionLevel level() const;
  District district() const;
  // The code cut to a level; a code above that level is returned unchanged.
  RegionCode at(RegionLevel level) const;
  // The next node up; the nation is its own parent.
  RegionCode parent() const;
  // True when `other` is this node or below it.
  bool contains(const RegionCode& other) const { return other.code_.starts_with(code_); }

  auto operator<=>(const RegionCode&) const = default;

 private:
  explicit RegionCode(std::string code) : code_(std::move(code)) {}
  std::string code_;
};

// Digits of a code at a level.
std::size_t code_digits(RegionLevel level);

}  // namespace wangdi

template <>
struct std::hash<wangdi::RegionCode> {
  std::size_t operator()(const wangdi::RegionCode& code) const noexcept {
    return std::hash<std::string>{}(code.text());
  }
};
template <>
struct std::hash<wangdi::District> {
  std::size_t operator()(const wangdi::District& district) const noexcept {
    return std::hash<std::int32_t>{}(district.number);
  }
};
