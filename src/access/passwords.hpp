// SPDX-License-Identifier: Apache-2.0
// The password policy (security.md AU1): length, and not what everybody guesses. No rule about
// kinds of characters, unless the profile of MLPS level 3 wants one.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wangdi::access {

struct PasswordRules {
  std::size_t least = 15;             // characters; a demo folder allows 8
  std::size_t least_with_factor = 8;  // of whoever has, or must have, a second factor
  std::size_t most = 200;
  // Of capital letters, small letters, digits and all else (profile of MLPS level 3).
  std::size_t kinds_least = 1;
};

// `own_names`: the account's login name and the person's name.
// Errors: password_too_short, password_too_long, password_kinds_few, password_too_common (a list,
// runs of digits, letters or keys, repetitions, local words, own names: alone or with a few
// characters around).
Status check_password(std::string_view password, std::span<const std::string> own_names,
                      const PasswordRules& rules);

}  // namespace wangdi::access
