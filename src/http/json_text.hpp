// SPDX-License-Identifier: Apache-2.0
// Writing of one JSON string, for the few lines that http writes itself.
#pragma once

#include <string>
#include <string_view>

#include "base/hex.hpp"

namespace wangdi::http {

// Appends the text quoted and escaped; bytes of an invalid UTF-8 text become '?'.
void append_json_text(std::string_view text, std::string& out);

}  // namespace wangdi::http
