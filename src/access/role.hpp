// SPDX-License-Identifier: Apache-2.0
// Roles, the sets of roles an operation is declared for, and the actor of a request.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "base/ids.hpp"
#include "types/region_code.hpp"

namespace wangdi::access {

// Values are stored: never renumber.
enum class Role : std::uint8_t {
  grid_worker = 1,
  community_officer = 2,
  township_officer = 3,
  county_officer = 4,
  higher_officer = 5,          // city, province, nation: sees counts, never people
  system_administrator = 6,    // opens accounts, runs the system
  security_administrator = 7,  // decides who may enter: rights, first secrets, tokens of others
  audit_administrator = 8,     // reads who looked at whom
};

// What an API token may be used for; an operation that names none takes no token. None of them
// shows people. Stored: never renumber.
enum class TokenUse : std::uint8_t { figures = 1, places = 2, cut_offs = 3 };

class TokenUses {
 public:
  constexpr TokenUses() = default;
  static constexpr TokenUses from_bits(std::int64_t bits) {
    TokenUses uses;
    uses.bits_ = bits;
    return uses;
  }
  constexpr void add(TokenUse use) { bits_ |= std::int64_t{1} << static_cast<unsigned>(use); }
  constexpr bool contains(TokenUse use) const {
    return (bits_ >> static_cast<unsigned>(use) & 1) != 0;
  }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::int64_t bits() const { return bits_; }

 private:
  std::int64_t bits_ = 0;
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

// The three are kept apart (MLPS level 3): an account is one of them for ever or never.
inline constexpr Roles kAdministrators = {Role::system_administrator, Role::security_administrator,
                                          Role::audit_administrator};
inline constexpr Roles kEveryRole = {Role::grid_worker,
                                     Role::community_officer,
                                     Role::township_officer,
                                     Role::county_officer,
                                     Role::higher_officer,
                                     Role::system_administrator,
                                     Role::security_administrator,
                                     Role::audit_administrator};
// Whose work the division tree and the lists of staff are a part of.
inline constexpr Roles kNotAuditors = {Role::grid_worker,           Role::community_officer,
                                       Role::township_officer,      Role::county_officer,
                                       Role::higher_officer,        Role::system_administrator,
                                       Role::security_administrator};
// Whoever may meet people's records, each inside the own region.
inline constexpr Roles kFieldAndDistrict = {Role::grid_worker, Role::community_officer,
                                            Role::township_officer, Role::county_officer};
inline constexpr Roles kOfficers = {Role::community_officer, Role::township_officer,
                                    Role::county_officer};

// The token a request came with.
struct TokenGrant {
  TokenId id;
  TokenUses uses;
};

struct Actor {
  AccountId account;
  Role role = Role::grid_worker;
  RegionCode region;                     // acts in the subtree of this region only
  DeviceId device;                       // nil when the request came from no enrolled device
  std::optional<TokenGrant> token = {};  // nothing in a session of a person
  bool is_fresh = false;                 // showed a short time ago who is there
};

}  // namespace wangdi::access
