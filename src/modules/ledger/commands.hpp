// SPDX-License-Identifier: Apache-2.0
// Registers the commands of the ledger.
#pragma once

#include "modules/ledger/module.hpp"

namespace wangdi::ledger {

void register_commands(bus::Registry& registry, ModuleParts parts);

}  // namespace wangdi::ledger
