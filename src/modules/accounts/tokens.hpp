// SPDX-License-Identifier: Apache-2.0
// API tokens of officers: making, revoking, listing.
#pragma once

#include "modules/accounts/module.hpp"

namespace wangdi::accounts {
void register_tokens(bus::Registry& registry, ModuleParts parts);
}  // namespace wangdi::accounts
