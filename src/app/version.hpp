// SPDX-License-Identifier: Apache-2.0
// The version of the program, from CMakeLists.txt.
#pragma once

#include <string_view>

namespace wangdi::app {
inline constexpr std::string_view kVersion = WANGDI_VERSION;
}
