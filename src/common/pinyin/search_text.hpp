// SPDX-License-Identifier: Apache-2.0
// The form on which names are searched. Full-width digits, brackets of either width, capitals,
// blanks, middle dots and the two zeros of Chinese dates must not keep a person from finding what
// stands on a door plate.
#pragma once

#include <string>
#include <string_view>

namespace wangdi::pinyin {

// NFKC and case folding, then without blanks, punctuation and symbols, and with 〇 as 0.
// Private-use characters stay. Malformed UTF-8 gives an empty text.
std::u32string search_text(std::string_view text);

}  // namespace wangdi::pinyin
