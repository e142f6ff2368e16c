// SPDX-License-Identifier: Apache-2.0
// Facts of accounts: names out of the vault, homes and rights out of the rows.
#include "modules/accounts/facts.hpp"

#include <map>

#include "access/tables.hpp"
#include "modules/accounts/module.hpp"
#include "modules/accounts/names.hpp"
#include "modules/accounts/queries.hpp"
#include "modules/accounts/record_facts.hpp"
#include "modules/accounts/rights.hpp"
#include "modules/accounts/tables.hpp"
#include "vault/reader.hpp"
#include "vault/writer.hpp"

namespace wangdi::accounts {
namespace {

constexpr store::Statement kRecorded{
    "accounts_recorded",
    "SELECT sequence FROM journal WHERE district = $1 AND command = $2 AND ordinal = 0"};

struct SequenceRow {
  std::int64_t sequence = 0;
};
WD_DESCRIBE(SequenceRow, sequence)

}  // namespace

const store::Statement& recorded_statement() { return kRecorded; }

Result<bool> is_recorded(bus::CommandContext& context) {
  WD_TRY(const auto found,
         context.select<SequenceRow>(kRecorded, context.region.district(), context.id));
  return !found.empty();
}

Result<std::vector<std::string>> account_names(store::Connection& db, vault::Reader& vault,
                                               std::span<const AccountId> accounts) {
  std::map<District, std::vector<std::size_t>> by_home;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    WD_TRY(const auto row, store::get(db, kHome, {access::kNation, accounts[i]}));
    if (row) by_home[row->home].push_back(i);
  }
  std::vector<std::string> names(accounts.size());
  for (const auto& [home, places] : by_home) {
    std::vector<Uuid> subjects;
    for (const auto place : places) subjects.push_back(accounts[place].value);
    WD_TRY(const auto values, vault.get_many(home, subjects, {kDisplayName}));
    for (std::size_t i = 0; i < places.size(); ++i) {
      names[places[i]] = values[i].get(kDisplayName);
    }
  }
  return names;
}

Result<std::string> account_name(store::Rows& rows, vault::Writer& vault, AccountId account) {
  const auto* row = rows.find(kHome, {access::kNation, account});
  if (row == nullptr) return std::string();
  WD_TRY(auto name, vault.get(row->home, account.value, kDisplayName));
  return std::move(name).value_or(std::string());
}

Result<std::optional<Office>> office_of(store::Connection& db, AccountId account, UnixMs at) {
  std::optional<Office> office;
  WD_TRY(const auto home, store::get(db, kHome, {access::kNation, account}));
  if (!home) return office;
  WD_TRY([[maybe_unused]] auto read,
         db.by_key(kTerm.info(), 2, store::bind_all(home->home, account),
                   [&](const store::RowReader& reader) {
                     const auto term = store::read_row<TermRow>(reader);
                     if (term.from_ms <= at && (!term.until_ms || at < *term.until_ms)) {
                       office = Office{term.role, term.region};
                     }
                     return true;
                   }));
  return office;
}

Result<std::vector<std::string>> own_names(vault::Reader& vault, District home, AccountId account) {
  WD_TRY(const auto values, vault.get(home, account.value, kNames));
  return std::vector<std::string>{std::string(values.get(kLoginName)),
                                  std::string(values.get(kDisplayName))};
}

Result<std::optional<KnownAccount>> find_account(store::Connection& db, access::SecretMacs& macs,
                                                 std::string_view login_name) {
  std::optional<KnownAccount> found;
  WD_TRY(const auto login,
         store::get(db, access::kLogin, {access::kNation, macs.login(login_name)}));
  if (!login) return found;
  WD_TRY(const auto home, store::get(db, kHome, {access::kNation, login->account}));
  if (!home) return found;
  WD_TRY(const auto row, store::get(db, kAccount, {home->home, login->account}));
  if (row) found = KnownAccount{row->account, row->role, row->region, row->state};
  return found;
}

}  // namespace wangdi::accounts
