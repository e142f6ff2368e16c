// SPDX-License-Identifier: Apache-2.0
// The desk: what waits for an officer.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::status {
void register_queries(bus::Registry& registry);
}
