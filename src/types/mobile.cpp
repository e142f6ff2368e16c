// SPDX-License-Identifier: Apache-2.0
// The form of a mobile number.
#include "types/mobile.hpp"

#include <algorithm>

namespace wangdi {

Result<Mobile> Mobile::parse(std::string_view text) {
  const bool fits = text.size() == 11 && text[0] == '1' && text[1] >= '3' &&
                    std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!fits) return Error(ErrorCode::mobile_invalid);
  return Mobile(std::string(text));
}

}  // namespace wangdi
