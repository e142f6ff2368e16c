// SPDX-License-Identifier: Apache-2.0
// The check digit and date rules of IdNumber (GB 11643-1999).
#include "types/id_number.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace wangdi {
namespace {

constexpr std::size_t kLength = 18;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<CivilDate> birth_date_in(std::string_view number) {
  const auto digits = number.substr(IdNumber::kDateAt, 8);
  std::string date(digits.substr(0, 4));
  date.append("-").append(digits.substr(4, 2)).append("-").append(digits.substr(6, 2));
  return CivilDate::parse(date);
}

}  // namespace

char IdNumber::check_character(std::string_view digits17) {
  WD_ASSERT(digits17.size() == kWeights.size());
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += (digits17[i] - '0') * kWeights[i];
  return kCheckCharacters[static_cast<std::size_t>(sum) % kCheckCharacters.size()];
}

Result<IdNumber> IdNumber::parse(std::string_view text) {
  const auto length = text::length(text);
  if (length != kLength) {
    return Error(ErrorCode::id_number_length).with("length", std::to_string(length));
  }
  // 18 characters in more than 18 bytes are not all digits.
  const bool last_fits = is_digit(text.back()) || text.back() == 'X' || text.back() == 'x';
  if (text.size() != kLength || !last_fits || !std::ranges::all_of(text.substr(0, 17), is_digit)) {
    return Error(ErrorCode::id_number_characters);
  }
  if (!birth_date_in(text)) return Error(ErrorCode::id_number_date);
  std::string normal(text);
  if (normal.back() == 'x') normal.back() = 'X';
  const char expected = check_character(text.substr(0, 17));
  if (normal.back() != expected) {
    return Error(ErrorCode::id_number_check).with("expected", std::string(1, expected));
  }
  return IdNumber(std::move(normal));
}

CivilDate IdNumber::birth_date() const {
  if (text_.empty()) return CivilDate();
  const auto date = birth_date_in(text_);
  WD_ASSERT(date.has_value());
  return *date;
}

bool IdNumber::is_male() const { return !text_.empty() && (text_[16] - '0') % 2 == 1; }

}  // namespace wangdi
