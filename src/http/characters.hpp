// SPDX-License-Identifier: Apache-2.0
// Which bytes may stand where in an HTTP message (RFC 9110 5.5, 5.6.2). Everything that reads or
// writes a header asks here.
#pragma once

#include <algorithm>
#include <string_view>

namespace wangdi::http {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr bool is_token_character(char c) {
  return is_digit(c) || is_letter(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
constexpr bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

// Control characters but the tabulator, and DEL.
constexpr bool is_forbidden_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}
// What an answer may carry in a header value: visible ASCII, blank and tabulator.
constexpr bool is_header_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return !is_forbidden_control(c) && !(static_cast<unsigned char>(c) & 0x80);
  });
}

constexpr std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace wangdi::http
