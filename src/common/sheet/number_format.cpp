// SPDX-License-Identifier: Apache-2.0
// Reading and applying number format codes.
#include "common/sheet/number_format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace wangdi::sheet {
namespace {

constexpr double kWholeLimit = 1e15;  // from here on a double drops digits
constexpr int kDayMs = 86'400'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t sequence_bytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// Walks a format code and tells literal text from the letters that mean something.
class CodeReader {
 public:
  struct Item {
    bool literal = false;
    std::string_view text;  // literal text, one meaningful character, or a bracket's content
    bool bracket = false;
  };
  explicit CodeReader(std::string_view code) : rest_(code) {}

  bool next(Item& item) {
    if (rest_.empty()) return false;
    switch (rest_[0]) {
      case '"': {
        const auto close = rest_.find('"', 1);
        const auto size = close == std::string_view::npos ? rest_.size() - 1 : close - 1;
        return give(item, {.literal = true, .text = rest_.substr(1, size)}, size + 2);
      }
      case '[': {
        const auto close = rest_.find(']');
        const auto size = close == std::string_view::npos ? rest_.size() - 1 : close - 1;
        return give(item, {.text = rest_.substr(1, size), .bracket = true}, size + 2);
      }
      case '\\': {
        const auto size = rest_.size() > 1 ? sequence_bytes(rest_[1]) : 0;
        return give(item, {.literal = true, .text = rest_.substr(1, size)}, 1 + size);
      }
      case '_':
      case '*': {  // room as wide as, or filled with, the next character
        const auto size = rest_.size() > 1 ? sequence_bytes(rest_[1]) : 0;
        return give(item, {.literal = true, .text = {}}, 1 + size);
      }
      default: {
        const auto size = sequence_bytes(rest_[0]);
        return give(item, {.literal = size > 1, .text = rest_.substr(0, size)}, size);
      }
    }
  }

 private:
  bool give(Item& item, Item what, std::size_t used) {
    item = what;
    rest_.remove_prefix(std::min(used, rest_.size()));
    return true;
  }
  std::string_view rest_;
};

struct Letters {
  bool day = false, month = false, clock = false, digits = false, text = false;
};

// Which kinds of letters the first section has.
Letters letters_of(std::string_view code) {
  Letters letters;
  CodeReader reader(code);
  for (CodeReader::Item item; reader.next(item);) {
    if (item.literal) continue;
    if (item.bracket) {  // [h] [mm] [ss] count hours; [Red], [$-804], [>=5] do not
      const bool counting = !item.text.empty() && std::ranges::all_of(item.text, [](char c) {
        return lower(c) == 'h' || lower(c) == 'm' || lower(c) == 's';
      });
      letters.clock |= counting;
      continue;
    }
    switch (lower(item.text[0])) {
      case ';':
        return letters;
      case 'y':
      case 'd':
        letters.day = true;
        break;
      case 'm':
        letters.month = true;
        break;
      case 'h':
      case 's':
        letters.clock = true;
        break;
      case '0':
      case '#':
      case '?':
        letters.digits = true;
        break;
      case '@':
        letters.text = true;
        break;
      default:
        break;
    }
  }
  return letters;
}

// Adds one meaningful character to a section; false for what patterns do not cover.
bool add_symbol(char symbol, FormatSection& section, bool& behind_point) {
  auto& tokens = behind_point ? section.decimals : section.whole;
  switch (symbol) {
    case '0':
    case '#':
    case '?':
      tokens.push_back({.kind = symbol, .literal = {}});
      return true;
    case '.':
      if (behind_point) return false;
      behind_point = true;
      return true;
    case ',':
      section.grouped = true;
      return true;
    case '%':
      ++section.percents;
      tokens.push_back({.kind = 'L', .literal = "%"});
      return section.percents <= 2;
    case ' ':
    case '-':
    case '+':
    case '(':
    case ')':
    case '$':
    case ':':
    case '!':
    case '&':
    case '\'':
    case '~':
    case '{':
    case '}':
    case '<':
    case '>':
    case '=':
    case '^':
      tokens.push_back({.kind = 'L', .literal = std::string(1, symbol)});
      return true;
    default:
      return false;  // E+ of scientific form, / of fractions, letters
  }
}

bool parse_pattern(std::string_view code, NumberFormat& format) {
  bool behind_point = false;
  format.section_count = 1;
  CodeReader reader(code);
  for (CodeReader::Item item; reader.next(item);) {
    auto& section = format.sections[format.section_count - 1];
    if (item.bracket) {
      if (item.text.find_first_of("<>=") != std::string_view::npos) return false;
      continue;
    }
    if (item.literal) {
      (behind_point ? section.decimals : section.whole)
          .push_back({.kind = 'L', .literal = std::string(item.text)});
      continue;
    }
    if (item.text[0] == ';') {
      if (format.section_count == format.sections.size()) return true;  // the fourth is for text
      ++format.section_count;
      behind_point = false;
      continue;
    }
    if (!add_symbol(item.text[0], section, behind_point)) return false;
  }
  return true;
}

std::string fixed(double value, int decimals) {
  std::array<char, 512> buffer;
  const auto [end, fault] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::fixed, decimals);
  return fault == std::errc{} ? std::string(buffer.data(), end) : std::string();
}

