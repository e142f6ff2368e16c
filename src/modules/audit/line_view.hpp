// SPDX-License-Identifier: Apache-2.0
// Lines of the access log as the auditor sees them.
#pragma once

#include <span>
#include <vector>

#include "common/bus/context.hpp"
#include "modules/audit/views.hpp"
#include "vault/access_log.hpp"

namespace wangdi::audit {

// In the order given, with names of readers and places; whom a line is about by a short mark.
Result<std::vector<AuditRead>> line_views(std::span<const vault::AccessLogRow> rows,
                                          bus::QueryContext& context);

}  // namespace wangdi::audit
