// SPDX-License-Identifier: Apache-2.0
// Registration of the roster's commands.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::residents {

void register_commands(bus::Registry& registry);

// The text under which the vault finds a door: building, unit and room, without spelling variants.
std::string door_key(BuildingId building, std::string_view unit, std::string_view room);

}  // namespace wangdi::residents
