// SPDX-License-Identifier: Apache-2.0
// The table of contents of audit.
#pragma once

#include <span>

namespace wangdi::bus {
class Registry;
}
namespace wangdi::store {
struct Statement;
}
namespace wangdi::audit {
void register_module(bus::Registry& registry);
// The catalogue of the module's statements.
std::span<const store::Statement> statements();
}  // namespace wangdi::audit
