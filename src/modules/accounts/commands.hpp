// SPDX-License-Identifier: Apache-2.0
// Registers the command handlers of accounts.
#pragma once

#include "modules/accounts/module.hpp"

namespace wangdi::accounts {
void register_commands(bus::Registry& registry, ModuleParts parts);
}
