// SPDX-License-Identifier: Apache-2.0
// Levels, districts and prefixes of region codes.
#include "types/region_code.hpp"

#include <algorithm>
#include <array>

namespace wangdi {
namespace {
constexpr std::array<std::size_t, 7> kDigits = {0, 2, 4, 6, 9, 12, 15};
constexpr std::int32_t kPseudoDistrictBase = 9'000'000;

std::int32_t as_number(std::string_view digits) {
  std::int32_t number = 0;
  for (const char digit : digits) number = number * 10 + (digit - '0');
  return number;
}
}  // namespace

std::size_t code_digits(RegionLevel level) { return kDigits[static_cast<std::size_t>(level)]; }

Result<RegionCode> RegionCode::parse(std::string_view text) {
  const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || std::ranges::find(kDigits, text.size()) == kDigits.end()) {
    return Error(ErrorCode::region_code_invalid);
  }
  return RegionCode(std::string(text));
}

RegionLevel RegionCode::level() const {
  const auto found = std::ranges::find(kDigits, code_.size());
  WD_ASSERT(found != kDigits.end());
  return static_cast<RegionLevel>(found - kDigits.begin());
}

Result<RegionCode> RegionCode::of(District district) {
  const auto number =
      district.is_pseudo() ? district.number - kPseudoDistrictBase : district.number;
  return parse(number == 0 ? std::string() : std::to_string(number));
}

District RegionCode::district() const {
  if (level() >= RegionLevel::county) return {as_number(std::string_view(code_).substr(0, 6))};
  return {kPseudoDistrictBase + (code_.empty() ? 0 : as_number(code_))};
}

RegionCode RegionCode::at(RegionLevel wanted) const {
  return RegionCode(code_.substr(0, code_digits(wanted)));
}

RegionCode RegionCode::parent() const {
  const auto current = level();
  if (current == RegionLevel::nation) return *this;
  return at(static_cast<RegionLevel>(static_cast<int>(current) - 1));
}

}  // namespace wangdi
