// SPDX-License-Identifier: Apache-2.0
// Under which fields of the vault an account's names are; the subject is the account.
#pragma once

#include "vault/fields.hpp"

namespace wangdi::accounts {
inline constexpr auto kDisplayName = vault::Field::name;
// The account as one text, as `display` is the door as one text for a household.
inline constexpr auto kLoginName = vault::Field::display;
// Of a token; the subject is the token.
inline constexpr auto kTokenName = vault::Field::name;
inline constexpr auto kTokenPurpose = vault::Field::note;
inline constexpr vault::Fields kNames = {kDisplayName, kLoginName};
}  // namespace wangdi::accounts
