// SPDX-License-Identifier: Apache-2.0
// Screening's table of contents.
#pragma once

namespace wangdi::bus {
class Registry;
}
namespace wangdi::screening {
void register_module(bus::Registry& registry);
}
