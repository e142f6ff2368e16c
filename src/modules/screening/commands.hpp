// SPDX-License-Identifier: Apache-2.0
// Registration of screening's commands.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::screening {
void register_commands(bus::Registry& registry);
}
