// SPDX-License-Identifier: Apache-2.0
// What is left of erased households.
#pragma once

#include "modules/residents/tables.hpp"

namespace wangdi::residents {

// Which household was erased, so that none is registered under that id again. It says nothing else.
struct ErasedHouseholdRow {
  District district;
  HouseholdId household;
  CivilDate erased_on;
};
WD_DESCRIBE(ErasedHouseholdRow, district, household, erased_on)
inline constexpr store::Table<ErasedHouseholdRow, 2> kErasedHousehold{"erased_household"};

}  // namespace wangdi::residents
