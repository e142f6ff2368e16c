// SPDX-License-Identifier: Apache-2.0
// The first letters of a character's readings, and names found by typing first letters. A character
// may have several readings (曾 zeng, ceng): any of them matches. Nobody can type the reading of a
// character that the table does not know, so there any letter matches.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace wangdi::pinyin {

using Letters = std::uint32_t;  // bit 0 is 'a', bit 25 is 'z'
inline constexpr Letters kAnyLetter = (1u << 26) - 1;

class Table {
 public:
  // `csv` is the text of data/pinyin/initials.csv. Errors: file_damaged with the line.
  static Result<Table> parse(std::string_view csv);
  // Errors: file_damaged, also when the file cannot be read.
  static Result<Table> load(const std::string& path);

  // Letters a character can begin with; a Latin letter is itself, a digit is read in Chinese.
  Letters letters(char32_t character) const {
    return character < kBasicPlane ? basic_[character] : beyond(character);
  }
  // Whether `typed` (a to z, 0 to 9) stands for the character: a digit only for itself.
  bool reads(char32_t character, char typed) const {
    if (typed >= '0' && typed <= '9') return character == static_cast<char32_t>(typed);
    return (letters(character) >> (typed - 'a') & 1u) != 0;
  }

  // The letters of each searched character of a name, in order.
  std::vector<Letters> initials(std::string_view name) const;
  // Whether `query` (letters and digits of either width and case; blanks are ignored) stands for
  // neighbouring characters anywhere in the name. An empty query or one with other characters
  // matches nothing.
  bool matches(std::string_view query, std::string_view name) const;
  // All spellings of a name by first letters, "zx" and "cx" for 曾巷, alphabetical, at most
  // `limit`; an unknown character is spelt '?'.
  std::vector<std::string> keys(std::string_view name, std::size_t limit) const;

 private:
  static constexpr char32_t kBasicPlane = 0x10000;

  Table();
  Letters beyond(char32_t character) const;
  void add(char32_t character, Letters letters);

  std::vector<Letters> basic_;
  std::vector<std::pair<char32_t, Letters>> beyond_;  // ordered
};

// A query of first letters in its typed form: lower case, without blanks. Empty when it is none,
// because it holds anything but letters and digits or no letter at all.
std::string typed_initials(std::string_view query);

}  // namespace wangdi::pinyin
