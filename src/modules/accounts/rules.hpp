// SPDX-License-Identifier: Apache-2.0
// Whose accounts somebody deals with, and which role belongs to which level. Pure.
#pragma once

#include "access/role_names.hpp"
#include "types/region_code.hpp"

namespace wangdi::accounts {

// A grid worker has a grid, a community officer a community, and so on; a higher officer a city, a
// province or the nation, an administrator the nation.
bool fits(access::Role role, RegionLevel level);

// System and security administrators deal with every role but the administrators'; a county officer
// those below the county, a community officer grid workers. Whether the region is theirs is judged
// elsewhere.
bool may_give(access::Role giver, access::Role role);

}  // namespace wangdi::accounts
