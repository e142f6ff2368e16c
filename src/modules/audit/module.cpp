// SPDX-License-Identifier: Apache-2.0
// Registers cases and the questions of the auditor.
#include "modules/audit/module.hpp"

#include "modules/audit/cases.hpp"
#include "modules/audit/queries.hpp"

namespace wangdi::audit {

void register_module(bus::Registry& registry) {
  register_cases(registry);
  register_queries(registry);
}

}  // namespace wangdi::audit
