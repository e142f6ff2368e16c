// SPDX-License-Identifier: Apache-2.0
// Commands that wait at the door and may not go yet.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "common/bus/context.hpp"

namespace wangdi::retention {

// Whether the body of a command that is held for review names a household over which a legal hold
// runs, or one of its people. Asked in the act that would destroy it. Errors: those of the vault.
Result<bool> is_about_held_household(CommandId command, bus::CommandContext& context);

}  // namespace wangdi::retention
