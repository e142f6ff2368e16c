// SPDX-License-Identifier: Apache-2.0
// Registers the projections of the ledger.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::ledger {

void register_projections(bus::Registry& registry);

}  // namespace wangdi::ledger
