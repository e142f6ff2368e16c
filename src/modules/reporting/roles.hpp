// SPDX-License-Identifier: Apache-2.0
// Who sees boards and takes cut-offs: officers, each inside the own region. A grid worker's
// coverage stands above the own list of doors; a system administrator has no board.
#pragma once

#include "access/role.hpp"

namespace wangdi::reporting {

inline constexpr access::Roles kBoardRoles = {
    access::Role::community_officer, access::Role::township_officer, access::Role::county_officer,
    access::Role::higher_officer};

}  // namespace wangdi::reporting
