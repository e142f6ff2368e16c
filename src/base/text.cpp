// SPDX-License-Identifier: Apache-2.0
// UTF-8 helpers; normalisation comes from utf8proc.
#include "base/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace wangdi::text {
namespace {

// Bytes of the sequence that starts here, 0 when malformed.
std::size_t sequence_bytes(std::string_view rest) {
  utf8proc_int32_t point = 0;
  const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(rest.data()),
                                     static_cast<utf8proc_ssize_t>(rest.size()), &point);
  return used > 0 && point > 0 ? static_cast<std::size_t>(used) : 0;
}

constexpr std::string_view kBlanks[] = {" ", "\t", "\r", "\n", "\u3000", "\u00A0", "\uFEFF"};

std::string repeated(std::string_view unit, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all.append(unit);
  return all;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    std::size_t ascii = 0;
    while (ascii < text.size() && static_cast<signed char>(text[ascii]) > 0) ++ascii;
    text.remove_prefix(ascii);
    if (text.empty()) break;
    const auto used = sequence_bytes(text);
    if (used == 0) return false;
    text.remove_prefix(used);
  }
  return true;
}

std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::string_view trim(std::string_view text) {
  for (bool again = true; again;) {
    again = false;
    for (const auto blank : kBlanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        again = true;
      }
      if (text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        again = true;
      }
    }
  }
  return text;
}

std::string fold(std::string_view text) {
  utf8proc_uint8_t* raw = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &raw,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT |
                                                  UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
  if (size < 0) return {};
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(raw, &std::free);
  return std::string(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size));
}

std::string_view prefix(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size() && count > 0; --count) {
    const auto used = sequence_bytes(text.substr(at));
    if (used == 0) break;
    at += used;
  }
  return text.substr(0, at);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string mask_name(std::string_view name) {
  if (!is_valid_utf8(name)) return "*";
  const auto count = length(name);
  if (count == 0) return {};
  if (count == 1) return "*";
  const auto first = prefix(name, 1);
  if (count == 2) return std::string(first) + "*";
  const auto last = name.substr(prefix(name, count - 1).size());
  return std::string(first) + repeated("*", count - 2) + std::string(last);
}

std::string mask_number(std::string_view number) {
  constexpr std::size_t kFront = 3, kBack = 4, kHidden = 4;
  if (!is_valid_utf8(number)) return "*";
  const auto count = length(number);
  if (count < kBack + kHidden) return repeated("*", count);
  const auto front = std::min(kFront, count - kBack - kHidden);
  const auto back = number.substr(prefix(number, count - kBack).size());
  return std::string(prefix(number, front)) + repeated("*", count - front - kBack) +
         std::string(back);
}

}  // namespace wangdi::text
