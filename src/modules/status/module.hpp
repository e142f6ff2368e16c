// SPDX-License-Identifier: Apache-2.0
// The table of contents of what restricts a person.
#pragma once

namespace wangdi::bus {
class Registry;
}
namespace wangdi::status {
void register_module(bus::Registry& registry);
}
