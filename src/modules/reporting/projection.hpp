// SPDX-License-Identifier: Apache-2.0
// Registration of reporting's projections.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::reporting {
void register_projections(bus::Registry& registry);
}
