// SPDX-License-Identifier: Apache-2.0
// Masks and normal forms of vault fields.
#include "vault/fields.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace wangdi::vault {

std::vector<Field> Fields::list() const {
  std::vector<Field> fields;
  for (std::uint8_t number = 1; number <= kLastField; ++number) {
    const auto field = static_cast<Field>(number);
    if (contains(field)) fields.push_back(field);
  }
  return fields;
}

std::string normalised(std::string_view value) {
  std::string kept;
  const auto is_ascii = [](char c) { return static_cast<signed char>(c) >= 0; };
  if (std::ranges::all_of(value, is_ascii)) {
    for (const char c : value) {
      const bool upper = c >= 'A' && c <= 'Z';
      if (c != ' ' && c != '-') kept.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return kept;
  }
  for (const char c : text::fold(value)) {
    if (c != ' ' && c != '-') kept.push_back(c);
  }
  return kept;
}

std::string masked(Field field, std::string_view value) {
  constexpr std::size_t kYearDigits = 4;
  if (value.empty()) return {};
  switch (field) {
    case Field::name:
      return text::mask_name(value);
    case Field::document_number:
    case Field::phone:
      return text::mask_number(value);
    case Field::birth_date:
      return std::string(value.substr(0, kYearDigits)) + "-**-**";
    case Field::document_kind:
    case Field::unit:
    case Field::floor:
    case Field::room:
    case Field::display:
      return std::string(value);
    case Field::note:
    case Field::journey:
    case Field::held_body:
    case Field::list:
      return "***";
  }
  return "***";
}

}  // namespace wangdi::vault
