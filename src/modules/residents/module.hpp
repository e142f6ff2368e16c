// SPDX-License-Identifier: Apache-2.0
// The roster's table of contents.
#pragma once

namespace wangdi::bus {
class Registry;
}
namespace wangdi::residents {
void register_module(bus::Registry& registry);
}
