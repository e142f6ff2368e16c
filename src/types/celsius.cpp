// SPDX-License-Identifier: Apache-2.0
// Exact reading of a temperature's decimal text.
#include "types/celsius.hpp"

#include <algorithm>

namespace wangdi {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Error out_of_range() {
  return Error(ErrorCode::temperature_out_of_range).with("least", "34.0").with("most", "42.0");
}

}  // namespace

Result<Celsius> Celsius::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  auto decimals = point == std::string_view::npos ? std::string_view("0") : text.substr(point + 1);
  if (!all_digits(whole) || !all_digits(decimals)) {
    return Error(ErrorCode::field_type).with("expected", "数字").with("expected_en", "a number");
  }
  while (decimals.size() > 1 && decimals.ends_with('0')) decimals.remove_suffix(1);
  if (decimals.size() > 1) return Error(ErrorCode::decimals_too_many).with("limit", "1");
  if (negative || whole.size() != 2) return out_of_range();
  const auto found =
      from_tenths((whole[0] - '0') * 100 + (whole[1] - '0') * 10 + decimals[0] - '0');
  if (!found) return out_of_range();
  return *found;
}

std::string Celsius::text() const {
  return std::to_string(tenths_ / 10) + '.' + static_cast<char>('0' + tenths_ % 10);
}

}  // namespace wangdi
