// SPDX-License-Identifier: Apache-2.0
// Legal holds 依法留存: what is in a case is not destroyed until a day.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::holds {
void register_module(bus::Registry& registry);
// A household is not erased while a hold runs over it; the words of holds that are over go with it.
// Error: hold_runs.
Status erase_with_household(HouseholdId household, bus::CommandContext& context);
}  // namespace wangdi::holds
