// SPDX-License-Identifier: Apache-2.0
// Events of what restricts a person into their tables.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::status {
void register_projections(bus::Registry& registry);
}