// Fifteen significant digits, as a spreadsheet keeps them; large and tiny values in scientific
// form.
std::string general(double value, std::string_view raw) {
  const bool plain = raw.size() <= 15 && !raw.empty() &&
                     std::ranges::all_of(raw, [](char c) { return c >= '0' && c <= '9'; });
  if (plain && (raw.size() == 1 || raw[0] != '0')) return std::string(raw);
  std::array<char, 64> buffer;
  const double size = std::fabs(value);
  const bool scientific = size >= kWholeLimit || (size != 0 && size < 1e-9);
  const auto form = scientific ? std::chars_format::scientific : std::chars_format::general;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, form, scientific ? 14 : 15)
          .ptr;
  std::string text(buffer.data(), end);
  const auto mark = text.find('e');
  if (mark != std::string::npos) {
    if (text.find('.') < mark) {
      const auto last = text.find_last_not_of('0', mark - 1);
      text.erase(text[last] == '.' ? last : last + 1, mark - (text[last] == '.' ? last : last + 1));
    }
    text[text.find('e')] = 'E';
  }
  return text;
}

// The digits of the whole part put into the places from the right; a literal stays where it stands.
std::string place_whole(std::string digits, const FormatSection& section) {
  if (digits == "0") digits.clear();
  const auto is_place = [](const FormatSection::Token& token) { return token.kind != 'L'; };
  auto places_left = std::ranges::count_if(section.whole, is_place);
  std::vector<std::string> pieces;  // from right to left
  std::size_t taken = 0;
  const auto take_digit = [&] {
    if (section.grouped && taken > 0 && taken % 3 == 0) pieces.emplace_back(",");
    pieces.emplace_back(1, digits[digits.size() - 1 - taken]);
    ++taken;
  };
  for (auto token = section.whole.rbegin(); token != section.whole.rend(); ++token) {
    if (token->kind == 'L') {
      pieces.push_back(token->literal);
      continue;
    }
    --places_left;
    if (taken < digits.size()) {
      take_digit();
    } else if (token->kind == '0') {
      if (section.grouped && taken > 0 && taken % 3 == 0) pieces.emplace_back(",");
      pieces.emplace_back("0");
      ++taken;
    }
    while (places_left == 0 && taken < digits.size())
      take_digit();  // the leftmost place takes the rest
  }
  std::string text;
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) text += *piece;
  return text;
}

std::string place_decimals(std::string_view digits, const FormatSection& section) {
  auto keep = digits.size();
  std::vector<const FormatSection::Token*> places;
  for (const auto& token : section.decimals) {
    if (token.kind != 'L') places.push_back(&token);
  }
  while (keep > 0 && places[keep - 1]->kind != '0' && digits[keep - 1] == '0') --keep;
  std::string text = keep > 0 ? "." : "";
  std::size_t at = 0;
  for (const auto& token : section.decimals) {
    if (token.kind == 'L') {
      text += token.literal;
    } else if (at < keep) {
      text += digits[at++];
    }
  }
  return text;
}

