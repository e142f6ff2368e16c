// SPDX-License-Identifier: Apache-2.0
// Days and damaged numbers of cells.
#include "common/sheet/cell.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace wangdi::sheet {
namespace {

constexpr double kLastSerial = 2'958'465;      // 31 December 9999 in the 1900 system
constexpr std::int32_t kDay0Of1900 = -25'569;  // 1899-12-30, right from serial 61 on
constexpr std::int32_t kDay0Of1904 = -24'107;  // 1904-01-01
constexpr int kWholeDigits = 15;               // that a double keeps of every decimal number

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> take_number(std::string_view& rest, std::size_t digits_most) {
  std::size_t count = 0;
  while (count < rest.size() && count < digits_most && is_digit(rest[count])) ++count;
  if (count == 0) return std::nullopt;
  int value = 0;
  std::from_chars(rest.data(), rest.data() + count, value);
  rest.remove_prefix(count);
  return value;
}

bool take(std::string_view& rest, std::string_view mark) {
  if (!rest.starts_with(mark)) return false;
  rest.remove_prefix(mark.size());
  return true;
}

// A time behind the day: nothing, or a blank or T and what follows.
bool ends_a_day(std::string_view rest) { return rest.empty() || rest[0] == ' ' || rest[0] == 'T'; }

std::optional<CivilDate> checked_day(int year, int month, int day) {
  if (year < 1850 || year > 2150) return std::nullopt;
  return CivilDate::from_parts(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
}

struct Marks {
  std::string_view after_year, after_month, after_day;
};
constexpr std::array<Marks, 4> kMarks = {
    {{"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}}};

// Digits before the decimal point once the exponent is applied; 0 when this is no plain or
// scientific decimal number.
int whole_digits(std::string_view number, bool& scientific) {
  scientific = false;
  if (!number.empty() && (number[0] == '-' || number[0] == '+')) number.remove_prefix(1);
  const auto mark = number.find_first_of("eE");
  const auto digits = number.substr(0, mark);
  const auto point = digits.find('.');
  const auto whole = digits.substr(0, point);
  if (whole.empty()) return 0;
  for (const char c : whole) {
    if (!is_digit(c)) return 0;
  }
  if (point != std::string_view::npos) {
    for (const char c : digits.substr(point + 1)) {
      if (!is_digit(c)) return 0;
    }
  }
  if (mark == std::string_view::npos)
    return static_cast<int>(std::min<std::size_t>(whole.size(), 999));
  auto power_text = number.substr(mark + 1);
  if (!power_text.empty() && power_text[0] == '+') power_text.remove_prefix(1);
  int power = 0;
  const auto [end, fault] =
      std::from_chars(power_text.data(), power_text.data() + power_text.size(), power);
  if (fault != std::errc{} || end != power_text.data() + power_text.size() || power > 400) return 0;
  scientific = true;
  return static_cast<int>(std::min<std::size_t>(whole.size(), 999)) + power;
}

}  // namespace

std::optional<CivilDate> day_of_serial(double serial, DateSystem system) {
  if (!(serial >= 0) || serial >= kLastSerial + 1) return std::nullopt;
  const auto whole = static_cast<std::int32_t>(std::floor(serial));
  if (system == DateSystem::from_1904) return CivilDate::from_days(kDay0Of1904 + whole);
  if (whole == 0 || whole == 60) return std::nullopt;
  return CivilDate::from_days(kDay0Of1900 + whole + (whole < 60 ? 1 : 0));
}

std::optional<CivilDate> written_day(std::string_view text) {
  const auto trimmed = text::trim(text);
  auto rest = trimmed;
  const auto year = take_number(rest, 4);
  if (!year || trimmed.size() - rest.size() != 4) return std::nullopt;
  if (!rest.empty() && is_digit(rest[0])) {  // 20200218
    if (rest.size() < 4) return std::nullopt;
    auto month_text = rest.substr(0, 2);
    auto day_text = rest.substr(2, 2);
    const auto month = take_number(month_text, 2);
    const auto day = take_number(day_text, 2);
    if (!month || !day || !month_text.empty() || !day_text.empty()) return std::nullopt;
    return ends_a_day(rest.substr(4)) ? checked_day(*year, *month, *day) : std::nullopt;
  }
  for (const auto& marks : kMarks) {
    auto after = rest;
    if (!take(after, marks.after_year)) continue;
    const auto month = take_number(after, 2);
    if (!month || !take(after, marks.after_month)) return std::nullopt;
    const auto day = take_number(after, 2);
    if (!day || (!take(after, marks.after_day)) || !ends_a_day(after)) return std::nullopt;
    return checked_day(*year, *month, *day);
  }
  return std::nullopt;
}

std::optional<CivilDate> day_of(const Cell& cell, DateSystem system) {
  if (cell.kind == CellKind::date) return cell.day;
  if (cell.kind == CellKind::text) return written_day(cell.text);
  if (cell.kind != CellKind::number) return std::nullopt;
  // A number such as 19900307 is a day written as digits, never a serial: those have five digits.
  if (const auto written = written_day(cell.raw)) return written;
  double serial = 0;
  const auto [end, fault] =
      std::from_chars(cell.raw.data(), cell.raw.data() + cell.raw.size(), serial);
  if (fault != std::errc{} || end != cell.raw.data() + cell.raw.size()) return std::nullopt;
  const auto day = day_of_serial(serial, system);
  return day && day->year() >= 1900 && day->year() <= 2150 ? day : std::nullopt;
}

bool digits_lost(const Cell& cell) {
  bool scientific = false;
  if (cell.kind == CellKind::number) return whole_digits(cell.raw, scientific) > kWholeDigits;
  if (cell.kind != CellKind::text) return false;
  // Text of a CSV: twelve digits and more are shown in scientific form with five or six digits.
  const auto digits = whole_digits(text::trim(cell.text), scientific);
  return scientific && digits >= 12;
}

}  // namespace wangdi::sheet
