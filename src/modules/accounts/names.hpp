// SPDX-License-Identifier: Apache-2.0
// Under which fields of the vault an account's names are; the subject is the account.
#pragma once

#include "vault/fields.hpp"

namespace wangdi::accounts {
inline constexpr auto kDisplayName = vault::Field::name;
// The account as one text, as `display` is the door as one text for a household.
inline constexpr auto kLoginName = vault::Field::display;
inline constexpr vault::Fields kNames = {kDisplayName, kLoginName};
}  // namespace wangdi::accounts
