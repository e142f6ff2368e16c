// SPDX-License-Identifier: Apache-2.0
// Reporting's table of contents.
#pragma once

#include <span>

namespace wangdi::bus {
class Registry;
}
namespace wangdi::store {
struct Statement;
}
namespace wangdi::reporting {
void register_module(bus::Registry& registry);
// The catalogue of the module's statements.
std::span<const store::Statement> board_statements();
std::span<const store::Statement> figure_statements();
}  // namespace wangdi::reporting
