// SPDX-License-Identifier: Apache-2.0
// Registration of reporting's queries.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::reporting {
void register_queries(bus::Registry& registry);
}
