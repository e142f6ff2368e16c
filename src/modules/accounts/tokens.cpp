// SPDX-License-Identifier: Apache-2.0
// API tokens of officers. A token reaches what its owner reaches and was made for, inside a region
// of the owner's own; it ends with its time, with any change of the owner's rights, and when it is
// revoked. Its hash is no event: it changes in the same batch, as the last act of a handler.
#include "modules/accounts/tokens.hpp"

#include <algorithm>
#include <functional>

#include "access/tokens.hpp"
#include "common/bus/registry.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/accounts/names.hpp"
#include "modules/accounts/record_facts.hpp"
#include "modules/accounts/rights.hpp"
#include "modules/accounts/rules.hpp"
#include "modules/accounts/tables.hpp"
#include "modules/accounts/token_messages.hpp"
#include "modules/regions/facts.hpp"
#include "vault/reader.hpp"
#include "vault/writer.hpp"

namespace wangdi::accounts {
namespace {

using access::Role;
using bus::CommandContext;
using bus::Decision;
using bus::QueryContext;

// Who reads figures. A grid worker's phone is no program, and administrators see none.
constexpr access::Roles kMakers = {Role::community_officer, Role::township_officer,
                                   Role::county_officer, Role::higher_officer};
constexpr access::Roles kReaders = {Role::community_officer, Role::township_officer,
                                    Role::county_officer, Role::higher_officer,
                                    Role::security_administrator};

constexpr std::int64_t kDayMs = 86'400'000;

Result<std::int64_t> number(const Parameters& parameters, std::string_view name, CivilDate today) {
  return parameters.integer(name, {}, today);
}

Error at(std::string_view pointer, const Error& why) {
  return Error(ErrorCode::invalid_fields)
      .with("count", "1")
      .at(std::string(pointer), why.code(), why.details());
}

Status check_days(const MakeToken& command, CommandContext& context) {
  WD_TRY(const auto most, number(context.parameters, "access.token_days_most", context.today));
  if (command.days >= 1 && command.days <= most) return ok();
  return at(
      "/days",
      Error(ErrorCode::field_out_of_range).with("least", "1").with("most", std::to_string(most)));
}

Status check_number(CommandContext& context) {
  WD_TRY(const auto most,
         number(context.parameters, "access.tokens_per_account_most", context.today));
  const auto tokens = context.rows.list(access::kToken, access::kNation, context.actor.account);
  const auto living = std::ranges::count_if(
      tokens, [&](const access::TokenRow& row) { return row.ends_at > context.now; });
  if (living < most) return ok();
  return Error(ErrorCode::token_many).with("limit", std::to_string(most));
}

// What can be refused, in the order of the form.
Status check_making(const MakeToken& command, const access::Actor& owner, CommandContext& context) {
  if (command.uses.empty()) return at("/uses", Error(ErrorCode::field_missing));
  const auto facts = regions::region_facts(context.rows, command.region);
  const bool stands = command.region.text().empty() || (facts && facts->in_force);
  if (!owner.region.contains(command.region) || !stands) {
    return at("/region", Error(ErrorCode::region_code_invalid));
  }
  WD_TRY([[maybe_unused]] auto days, check_days(command, context));
  WD_TRY([[maybe_unused]] auto room, check_number(context));
  // An id that was used before must not take another token's place.
  const auto home = owner.region.district();
  if (context.rows.find(kAccountToken, {home, owner.account, command.token}) != nullptr) {
    return Error(ErrorCode::command_id_reused);
  }
  WD_TRY(const bool recorded, is_recorded(context));
  return recorded ? Status(Error(ErrorCode::command_id_reused)) : ok();
}

void drop_run_out(CommandContext& context, AccountId account) {
  for (const auto& row : context.rows.list(access::kToken, access::kNation, account)) {
    if (row.ends_at <= context.now) access::erase_token(context.rows, account, row.token);
  }
}

class Handlers {
 public:
  explicit Handlers(ModuleParts parts) : parts_(parts) {}

