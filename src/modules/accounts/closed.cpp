// SPDX-License-Identifier: Apache-2.0
// Closed accounts and their names.
#include "modules/accounts/facts.hpp"

#include "common/bus/context.hpp"
#include "modules/accounts/tables.hpp"
#include "vault/tables.hpp"
#include "vault/writer.hpp"

namespace wangdi::accounts {
namespace {

constexpr store::Statement kClosed{
    "accounts_closed",
    "SELECT a.account, a.region, MAX(t.until_ms) AS closed_at FROM account a"
    " JOIN account_term t ON t.district = a.district AND t.account = a.account"
    " WHERE a.district = $1 AND a.state = $2 GROUP BY a.account, a.region ORDER BY a.account"};

struct ClosedRow {
  AccountId account;
  RegionCode region;
  UnixMs closed_at = 0;
};
WD_DESCRIBE(ClosedRow, account, region, closed_at)

}  // namespace

Result<std::vector<ClosedAccount>> named_closed_accounts(store::Connection& db, District home) {
  WD_TRY(const auto rows, store::select<ClosedRow>(db, kClosed, home, AccountState::closed));
  std::vector<ClosedAccount> named;
  for (const auto& row : rows) {
    bool has_names = false;
    WD_TRY([[maybe_unused]] auto read,
           db.by_key(vault::kVaultField.info(), 2, store::bind_all(home, row.account.value),
                     [&](const store::RowReader&) {
                       has_names = true;
                       return false;
                     }));
    if (has_names) named.push_back({row.account, row.region, row.closed_at});
  }
  return named;
}

Status erase_names(AccountId account, bus::CommandContext& context) {
  return context.vault.erase(context.region.district(), account.value);
}

}  // namespace wangdi::accounts
