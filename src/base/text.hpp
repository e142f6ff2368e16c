// SPDX-License-Identifier: Apache-2.0
// Text helpers on UTF-8: validity, length in characters, trimming, folding for search, masking.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wangdi::text {

// True for well-formed UTF-8 without NUL; overlong forms and surrogates are malformed.
bool is_valid_utf8(std::string_view text);
// Code points; the text must be valid.
std::size_t length(std::string_view text);
// Without leading and trailing white space, full-width space and byte order mark included.
std::string_view trim(std::string_view text);
// NFKC with case folding: what searches and comparisons run on. Invalid text gives an empty string.
std::string fold(std::string_view text);
// First `count` code points.
std::string_view prefix(std::string_view text, std::size_t count);
std::vector<std::string_view> split(std::string_view text, char separator);

// 王*国, 王*, 欧**娜: first and last character stay, at least one is hidden. A single character is
// hidden; empty stays empty; unreadable text is one star.
std::string mask_name(std::string_view name);
// First 3 and last 4 characters stay, full length: 999***********0018. At least four are hidden, so
// a number below 11 shows less of its front (E****5678) and one below 8 nothing.
std::string mask_number(std::string_view number);

}  // namespace wangdi::text
