// SPDX-License-Identifier: Apache-2.0
// Legal holds by household. They stay when they are over: that somebody kept data longer is to be
// seen later.
#pragma once

#include "modules/holds/messages.hpp"
#include "store/table.hpp"

namespace wangdi::holds {

struct HoldRow {
  District district;
  HouseholdId household;
  HoldId hold;
  RegionCode grid;
  HoldGround ground{};
  CivilDate ends_on;
  bool told = true;
  AccountId set_by;
  UnixMs set_at = 0;
  AccountId lifted_by;
  std::optional<CivilDate> lifted_on;
};
WD_DESCRIBE(HoldRow, district, household, hold, grid, ground, ends_on, told, set_by, set_at,
            lifted_by, lifted_on)
inline constexpr store::Index kHoldIndexes[] = {{"end", "district, ends_on, hold"}};
inline constexpr store::Table<HoldRow, 3> kHold{"legal_hold", kHoldIndexes};

}  // namespace wangdi::holds
