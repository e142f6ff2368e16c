// SPDX-License-Identifier: Apache-2.0
// Registers the questions of audit; it has no tables of its own.
#include "modules/audit/module.hpp"

#include "modules/audit/queries.hpp"

namespace wangdi::audit {

void register_module(bus::Registry& registry) { register_queries(registry); }

}  // namespace wangdi::audit