  Result<Decision> make(const MakeToken& command, CommandContext& context) {
    const auto owner = AccountRights().current(context.rows, context.actor);
    if (!owner || context.actor.token) return Error(ErrorCode::not_found);
    WD_TRY([[maybe_unused]] auto good, check_making(command, *owner, context));
    const auto home = owner->region.district();
    const auto& subject = command.token.value;
    WD_TRY([[maybe_unused]] auto named,
           context.vault.put(home, subject, kTokenName, command.name.text));
    WD_TRY([[maybe_unused]] auto noted,
           context.vault.put(home, subject, kTokenPurpose, command.purpose.text));
    access::TokenUses uses;
    for (const auto use : command.uses) uses.add(use);
    const auto ends_at = context.now + command.days * kDayMs;
    auto secret = access::make_token(random_);
    Decision decision;
    decision.events.push_back(bus::event(
        subject, owner->region, TokenMade{owner->account, uses.bits(), command.region, ends_at}));
    decision.once = codec::encode(TokenSecret{secret, ends_at});
    drop_run_out(context, owner->account);
    access::TokenRow row;
    row.account = owner->account;
    row.token = command.token;
    row.key = access::key_of_api_token(secret);
    row.role = owner->role;
    row.region = command.region;
    row.uses = uses.bits();
    row.ends_at = ends_at;
    access::put_token(context.rows, std::move(row));
    crypto::wipe(secret);
    parts_.ended->expect_tokens(owner->account);
    return decision;
  }

  Result<Decision> revoke(const RevokeToken& command, CommandContext& context) {
    const auto home = context.region.district();
    const auto* owner = context.rows.find(kAccount, {home, command.account});
    const auto* token = context.rows.find(kAccountToken, {home, command.account, command.token});
    if (owner == nullptr || token == nullptr) return Error(ErrorCode::not_found);
    const auto region = owner->region;
    const bool own = command.account == context.actor.account;
    if (!own && !may_give(context.actor.role, owner->role)) return Error(ErrorCode::not_found);
    // Ended already: the wish is fulfilled, and the journal says whose it was.
    Decision decision;
    decision.events.push_back(
        bus::event(command.token.value, region, TokenRevoked{command.account}));
    access::erase_token(context.rows, command.account, command.token);
    parts_.ended->expect_tokens(command.account);
    return decision;
  }

