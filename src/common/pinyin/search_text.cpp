// SPDX-License-Identifier: Apache-2.0
// Folding by utf8proc, with a short way for plain ideographs, which are nearly all of a name.
#include "common/pinyin/search_text.hpp"

#include <utf8proc.h>

#include "base/text.hpp"

namespace wangdi::pinyin {
namespace {

constexpr char32_t kZeroIdeograph = U'〇';

bool is_searched(char32_t character) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(character))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_CO:
      return true;
    default:
      return false;
  }
}

// U+4E00 to U+9FFF: unchanged by NFKC and case folding, and always searched. Three bytes of UTF-8;
// 0 when something else starts here.
char32_t plain_ideograph(std::string_view text, std::size_t at) {
  if (text.size() - at < 3) return 0;
  const auto first = static_cast<unsigned char>(text[at]);
  const auto second = static_cast<unsigned char>(text[at + 1]);
  const auto third = static_cast<unsigned char>(text[at + 2]);
  if (first < 0xE4 || first > 0xE9 || (second & 0xC0) != 0x80 || (third & 0xC0) != 0x80) return 0;
  const char32_t character = (first & 0x0Fu) << 12 | (second & 0x3Fu) << 6 | (third & 0x3Fu);
  return character >= 0x4E00 && character <= 0x9FFF ? character : 0;
}

std::u32string folded(std::string_view text) {
  const auto whole = text::fold(text);
  std::u32string result;
  result.reserve(whole.size() / 3);
  for (std::size_t at = 0; at < whole.size();) {
    utf8proc_int32_t character = 0;
    const auto used =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(whole.data()) + at,
                         static_cast<utf8proc_ssize_t>(whole.size() - at), &character);
    if (used <= 0) return {};
    at += static_cast<std::size_t>(used);
    const auto point = static_cast<char32_t>(character);
    if (point == kZeroIdeograph) {
      result.push_back(U'0');
    } else if (is_searched(point)) {
      result.push_back(point);
    }
  }
  return result;
}

}  // namespace

std::u32string search_text(std::string_view text) {
  std::u32string result;
  result.reserve(text.size() / 3);
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const auto character = plain_ideograph(text, at);
    if (character == 0) return folded(text);
    result.push_back(character);
  }
  return result;
}

}  // namespace wangdi::pinyin
