// SPDX-License-Identifier: Apache-2.0
// What commands about accounts change in credentials and sessions, inside the write batch. Call
// them last, when nothing can be refused any more: rows of a refused command are not taken back.
#pragma once

#include <string>
#include <string_view>

#include "access/secrets.hpp"
#include "store/rows.hpp"

namespace wangdi::access {

// The account of a login name; nothing when the name is free.
std::optional<AccountId> account_of_login(store::Rows& rows, const Mac& name);

struct NewCredential {
  Mac name{};
  AccountId account;
  District home;
  std::optional<Mac> first_secret;  // nothing: nobody can enter until one is given by a reset
};
void open_credential(store::Rows& rows, const NewCredential& credential, UnixMs now);
// Password, older first secret, second factor, phones' keys and tokens end at once: also the way
// back in after a loss.
void reset_credential(store::Rows& rows, AccountId account, const Mac& first_secret, UnixMs now);
void close_credential(store::Rows& rows, AccountId account);
// For a demo folder only: enters without a first secret. `hash` is of crypto::hash_password.
// Error: not_found without such a credential.
Status set_password(store::Rows& rows, AccountId account, std::string hash);
// Role or region of the account change: sessions and tokens end, and phones that come back later
// are told to forget what they had read. `role`: from now on. A phone is the second factor of grid
// workers only, so whoever is none any more loses theirs and sets up codes.
void end_rights(store::Rows& rows, AccountId account, Role role, UnixMs now);
// The stored sessions of an account; Gatekeeper::end_sessions_of ends the living ones.
void erase_sessions(store::Rows& rows, AccountId account);

}  // namespace wangdi::access