 private:
  ModuleParts parts_;
  crypto::Random random_;
};

// ---- the list ----

TokenState state_of(const AccountTokenRow& row, UnixMs now) {
  if (row.ended_at) return TokenState::revoked;
  return row.ends_at > now ? TokenState::in_use : TokenState::run_out;
}

Result<std::optional<StoredAccount>> account_of(QueryContext& context, AccountId account) {
  WD_TRY(const auto home, store::get(context.db, kHome, {access::kNation, account}));
  if (!home) return std::optional<StoredAccount>();
  return store::get(context.db, kAccount, {home->home, account});
}

Result<std::vector<AccountTokenRow>> rows_of(const StoredAccount& owner, store::Connection& db) {
  std::vector<AccountTokenRow> rows;
  WD_TRY([[maybe_unused]] auto read,
         db.by_key(kAccountToken.info(), 2, store::bind_all(owner.district, owner.account),
                   [&](const store::RowReader& reader) {
                     rows.push_back(store::read_row<AccountTokenRow>(reader));
                     return true;
                   }));
  std::ranges::sort(rows, std::greater(), &AccountTokenRow::sequence);
  if (rows.size() > limits::kPageRows) rows.resize(limits::kPageRows);
  return rows;
}

Result<TokenView> token_view(const AccountTokenRow& row, const vault::Values& words,
                             std::string region_name, QueryContext& context) {
  TokenView view{row.token,
                 std::string(words.get(kTokenName)),
                 std::string(words.get(kTokenPurpose)),
                 {},
                 {row.region, std::move(region_name), row.region.level()},
                 state_of(row, context.now),
                 row.made_at,
                 row.ends_at,
                 {}};
  const auto uses = access::TokenUses::from_bits(row.uses);
  for (const auto& choice : codec::choices<access::TokenUse>()) {
    const auto use = static_cast<access::TokenUse>(choice.value);
    if (uses.contains(use)) view.uses.items.push_back(use);
  }
  WD_TRY(const auto living,
         store::get(context.db, access::kToken, {access::kNation, row.account, row.token}));
  if (living && living->last_used > 0) {
    view.last_used_on = CivilDate::of(living->last_used, context.zone);
  }
  return view;
}

Result<Tokens> tokens(const TokensParams& params, QueryContext& context) {
  const auto account = params.account.value_or(context.actor.account);
  WD_TRY(const auto owner, account_of(context, account));
  const bool own = account == context.actor.account;
  if (!owner || (!own && !may_give(context.actor.role, owner->role))) {
    return Error(ErrorCode::not_found);
  }
  WD_TRY(const auto rows, rows_of(*owner, context.db));
  std::vector<Uuid> subjects;
  std::vector<RegionCode> codes;
  for (const auto& row : rows) {
    subjects.push_back(row.token.value);
    codes.push_back(row.region);
  }
  WD_TRY(auto names, regions::region_names(context.db, codes));
  WD_TRY(const auto words,
         context.vault.get_many(owner->district, subjects, {kTokenName, kTokenPurpose}));
  WD_TRY(const auto most, number(context.parameters, "access.token_days_most", context.today));
  Tokens view{account, {}, static_cast<std::int32_t>(most)};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    WD_TRY(auto shown, token_view(rows[i], words[i], std::move(names[i]), context));
    view.tokens.items.push_back(std::move(shown));
  }
  return view;
}

// ---- the projection ----

void token_made(const TokenMade& event, const bus::Recorded& frame, store::Rows& rows) {
  rows.put(kAccountToken,
           {frame.position.district, event.account, TokenId{frame.subject}, frame.position.sequence,
            event.uses, event.region, frame.recorded_at, event.ends_at, std::nullopt});
}

void token_revoked(const TokenRevoked& event, const bus::Recorded& frame, store::Rows& rows) {
  const auto* stored =
      rows.find(kAccountToken, {frame.position.district, event.account, TokenId{frame.subject}});
  if (stored == nullptr || stored->ended_at) return;
  auto row = *stored;
  row.ended_at = frame.recorded_at;
  rows.put(kAccountToken, std::move(row));
}

}  // namespace

void register_tokens(bus::Registry& registry, ModuleParts parts) {
  const auto handlers = std::make_shared<Handlers>(parts);
  registry.project<TokenMade>(token_made);
  registry.project<TokenRevoked>(token_revoked);
  registry.command<MakeToken>(
      {.roles = kMakers,
       .region_of = [](const MakeToken&, CommandContext& context) -> Result<RegionCode> {
         return context.actor.region;
       },
       .summary_zh = "做一个接口令牌",
       .summary_en = "Make an API token",
       .writes_nation = true,
       .needs_fresh_proof = true},
      [handlers](const MakeToken& command, CommandContext& context) {
        return handlers->make(command, context);
      });
  registry.command<RevokeToken>(
      {.roles = kReaders,
       .region_of = [](const RevokeToken& command, CommandContext& context) -> Result<RegionCode> {
         const auto* row =
             context.rows.find(kAccount, {context.region.district(), command.account});
         if (row == nullptr) return Error(ErrorCode::not_found);
         return row->region;
       },
       .summary_zh = "收回一个接口令牌",
       .summary_en = "Revoke an API token",
       .writes_nation = true},
      [handlers](const RevokeToken& command, CommandContext& context) {
        return handlers->revoke(command, context);
      });
  registry.query<TokensParams, Tokens>(
      {.method = bus::QueryMethod::get,
       .path = "accounts/tokens",
       .roles = kReaders,
       .region_of = [](const TokensParams& params, QueryContext& context) -> Result<RegionCode> {
         WD_TRY(const auto owner,
                account_of(context, params.account.value_or(context.actor.account)));
         if (!owner) return Error(ErrorCode::not_found);
         return owner->region;
       },
       .summary_zh = "接口令牌",
       .summary_en = "API tokens of an account"},
      tokens);
}

}  // namespace wangdi::accounts
