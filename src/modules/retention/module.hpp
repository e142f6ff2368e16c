// SPDX-License-Identifier: Apache-2.0
// Retention 保存与销毁: rules of how long, destruction of what is over, certificates of it.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::retention {
void register_module(bus::Registry& registry);
}  // namespace wangdi::retention
