// SPDX-License-Identifier: Apache-2.0
// The command that erases a household. It is registered beside the module, because a hold refuses
// it and holds stand above the roster.
#pragma once

#include <functional>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace wangdi::bus {
class Registry;
struct CommandContext;
}  // namespace wangdi::bus

namespace wangdi::residents {

// What other modules keep of a household under keys of its own, and whether one of them needs it
// still: asked in the batch in which it is erased, before anything goes.
using WithHousehold = std::function<Status(HouseholdId, bus::CommandContext&)>;
void register_household_erasing(bus::Registry& registry, std::vector<WithHousehold> what_else);

}  // namespace wangdi::residents
