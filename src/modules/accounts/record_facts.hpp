// SPDX-License-Identifier: Apache-2.0
// What the module asks the journal.
#pragma once

#include "common/bus/context.hpp"

namespace wangdi::accounts {
// Whether the command of the context was recorded before, in this batch or an earlier one.
Result<bool> is_recorded(bus::CommandContext& context);
}  // namespace wangdi::accounts
