// SPDX-License-Identifier: Apache-2.0
// List matching, and its end after some days.
#pragma once

#include "common/bus/events.hpp"
#include "common/bus/registry.hpp"

namespace wangdi::matching {

void register_module(bus::Registry& registry);

// Districts with matches, after one of them in order; nothing when there is none.
Result<std::optional<District>> next_district(store::Connection& from, District after);
// What is older than its days leaves the vault, key and all; an act of the server in a district.
// Without events nothing is over.
Result<bus::Decision> forget_over(bus::CommandContext& context, District district);

}  // namespace wangdi::matching
