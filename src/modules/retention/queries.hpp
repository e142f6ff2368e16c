// SPDX-License-Identifier: Apache-2.0
// Registers the questions of retention.
#pragma once

#include <string>

#include "common/bus/registry.hpp"

namespace wangdi::retention {
void register_queries(bus::Registry& registry, const std::string& public_key);
}  // namespace wangdi::retention
