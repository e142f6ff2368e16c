// SPDX-License-Identifier: Apache-2.0
// Command handlers of what restricts a person.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::status {
void register_commands(bus::Registry& registry);
}
