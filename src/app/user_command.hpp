// SPDX-License-Identifier: Apache-2.0
// Opening accounts in the name of the tool: used by `user add`, `init` and `demo`.
#pragma once

#include <string>

#include "app/runtime.hpp"
#include "modules/accounts/messages.hpp"

namespace wangdi::app {

struct NewAccount {
  std::string name;
  std::string display_name;
  access::Role role = access::Role::grid_worker;
  RegionCode region;
};
struct OpenedAccount {
  AccountId account;
  accounts::FirstSecret secret;
};

// Through the command; the writer runs. Errors: those of the command.
Result<OpenedAccount> open_account(Runtime& runtime, const NewAccount& account);

}  // namespace wangdi::app
