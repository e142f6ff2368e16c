// SPDX-License-Identifier: Apache-2.0
// The list of accounts and the own account. Who manages accounts sees colleagues' names unmasked.
#include "modules/accounts/queries.hpp"

#include <array>
#include <map>

#include "access/tables.hpp"
#include "common/bus/registry.hpp"
#include "modules/accounts/facts.hpp"
#include "modules/accounts/module.hpp"
#include "modules/accounts/names.hpp"
#include "modules/accounts/tables.hpp"
#include "modules/regions/facts.hpp"
#include "vault/reader.hpp"

namespace wangdi::accounts {
namespace {

using access::Role;
using bus::QueryContext;
using bus::QueryMethod;

constexpr access::Roles kReaders = {Role::community_officer, Role::township_officer,
                                    Role::county_officer, Role::system_administrator,
                                    Role::security_administrator};

// Inside a district, and for whoever stands above it all districts below. A subtree is a range of
// codes; ':' comes after '9'.
constexpr store::Statement kInDistrict{
    "accounts_in_district",
    "SELECT a.district, a.account, a.role, a.region, a.state, coalesce(c.last_seen, 0),"
    " coalesce(c.first_secret_at, 0)"
    " FROM account a LEFT JOIN credential c ON c.district = $1 AND c.account = a.account"
    " WHERE a.district = $2 AND a.region >= $3 AND a.region < $4"
    " AND (a.region, a.account) > ($5, $6) ORDER BY a.region, a.account LIMIT $7"};
constexpr store::Statement kInSubtree{
    "accounts_in_subtree",
    "SELECT a.district, a.account, a.role, a.region, a.state, coalesce(c.last_seen, 0),"
    " coalesce(c.first_secret_at, 0)"
    " FROM account a LEFT JOIN credential c ON c.district = $1 AND c.account = a.account"
    " WHERE a.region >= $2 AND a.region < $3 AND (a.region, a.account) > ($4, $5)"
    " ORDER BY a.region, a.account LIMIT $6"};

struct ListedRow {
  District district;
  AccountId account;
  Role role = Role::grid_worker;
  RegionCode region;
  AccountState state = AccountState::open;
  UnixMs last_seen = 0;
  UnixMs first_secret_at = 0;
};
WD_DESCRIBE(ListedRow, district, account, role, region, state, last_seen, first_secret_at)

// Where the page before ended.
struct Place {
  std::string region;
  AccountId account;
};

Result<Place> place_of(const std::optional<Text<100>>& after) {
  if (!after) return Place{};
  const auto cut = after->text.find('/');
  const auto region = RegionCode::parse(after->text.substr(0, cut));
  const auto id =
      cut == std::string::npos ? std::nullopt : Uuid::parse(after->text.substr(cut + 1));
  if (!region || !id) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/after", ErrorCode::field_text_invalid);
  }
  return Place{region->text(), AccountId{*id}};
}

Result<std::vector<ListedRow>> listed(const RegionCode& region, const Place& after,
                                      store::Connection& db) {
  const auto end = region.text() + ':';
  const auto limit = static_cast<std::int64_t>(limits::kPageRows + 1);
  if (region.level() < RegionLevel::county) {
    return store::select<ListedRow>(db, kInSubtree, access::kNation, region, end, after.region,
                                    after.account, limit);
  }
  return store::select<ListedRow>(db, kInDistrict, access::kNation, region.district(), region, end,
                                  after.region, after.account, limit);
}

// Names of a page: one round to the vault a district.
Result<std::vector<vault::Values>> names_of(const std::vector<ListedRow>& rows,
                                            vault::Reader& vault) {
  std::map<District, std::vector<std::size_t>> by_home;
  for (std::size_t i = 0; i < rows.size(); ++i) by_home[rows[i].district].push_back(i);
  std::vector<vault::Values> names(rows.size());
  for (const auto& [home, places] : by_home) {
    std::vector<Uuid> subjects;
    for (const auto place : places) subjects.push_back(rows[place].account.value);
    WD_TRY(auto values, vault.get_many(home, subjects, kNames));
    for (std::size_t i = 0; i < places.size(); ++i) names[places[i]] = std::move(values[i]);
  }
  return names;
}

Result<Accounts> accounts(const AccountsParams& params, QueryContext& context) {
  WD_TRY(const auto after, place_of(params.after));
  WD_TRY(auto rows, listed(params.region, after, context.db));
  Accounts view;
  if (rows.size() > limits::kPageRows) {
    rows.resize(limits::kPageRows);
    view.next = rows.back().region.text() + '/' + rows.back().account.text();
  }
  std::vector<RegionCode> codes;
  for (const auto& row : rows) codes.push_back(row.region);
  WD_TRY(const auto regions, regions::region_names(context.db, codes));
  WD_TRY(const auto names, names_of(rows, context.vault));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    AccountRow shown{row.account,
                     std::string(names[i].get(kLoginName)),
                     std::string(names[i].get(kDisplayName)),
                     row.role,
                     {row.region, regions[i], row.region.level()},
                     row.state,
                     {},
                     {}};
    if (row.last_seen > 0) shown.last_seen = row.last_seen;
    if (row.state == AccountState::open && row.first_secret_at == 0) {
      shown.awaits_first_secret = true;
    }
    view.rows.items.push_back(std::move(shown));
  }
  return view;
}

}  // namespace

Result<AccountView> account_view(store::Connection& db, vault::Reader& vault, District home,
                                 AccountId account) {
  WD_TRY(const auto row, store::get(db, kAccount, {home, account}));
  if (!row) return Error(ErrorCode::not_found);
  WD_TRY(const auto names, vault.get(home, account.value, kNames));
  WD_TRY(auto region, regions::region_view(db, row->region));
  if (!region)
    region = regions::RegionView{row->region, row->region.text(), row->region.level(), {}};
  return AccountView{account, std::string(names.get(kLoginName)),
                     std::string(names.get(kDisplayName)), row->role, std::move(*region)};
}

std::span<const store::Statement> statements() {
  static constexpr std::size_t kCount = 3;
  static const std::array<store::Statement, kCount> all = {kInDistrict, kInSubtree,
                                                           recorded_statement()};
  return all;
}

void register_queries(bus::Registry& registry) {
  registry.query<AccountsParams, Accounts>(
      {QueryMethod::get, "accounts", kReaders,
       [](const AccountsParams& params, QueryContext&) -> Result<RegionCode> {
         return params.region;
       },
       "账号名单", "Accounts of a region"},
      accounts);
  registry.query<MeParams, AccountView>(
      {QueryMethod::get, "accounts/me", access::kEveryRole,
       [](const MeParams&, QueryContext& context) -> Result<RegionCode> {
         return context.actor.region;
       },
       "我的账号", "The own account"},
      [](const MeParams&, QueryContext& context) {
        return account_view(context.db, context.vault, context.actor.region.district(),
                            context.actor.account);
      });
}

}  // namespace wangdi::accounts
