// SPDX-License-Identifier: Apache-2.0
// Number formats of a workbook: whether a number is shown as a day or a time, and how a plain
// number reads. Simple patterns (zeros in front, decimals, thousands, percent, fixed texts such as
// 0"室" or 000-0000-0000) are followed; what is beyond them reads as with the format "General".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/sheet/cell.hpp"

namespace wangdi::sheet {

enum class Shows : std::uint8_t { general, text, day, time, day_and_time, pattern };

// One of the sections that a format code has for positive, negative and zero values.
struct FormatSection {
  struct Token {
    char kind = 0;        // '0' '#' '?' a digit's place, 'L' literal text
    std::string literal;  // of 'L'
  };
  std::vector<Token> whole;     // before the decimal point, literals among the digits
  std::vector<Token> decimals;  // behind it
  bool grouped = false;         // 1,234,567
  int percents = 0;
};

struct NumberFormat {
  Shows shows = Shows::general;
  std::array<FormatSection, 3> sections;  // positive, negative, zero
  std::size_t section_count = 0;          // of a pattern, 1 to 3
};

// The format of a built-in id (dates of the Chinese editions included); "General" for an unused
// one.
NumberFormat builtin_format(std::uint32_t id);
NumberFormat parse_format(std::string_view code);

// What a person sees of a number. `value` is what `raw`, the stored text, stands for.
std::string display_number(double value, std::string_view raw, const NumberFormat& format);

struct ShownDate {
  CellKind kind = CellKind::error;  // date, or error when the spreadsheet could not show it either
  std::string text;
  std::optional<CivilDate> day;
};
ShownDate display_date(double serial, Shows shows, DateSystem system);

}  // namespace wangdi::sheet
