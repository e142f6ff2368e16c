// SPDX-License-Identifier: Apache-2.0
// The ledger module: residents see who looked at their record, and ask.
#pragma once

#include "common/bus/registry.hpp"
#include "modules/ledger/slips.hpp"

namespace wangdi::ledger {

struct ModuleParts {
  SlipCodes* codes = nullptr;  // none where the registry only describes
};
void register_module(bus::Registry& registry, ModuleParts parts);

}  // namespace wangdi::ledger
