// SPDX-License-Identifier: Apache-2.0
// The tables of accounts. Names are in the vault, credentials and sessions in access/tables.hpp.
#pragma once

#include <optional>

#include "modules/accounts/messages.hpp"
#include "store/table.hpp"

namespace wangdi::accounts {

struct StoredAccount {
  District district;  // of the region: an account never moves to another
  AccountId account;
  access::Role role = access::Role::grid_worker;
  RegionCode region;
  AccountState state = AccountState::open;
  std::int64_t sequence = 0;  // of the last record about it
};
WD_DESCRIBE(StoredAccount, district, account, role, region, state, sequence)
inline constexpr store::Index kAccountIndexes[] = {
    {"region", "district, region, account"},
    {"subtree", "region, account"},  // lists of readers above the district
};
inline constexpr store::Table<StoredAccount, 2> kAccount{"account", kAccountIndexes};

// From when to when an account had a role over a region: judges what was done offline before.
struct TermRow {
  District district;
  AccountId account;
  std::int64_t sequence = 0;  // of the record that began it
  access::Role role = access::Role::grid_worker;
  RegionCode region;
  UnixMs from_ms = 0;
  std::optional<UnixMs> until_ms;  // that instant not included
};
WD_DESCRIBE(TermRow, district, account, sequence, role, region, from_ms, until_ms)
inline constexpr store::Table<TermRow, 3> kTerm{"account_term"};

// Every token that was ever made: whose, what for and until when. Whether it still opens anything
// is access::kToken.
struct AccountTokenRow {
  District district;  // of the owner
  AccountId account;
  TokenId token;
  std::int64_t sequence = 0;  // of the record that made it
  std::int64_t uses = 0;      // access::TokenUses::bits
  RegionCode region;
  UnixMs made_at = 0;
  UnixMs ends_at = 0;
  std::optional<UnixMs> ended_at;  // before its time
};
WD_DESCRIBE(AccountTokenRow, district, account, token, sequence, uses, region, made_at, ends_at,
            ended_at)
inline constexpr store::Table<AccountTokenRow, 3> kAccountToken{"account_token"};

// Where an account is at home, for whoever knows its id only. In the nation's pseudo-district.
struct HomeRow {
  District district;
  AccountId account;
  District home;
};
WD_DESCRIBE(HomeRow, district, account, home)
inline constexpr store::Table<HomeRow, 2> kHome{"account_home"};

}  // namespace wangdi::accounts
