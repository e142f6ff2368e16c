// SPDX-License-Identifier: Apache-2.0
// Roles, the sets of roles an operation is declared for, and the actor of a request.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "base/ids.hpp"
#include "types/region_code.hpp"

namespace wangdi::access {

// Values are stored: never renumber.
enum class Role : std::uint8_t {
  grid_worker = 1,
  community_officer = 2,
  township_officer = 3,
  county_officer = 4,
  higher_officer = 5,  // city, province, nation: sees counts, never people
  system_administrator = 6,
};

class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(std::initializer_list<Role> roles) {
    for (const auto role : roles) bits_ |= 1u << static_cast<unsigned>(role);
  }
  constexpr bool contains(Role role) const { return bits_ >> static_cast<unsigned>(role) & 1u; }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  std::uint32_t bits_ = 0;
};

inline constexpr Roles kEveryRole = {Role::grid_worker,      Role::community_officer,
                                     Role::township_officer, Role::county_officer,
                                     Role::higher_officer,   Role::system_administrator};
// Whoever may meet people's records, each inside the own region.
inline constexpr Roles kFieldAndDistrict = {Role::grid_worker, Role::community_officer,
                                            Role::township_officer, Role::county_officer};
inline constexpr Roles kOfficers = {Role::community_officer, Role::township_officer,
                                    Role::county_officer};

struct Actor {
  AccountId account;
  Role role = Role::grid_worker;
  RegionCode region;  // acts in the subtree of this region only
  DeviceId device;    // nil when the request came from no enrolled device
};

}  // namespace wangdi::access
