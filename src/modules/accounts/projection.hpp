// SPDX-License-Identifier: Apache-2.0
// Registers the projections of accounts.
#pragma once

namespace wangdi::bus {
class Registry;
}
namespace wangdi::accounts {
void register_projections(bus::Registry& registry);
}
