// SPDX-License-Identifier: Apache-2.0
// Rights as stored, the numbers of the gatekeeper, and whose sessions end.
#include "modules/accounts/rights.hpp"

#include <algorithm>

#include "access/system_actor.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/accounts/module.hpp"
#include "modules/accounts/tables.hpp"

namespace wangdi::accounts {

std::optional<access::Actor> actor_of(store::Rows& rows, District home, AccountId account) {
  const auto* row = rows.find(kAccount, {home, account});
  if (row == nullptr || row->state == AccountState::closed) return std::nullopt;
  return access::Actor{account, row->role, row->region, {}};
}

namespace {

// A token stands for its owner as long as both are as they were when it was made.
std::optional<access::Actor> current_of_token(store::Rows& rows, const access::Actor& actor) {
  const auto* token = rows.find(access::kToken, {access::kNation, actor.account, actor.token->id});
  const auto* home = rows.find(kHome, {access::kNation, actor.account});
  if (token == nullptr || home == nullptr) return std::nullopt;
  const auto owner = actor_of(rows, home->home, actor.account);
  if (!owner || owner->role != token->role || !owner->region.contains(token->region)) {
    return std::nullopt;
  }
  auto current = actor;
  current.role = owner->role;
  current.region = token->region;
  return current;
}

}  // namespace

std::optional<access::Actor> AccountRights::current(store::Rows& rows, const access::Actor& actor) {
  if (actor.account == access::kSystemAccount) return access::system_actor(actor.role);
  if (actor.account == access::kResidentAccount) return actor;
  if (actor.token) return current_of_token(rows, actor);
  auto stored = actor_of(rows, actor.region.district(), actor.account);
  if (stored) {
    stored->device = actor.device;
    stored->is_fresh = actor.is_fresh;
  }
  return stored;
}

bool AccountRights::had(store::Rows& rows, const access::Actor& actor, access::Roles roles,
                        const RegionCode& region, UnixMs at) {
  const auto terms = rows.list(kTerm, actor.region.district(), actor.account);
  return std::ranges::any_of(terms, [&](const TermRow& term) {
    return term.from_ms <= at && (!term.until_ms || at < *term.until_ms) &&
           roles.contains(term.role) && term.region.contains(region);
  });
}

void AccountRights::foresee(store::Rows& rows, const access::Actor& actor) {
  if (actor.account == access::kSystemAccount || actor.account == access::kResidentAccount) return;
  if (actor.token) {
    rows.want(access::kToken, {access::kNation, actor.account, actor.token->id});
    const auto* home = rows.want(kHome, {access::kNation, actor.account});
    if (home != nullptr) rows.want(kAccount, {home->home, actor.account});
    return;
  }
  rows.want(kAccount, {actor.region.district(), actor.account});
}

namespace {

template <class Number>
Status read_factor_rules(access::GatekeeperRules& rules, const Number& number) {
  WD_TRY(const auto window, number("access.code_window_steps"));
  rules.code_window = static_cast<int>(window);
  WD_TRY(const auto offer, number("access.factor_offer_minutes"));
  rules.factor_offer_ms = offer * 60'000;
  WD_TRY(const auto fresh, number("access.fresh_proof_minutes"));
  rules.fresh_proof_ms = fresh * 60'000;
  WD_TRY(rules.token_requests_per_minute, number("access.token_requests_per_minute"));
  WD_TRY(const auto keys, number("access.device_keys_per_account_most"));
  rules.device_keys_most = static_cast<std::size_t>(keys);
  WD_TRY(const auto challenge, number("access.device_challenge_minutes"));
  rules.device_challenge_ms = challenge * 60'000;
  WD_TRY(const auto code, number("access.device_code_minutes"));
  rules.device_code_ms = code * 60'000;
  return ok();
}

template <class Number>
Status read_mlps3_rules(access::GatekeeperRules& rules, const Number& number) {
  WD_TRY(const auto kinds, number("access.mlps3_password_kinds_least"));
  rules.password.kinds_least = static_cast<std::size_t>(kinds);
  WD_TRY(rules.password_days_max, number("access.mlps3_password_days_most"));
  const auto shorten = [&](access::RoleRules& of, std::string_view name) -> Status {
    WD_TRY(const auto minutes, number(name));
    of.idle_ms = std::min(of.idle_ms, minutes * 60'000);
    return ok();
  };
  WD_TRY([[maybe_unused]] auto field,
         shorten(rules.field, "access.mlps3_session_idle_minutes_field"));
  WD_TRY([[maybe_unused]] auto officer,
         shorten(rules.officer, "access.mlps3_session_idle_minutes_officer"));
  return shorten(rules.administrator, "access.mlps3_session_idle_minutes_administrator");
}

}  // namespace

Result<access::GatekeeperRules> gatekeeper_rules(const Parameters& parameters, CivilDate today,
                                                 bool demo, Profile profile) {
  constexpr std::int64_t kMinuteMs = 60'000;
  constexpr std::size_t kDemoLeast = 8;
  const auto number = [&](std::string_view name) { return parameters.integer(name, {}, today); };
  const auto rules_of = [&](const std::string& who) -> Result<access::RoleRules> {
    WD_TRY(const auto idle, number("access.session_idle_minutes_" + who));
    WD_TRY(const auto total, number("access.session_total_minutes_" + who));
    WD_TRY(const auto factor, number("access.second_factor_" + who));
    // A demo's passwords stand on the screen of whoever started it: a second lock guards nothing.
    return access::RoleRules{idle * kMinuteMs, total * kMinuteMs, factor != 0 && !demo};
  };
  access::GatekeeperRules rules;
  WD_TRY(rules.field, rules_of("field"));
  WD_TRY(rules.officer, rules_of("officer"));
  WD_TRY(rules.administrator, rules_of("administrator"));
  WD_TRY(const auto least, number("access.password_characters_least"));
  rules.password.least = demo ? kDemoLeast : static_cast<std::size_t>(least);
  WD_TRY(const auto with_factor, number("access.password_characters_least_with_factor"));
  rules.password.least_with_factor = static_cast<std::size_t>(with_factor);
  WD_TRY([[maybe_unused]] auto factor, read_factor_rules(rules, number));
  WD_TRY(const auto hours, number("access.first_secret_hours"));
  rules.first_secret_ms = hours * 60 * kMinuteMs;
  WD_TRY(const auto failures, number("access.login_failures_free"));
  rules.failures_free = static_cast<int>(failures);
  WD_TRY(const auto address_failures, number("access.address_failures_free"));
  rules.address_failures_free = static_cast<int>(address_failures);
  WD_TRY(const auto delay, number("access.login_delay_seconds_max"));
  rules.delay_ms_max = delay * 1'000;
  if (profile == Profile::mlps3) {
    WD_TRY([[maybe_unused]] auto strict, read_mlps3_rules(rules, number));
  }
  return rules;
}

Result<PhoneView> phone_rules(const Parameters& parameters, CivilDate today) {
  const auto number = [&](std::string_view name) { return parameters.integer(name, {}, today); };
  PhoneView view;
  WD_TRY(view.pin_digits, number("access.phone_pin_digits"));
  WD_TRY(view.pin_rounds, number("access.phone_pin_rounds"));
  WD_TRY(view.pin_failures_max, number("access.phone_pin_failures_max"));
  WD_TRY(view.hidden_minutes_max, number("access.phone_hidden_minutes_max"));
  WD_TRY(view.offline_hours_max, number("access.phone_offline_hours_max"));
  return view;
}

void EndedAccounts::expect(District home, AccountId account, std::int64_t sequence) {
  expected_.push_back({home, account, sequence});
  expect_tokens(account);
}

std::vector<AccountId> EndedAccounts::committed(store::Connection& db) {
  std::vector<AccountId> ended;
  for (const auto& [home, account, sequence] : std::exchange(expected_, {})) {
    const auto row = store::get(db, kAccount, {home, account});
    // Unreadable counts as changed: somebody logs in again rather than stays in wrongly.
    if (!row || (*row && (*row)->sequence > sequence)) ended.push_back(account);
  }
  return ended;
}

}  // namespace wangdi::accounts
