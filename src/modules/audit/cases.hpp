// SPDX-License-Identifier: Apache-2.0
// The auditor's cases: closing one, their events into rows, and their list.
#pragma once

namespace wangdi::bus {
class Registry;
}
namespace wangdi::audit {
void register_cases(bus::Registry& registry);
}  // namespace wangdi::audit
