// SPDX-License-Identifier: Apache-2.0
// Registration of reporting's command.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::reporting {
void register_commands(bus::Registry& registry);
}
