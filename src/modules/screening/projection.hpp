// SPDX-License-Identifier: Apache-2.0
// Registration of screening's projections.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::screening {
void register_projections(bus::Registry& registry);
}
