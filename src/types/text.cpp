// SPDX-License-Identifier: Apache-2.0
// The rule of bounded text.
#include "types/text.hpp"

#include <array>

#include "base/text.hpp"

namespace wangdi::detail {
namespace {

// In UTF-8: next line, line and paragraph separator break a line like \n does.
constexpr std::array<std::string_view, 3> kLineBreaks = {"\u0085", "\u2028", "\u2029"};

// C1 controls, and the marks that turn the direction of writing and can disguise a text.
bool starts_with_hidden_control(std::string_view rest) {
  if (rest.size() >= 2 && rest[0] == '\xC2') return static_cast<unsigned char>(rest[1]) < 0xA0;
  if (rest.size() < 3 || rest[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(rest[1]);
  const auto third = static_cast<unsigned char>(rest[2]);
  return (second == 0x80 && third >= 0xAA && third <= 0xAE) ||
         (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

std::size_t line_break_bytes(std::string_view rest) {
  if (rest[0] == '\t' || rest[0] == '\n' || rest[0] == '\r') return 1;
  for (const auto mark : kLineBreaks) {
    if (rest.starts_with(mark)) return mark.size();
  }
  return 0;
}

}  // namespace

Result<std::string> parse_text(std::string_view text, std::size_t least, std::size_t most) {
  if (!text::is_valid_utf8(text)) return Error(ErrorCode::field_text_invalid);
  text = text::trim(text);
  std::string clean;
  clean.reserve(text.size());
  bool after_break = false;
  while (!text.empty()) {
    if (const auto skipped = line_break_bytes(text)) {
      if (!after_break) clean.push_back(' ');
      after_break = true;
      text.remove_prefix(skipped);
      continue;
    }
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte < 0x20 || byte == 0x7F || starts_with_hidden_control(text)) {
      return Error(ErrorCode::field_text_invalid);
    }
    clean.push_back(text[0]);
    text.remove_prefix(1);
    after_break = false;
  }
  clean = std::string(text::trim(clean));
  const auto length = text::length(clean);
  if (length == 0 && least > 0) return Error(ErrorCode::field_missing);
  if (length < least) return Error(ErrorCode::field_too_short).with("limit", std::to_string(least));
  if (length > most) return Error(ErrorCode::field_too_long).with("limit", std::to_string(most));
  return clean;
}

}  // namespace wangdi::detail
