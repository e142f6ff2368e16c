// SPDX-License-Identifier: Apache-2.0
// Legal holds 依法留存: what is in a case is not destroyed until a day.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::holds {
void register_module(bus::Registry& registry);
}  // namespace wangdi::holds
