// SPDX-License-Identifier: Apache-2.0
// Registration of screening's queries.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::screening {
void register_queries(bus::Registry& registry);
}
