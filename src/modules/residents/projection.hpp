// SPDX-License-Identifier: Apache-2.0
// Registration of the roster's projections.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::residents {
void register_projections(bus::Registry& registry);
}
