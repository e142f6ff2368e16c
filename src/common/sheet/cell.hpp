// SPDX-License-Identifier: Apache-2.0
// One cell of a table file as a person sees it, with the stored text beside it, and the two
// questions an import asks of it: did the spreadsheet destroy digits of this number, and which day
// is this.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/civil_date.hpp"

namespace wangdi::sheet {

enum class CellKind : std::uint8_t {
  empty = 0,
  text = 1,
  number = 2,
  date = 3,     // a number whose format shows a day or a time
  boolean = 4,  // text is TRUE or FALSE
  error = 5,    // #N/A and the like; also a date out of range and a formula never calculated
};

// The texts live as long as the call of the row callback that hands them out.
struct Cell {
  CellKind kind = CellKind::empty;
  // What the sheet shows: a room formatted 0000 reads 0402; a day reads 1990-03-07, with the time
  // behind a blank where the format shows one; a time alone reads 08:30.
  std::string_view text;
  // What the file stores, 402 or 32939: of numbers, dates and booleans. Else the same as text.
  std::string_view raw;
  std::optional<CivilDate> day = std::nullopt;  // of a date that shows a day
  // Repeated from the first cell of a merged range. A range reads as its first cell, repeated down
  // its first column; the range's other columns stay empty.
  bool merged = false;

  bool is_empty() const { return kind == CellKind::empty; }
};

// How a workbook counts days. The second is a choice of old Macintosh files.
enum class DateSystem : std::uint8_t { from_1900 = 0, from_1904 = 1 };

// The day a serial number means: whole days since the system's day 0, the fraction is the time.
// None for what a spreadsheet cannot show: negative, beyond the year 9999, and the 29 February 1900
// that never was.
std::optional<CivilDate> day_of_serial(double serial, DateSystem system);

// The day a person wrote: 2020-02-18, 2020/2/18, 2020.2.18, 2020年2月18日, 20200218; a time behind
// a blank is passed over. None for all else, two-digit years above all.
std::optional<CivilDate> written_day(std::string_view text);

// The day in a cell of a column of days: a date's own, a written one, or a bare number read as a
// serial between 1 January 1900 and 31 December 2150.
std::optional<CivilDate> day_of(const Cell& cell, DateSystem system);

// True when a spreadsheet has kept a long number as a floating-point value, so that digits behind
// the fifteenth are gone: 9.99901E+17 in place of an identity number. Such a value must be entered
// again; no rule can repair it. Fifteen digits and fewer are whole.
bool digits_lost(const Cell& cell);

}  // namespace wangdi::sheet
