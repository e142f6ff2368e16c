// SPDX-License-Identifier: Apache-2.0
// The records behind a figure: visits of a household, or of a community and day, latest first.
#pragma once

#include "common/bus/context.hpp"
#include "modules/screening/views.hpp"

namespace wangdi::screening {

// Where the visits asked for stand. Errors: not_found, and field errors when it is not told of
// what.
Result<RegionCode> visits_region(const VisitsParams& params, bus::QueryContext& context);
// One page. Errors: field errors of indicator and page mark.
Result<VisitRecords> visit_records(const VisitsParams& params, bus::QueryContext& context);

}  // namespace wangdi::screening
