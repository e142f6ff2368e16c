// SPDX-License-Identifier: Apache-2.0
// Questions of the audit administrator.
#pragma once

namespace wangdi::bus {
class Registry;
}
namespace wangdi::audit {
void register_queries(bus::Registry& registry);
}  // namespace wangdi::audit
