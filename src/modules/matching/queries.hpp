// SPDX-License-Identifier: Apache-2.0
// Uploading a list, and what became of it.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::matching {

void register_queries(bus::Registry& registry);

}  // namespace wangdi::matching
