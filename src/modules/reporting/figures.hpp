// SPDX-License-Identifier: Apache-2.0
// The figures of a region and of the places directly below it on a day, from counters. Read by the
// board in a snapshot and by a cut-off inside its own write.
#pragma once

#include <vector>

#include "modules/reporting/messages.hpp"
#include "store/engine.hpp"

namespace wangdi::reporting {

struct RegionFigures {
  HouseholdFigures households;
  KeyPersonFigures key_persons;
  std::vector<TrendDay> trend;
  std::vector<PlaceFigures> places;  // lowest coverage first
  std::vector<CountedPosition> positions;
};

// `region` is at community level or above. Errors: storage_failed.
Result<RegionFigures> region_figures(store::Connection& db, const RegionCode& region,
                                     CivilDate day);

}  // namespace wangdi::reporting