std::string by_pattern(double value, const FormatSection& section, bool sign) {
  const auto places =
      std::ranges::count_if(section.decimals, [](const auto& token) { return token.kind != 'L'; });
  const double scale = section.percents == 0 ? 1 : section.percents == 1 ? 100 : 10'000;
  const auto digits = fixed(std::fabs(value) * scale, static_cast<int>(std::min<long>(places, 30)));
  const auto point = digits.find('.');
  const auto behind =
      point == std::string::npos ? std::string_view() : std::string_view(digits).substr(point + 1);
  const auto text = place_whole(digits.substr(0, point), section) + place_decimals(behind, section);
  return sign ? "-" + text : text;
}

void append_two(std::string& text, int value) {
  text += static_cast<char>('0' + value / 10);
  text += static_cast<char>('0' + value % 10);
}

std::string clock_text(int second_of_day) {
  std::string text;
  append_two(text, second_of_day / 3'600);
  text += ':';
  append_two(text, second_of_day / 60 % 60);
  if (second_of_day % 60 != 0) {
    text += ':';
    append_two(text, second_of_day % 60);
  }
  return text;
}

}  // namespace

NumberFormat parse_format(std::string_view code) {
  NumberFormat format;
  if (code.empty()) return format;
  const bool is_general =
      std::ranges::equal(code.substr(0, 7), std::string_view("general"), {}, lower);
  if (is_general) return format;
  const auto letters = letters_of(code);
  if (letters.day || (letters.month && !letters.clock)) {
    format.shows = letters.clock ? Shows::day_and_time : Shows::day;
  } else if (letters.clock) {
    format.shows = Shows::time;
  } else if (letters.text && !letters.digits) {
    format.shows = Shows::text;
  } else if (letters.digits && parse_pattern(code, format)) {
    format.shows = Shows::pattern;
  }
  return format;
}

NumberFormat builtin_format(std::uint32_t id) {
  struct Builtin {
    std::uint32_t first, last;
    std::string_view code;
  };
  static constexpr Builtin kBuiltin[] = {{1, 1, "0"},
                                         {2, 2, "0.00"},
                                         {3, 3, "#,##0"},
                                         {4, 4, "#,##0.00"},
                                         {9, 9, "0%"},
                                         {10, 10, "0.00%"},
                                         {14, 17, "yyyy-m-d"},
                                         {18, 21, "h:mm:ss"},
                                         {22, 22, "yyyy-m-d h:mm"},
                                         {27, 31, "yyyy-m-d"},
                                         {32, 35, "h:mm:ss"},
                                         {36, 36, "yyyy-m-d"},
                                         {37, 38, "#,##0;(#,##0)"},
                                         {39, 40, "#,##0.00;(#,##0.00)"},
                                         {45, 47, "h:mm:ss"},
                                         {49, 49, "@"},
                                         {50, 54, "yyyy-m-d"},
                                         {55, 56, "h:mm:ss"},
                                         {57, 58, "yyyy-m-d"}};
  for (const auto& builtin : kBuiltin) {
    if (id >= builtin.first && id <= builtin.last) return parse_format(builtin.code);
  }
  return {};
}

std::string display_number(double value, std::string_view raw, const NumberFormat& format) {
  if (format.shows != Shows::pattern || std::fabs(value) >= 1e300) return general(value, raw);
  const std::size_t wanted = value < 0 ? 1 : value == 0 ? 2 : 0;
  if (wanted < format.section_count) return by_pattern(value, format.sections[wanted], false);
  return by_pattern(value, format.sections[0], value < 0);
}

ShownDate display_date(double serial, Shows shows, DateSystem system) {
  // A spreadsheet rounds to the second it shows; half a second before midnight is the next day.
  const double rounded = std::round(serial * 86'400) / 86'400;
  if (!(rounded >= 0) || rounded > 3'000'000) return {.text = "#####", .day = {}};
  const auto whole = std::floor(rounded);
  const auto second =
      std::clamp(static_cast<int>(std::lround((rounded - whole) * 86'400)), 0, kDayMs / 1'000 - 1);
  if (shows == Shows::time) return {.kind = CellKind::date, .text = clock_text(second), .day = {}};
  const auto day = day_of_serial(whole, system);
  if (!day) return {.text = "#####", .day = {}};
  auto text = day->text();
  if (shows == Shows::day_and_time) text += ' ' + clock_text(second);
  return {.kind = CellKind::date, .text = std::move(text), .day = day};
}

}  // namespace wangdi::sheet
