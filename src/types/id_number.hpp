// SPDX-License-Identifier: Apache-2.0
// IdNumber: a resident identity number of GB 11643-1999, 17 digits and a check character. Whoever
// holds one knows that its check fits and that its birth date exists. It is personal data: it goes
// to the vault and to its reader's screen, never into a log, an error text or a fixture.
#pragma once

#include <array>
#include <compare>
#include <string>
#include <string_view>

#include "base/civil_date.hpp"
#include "base/result.hpp"

namespace wangdi {

class IdNumber {
 public:
  static constexpr std::array<int, 17> kWeights = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                                                   3, 7, 9,  10, 5, 8, 4, 2};
  // The check character by the weighted sum's remainder of 11.
  static constexpr std::string_view kCheckCharacters = "10X98765432";
  static constexpr std::size_t kDateAt = 6;  // eight digits of birth

  IdNumber() = default;  // empty, of nobody
  // Exactly 18 characters; a lower-case x becomes X. Errors: id_number_length,
  // id_number_characters, id_number_date (not a day between 1850 and 2150), id_number_check.
  // Whether the day lies in the future is born_after's to say: a number knows no today.
  static Result<IdNumber> parse(std::string_view text);
  // The check character of the first 17 digits: '0' to '9' or 'X'. The digits must be digits.
  static char check_character(std::string_view digits17);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  CivilDate birth_date() const;
  // The 17th digit: odd is male. False for the empty number.
  bool is_male() const;
  // First six digits: the county of first registration.
  std::string_view region() const { return std::string_view(text_).substr(0, 6); }
  bool born_after(CivilDate today) const { return birth_date() > today; }

  auto operator<=>(const IdNumber&) const = default;

 private:
  explicit IdNumber(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace wangdi
