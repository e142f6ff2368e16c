// SPDX-License-Identifier: Apache-2.0
// What other modules may ask of staff accounts: who somebody is, by the id the journal knows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "modules/accounts/messages.hpp"

namespace wangdi::store {
class Connection;
class Rows;
struct Statement;
}  // namespace wangdi::store
namespace wangdi::vault {
class Reader;
class Writer;
}  // namespace wangdi::vault
namespace wangdi::bus {
struct CommandContext;
}

namespace wangdi::accounts {

// Display names in the order asked; empty where there is no such account. The caller limits their
// number.
Result<std::vector<std::string>> account_names(store::Connection& db, vault::Reader& vault,
                                               std::span<const AccountId> accounts);
// The same for one, inside a write batch.
Result<std::string> account_name(store::Rows& rows, vault::Writer& vault, AccountId account);

// In which role and for which region an account acted at an instant; nothing for the server's own
// tools and for who was not there then.
struct Office {
  access::Role role = access::Role::grid_worker;
  RegionCode region;
};
Result<std::optional<Office>> office_of(store::Connection& db, AccountId account, UnixMs at);

// A closed account whose names the vault still holds.
struct ClosedAccount {
  AccountId account;
  RegionCode region;
  UnixMs closed_at = 0;
};
// Those of a district, pseudo-districts too.
Result<std::vector<ClosedAccount>> named_closed_accounts(store::Connection& db, District home);
// Display and login name of an account leave the vault for good, key and all; who it was is its id
// from then on. Its login name stays taken: the MAC of it is not in the vault.
Status erase_names(AccountId account, bus::CommandContext& context);

// The catalogue of the module's statements.
std::span<const store::Statement> statements();

}  // namespace wangdi::accounts
