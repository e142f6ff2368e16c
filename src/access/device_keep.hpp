// SPDX-License-Identifier: Apache-2.0
// What a phone may keep whose session has ended (security.md SE3), and the words of it.
#pragma once

#include <cstdint>

#include "codec/describe.hpp"

namespace wangdi::access {

enum class DeviceKeep : std::uint8_t { nothing = 0, key = 1, all = 2 };
WD_ENUM(DeviceKeep, (nothing, "都清除", "Nothing"), (key, "只留手机钥匙", "The phone's key only"),
        (all, "都留下", "All"))

}  // namespace wangdi::access
