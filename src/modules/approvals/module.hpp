// SPDX-License-Identifier: Apache-2.0
// The table of contents of the second person.
#pragma once

namespace wangdi::bus {
class Registry;
}
namespace wangdi::approvals {
void register_module(bus::Registry& registry);
}
