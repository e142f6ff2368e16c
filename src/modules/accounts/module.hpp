// SPDX-License-Identifier: Apache-2.0
// The table of contents of accounts, and what its commands need beside rows and vault.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "access/secrets.hpp"
#include "base/civil_date.hpp"
#include "modules/accounts/messages.hpp"

namespace wangdi::bus {
class Registry;
}
namespace wangdi::store {
class Connection;
class Rows;
}  // namespace wangdi::store
namespace wangdi::vault {
class Reader;
}

namespace wangdi::accounts {

// Accounts whose sessions end when the batch is committed. A handler notes them; after each commit
// the writer's follower asks which of them really changed, so that a batch that was undone ends
// nothing. Belongs to who has the nation's district.
class EndedAccounts {
 public:
  // `sequence`: of the account's last record before this command.
  void expect(District home, AccountId account, std::int64_t sequence);
  // `db` is the writing connection, after its commit.
  std::vector<AccountId> committed(store::Connection& db);

  // Tokens of the account are made or ended by this command.
  void expect_tokens(AccountId account) { touched_.push_back(account); }
  // After a commit: whose living tokens and phones' keys are to be read anew.
  std::vector<AccountId> touched() { return std::exchange(touched_, {}); }

 private:
  struct Expected {
    District home;
    AccountId account;
    std::int64_t sequence = 0;
  };
  std::vector<Expected> expected_;
  std::vector<AccountId> touched_;
};

// Null where commands are only described (OpenAPI) or their events rebuilt, never run.
struct ModuleParts {
  access::SecretMacs* macs = nullptr;  // of the writer thread
  EndedAccounts* ended = nullptr;
};
void register_module(bus::Registry& registry, ModuleParts parts);

// The view of a session's own account. Error: not_found when it is gone.
Result<AccountView> account_view(store::Connection& db, vault::Reader& vault, District home,
                                 AccountId account);
// The account of a login name, open or closed, for `wangdi user`.
struct KnownAccount {
  AccountId account;
  access::Role role = access::Role::grid_worker;
  RegionCode region;
  AccountState state = AccountState::open;
};
Result<std::optional<KnownAccount>> find_account(store::Connection& db, access::SecretMacs& macs,
                                                 std::string_view login_name);

}  // namespace wangdi::accounts
