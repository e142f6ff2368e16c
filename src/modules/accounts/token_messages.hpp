// SPDX-License-Identifier: Apache-2.0
// Commands, events and views of API tokens: what a program of an officer shows. Events hold no
// name: how the owner calls the token, and why it is there, is in the vault under the token's id.
#pragma once

#include "modules/accounts/messages.hpp"

namespace wangdi::accounts {

// ---- commands ----

struct MakeToken {
  static constexpr std::string_view kType = "accounts.make_token";
  TokenId token;
  Text<40, 1> name;
  Text<200, 1> purpose;
  List<access::TokenUse, 8> uses;
  RegionCode region;
  std::int32_t days = 1;  // of validity, the day of making included
};
WD_STRUCT(MakeToken, (token, "令牌", "Token", "", "access"), (name, "名称", "Name", "", "access"),
          (purpose, "做什么用", "What for", "", "access"),
          (uses, "可以做什么", "What it may do", "", "access"),
          (region, "范围", "Where", "", "access"), (days, "有效天数", "Days", "days", "access"))

struct RevokeToken {
  static constexpr std::string_view kType = "accounts.revoke_token";
  AccountId account;  // whose
  TokenId token;
};
WD_STRUCT(RevokeToken, (account, "账号", "Account", "", "access"),
          (token, "令牌", "Token", "", "access"))

// The answer to making one, given once: neither journal nor a table holds it.
struct TokenSecret {
  std::string token_secret;
  std::int64_t expires_at = 0;
};
WD_STRUCT(TokenSecret, (token_secret, "令牌", "Token", "", "access"),
          (expires_at, "有效期至", "Expires at", "unix_ms", "access"))

// ---- events; the subject is the token ----

struct TokenMade {
  static constexpr std::string_view kType = "accounts.token_made";
  static constexpr int kVersion = 1;
  AccountId account;
  std::int64_t uses = 0;  // access::TokenUses::bits
  RegionCode region;
  std::int64_t ends_at = 0;
};
WD_DESCRIBE(TokenMade, account, uses, region, ends_at)

struct TokenRevoked {
  static constexpr std::string_view kType = "accounts.token_revoked";
  static constexpr int kVersion = 1;
  AccountId account;
};
WD_DESCRIBE(TokenRevoked, account)

// ---- views ----

enum class TokenState : std::uint8_t { in_use = 1, run_out = 2, revoked = 3 };
WD_ENUM(TokenState, (in_use, "在用", "In use"), (run_out, "已到期", "Run out"),
        (revoked, "已收回", "Revoked"))

struct TokensParams {
  std::optional<AccountId> account;  // nothing: the own
};
WD_STRUCT(TokensParams, (account, "账号", "Account", "", "access"))

struct TokenView {
  TokenId id;
  std::string name;
  std::string purpose;
  List<access::TokenUse, 8> uses;
  regions::RegionStep region;
  TokenState state = TokenState::in_use;
  std::int64_t made_at = 0;
  std::int64_t expires_at = 0;
  std::optional<CivilDate> last_used_on;
};
WD_STRUCT(TokenView, (id, "令牌", "Token", "", "access"), (name, "名称", "Name", "", "access"),
          (purpose, "做什么用", "What for", "", "access"),
          (uses, "可以做什么", "What it may do", "", "access"),
          (region, "范围", "Where", "", "access"), (state, "状态", "State", "", "access"),
          (made_at, "做好的时间", "Made at", "unix_ms", "access"),
          (expires_at, "有效期至", "Expires at", "unix_ms", "access"),
          (last_used_on, "最近用在哪天", "Last used on", "", "access"))

// Newest first. Ended ones stay in the list for a while: `days_most` tells what may be asked for.
struct Tokens {
  AccountId account;
  List<TokenView, limits::kPageRows> tokens;
  std::int32_t days_most = 0;
};
WD_STRUCT(Tokens, (account, "账号", "Account", "", "access"),
          (tokens, "令牌", "Tokens", "", "access"),
          (days_most, "最多几天", "Days at most", "days", "access"))

}  // namespace wangdi::accounts
