// SPDX-License-Identifier: Apache-2.0
// Rules of roles.
#include "modules/accounts/rules.hpp"

namespace wangdi::accounts {

using access::Role;

bool fits(Role role, RegionLevel level) {
  switch (role) {
    case Role::grid_worker:
      return level == RegionLevel::grid;
    case Role::community_officer:
      return level == RegionLevel::community;
    case Role::township_officer:
      return level == RegionLevel::township;
    case Role::county_officer:
      return level == RegionLevel::county;
    case Role::higher_officer:
      return level < RegionLevel::county;
    case Role::system_administrator:
    case Role::security_administrator:
    case Role::audit_administrator:
      return level == RegionLevel::nation;
  }
  return false;
}

bool may_give(Role giver, Role role) {
  switch (giver) {
    case Role::system_administrator:
    case Role::security_administrator:
      return !access::kAdministrators.contains(role);
    case Role::county_officer:
      return role == Role::grid_worker || role == Role::community_officer ||
             role == Role::township_officer;
    case Role::community_officer:
      return role == Role::grid_worker;
    case Role::grid_worker:
    case Role::township_officer:
    case Role::higher_officer:
    case Role::audit_administrator:
      return false;
  }
  return false;
}

}  // namespace wangdi::accounts
