// SPDX-License-Identifier: Apache-2.0
// The files of parameters/ as the build compiled them in.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace wangdi {
extern const std::span<const std::pair<std::string_view, std::string_view>> kShippedParameters;
}
