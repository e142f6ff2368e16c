// SPDX-License-Identifier: Apache-2.0
// The actor of what the server's own tools do (init, demo, `wangdi user`). It is no account: it has
// no credential, no session is ever made for it, and no account can be opened under its id.
#pragma once

#include "access/role.hpp"

namespace wangdi::access {

// Version 8 (RFC 9562: for own use), so that no client's id of version 7 can meet it.
inline constexpr AccountId kSystemAccount{
    {{'w', 'a', 'n', 'g', 'd', 'i', 0x80, 's', 0x80, 'y', 's', 't', 'e', 'm', 0, 0}}};

// As one of the administrators: their powers are kept apart, and the keyboard has them all.
inline Actor system_actor(Role role = Role::system_administrator) {
  return {kSystemAccount, role, {}, {}};
}
// Of residents who opened a slip of theirs: acts in the place of the community's own people, but
// only in what the server asks for them.
inline constexpr AccountId kResidentAccount{
    {{'w', 'a', 'n', 'g', 'd', 'i', 0x80, 'r', 0x80, 'e', 's', 'i', 'd', 'e', 'n', 't'}}};

inline Actor resident_actor(RegionCode region) {
  return {kResidentAccount, Role::community_officer, std::move(region), {}};
}

}  // namespace wangdi::access
