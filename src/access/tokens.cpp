// SPDX-License-Identifier: Apache-2.0
// Making, storing, finding and counting API tokens.
#include "access/tokens.hpp"

#include <algorithm>

#include "base/hex.hpp"

namespace wangdi::access {
namespace {

constexpr std::string_view kMark = "wangdi_";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretCharacters = kMark.size() + 2 * kSecretBytes;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kLastUsedMs = 60 * kMinuteMs;  // the day is shown; the hour is enough

}  // namespace

std::string make_token(crypto::Random& random) {
  return std::string(kMark) + to_hex(random.take<kSecretBytes>());
}

SessionKey key_of_api_token(std::string_view secret) {
  return {crypto::sha256({crypto::bytes_of(secret)})};
}

void put_token(store::Rows& rows, TokenRow row) { rows.put(kToken, std::move(row)); }

bool erase_token(store::Rows& rows, AccountId account, TokenId token) {
  if (rows.find(kToken, {kNation, account, token}) == nullptr) return false;
  rows.erase(kToken, {kNation, account, token});
  return true;
}

void erase_tokens(store::Rows& rows, AccountId account) {
  for (const auto& row : rows.list(kToken, kNation, account)) {
    rows.erase(kToken, {kNation, account, row.token});
  }
}

Status Tokens::load(store::Connection& from) {
  const std::lock_guard lock(mutex_);
  return from.by_key(kToken.info(), 1, store::bind_all(kNation),
                     [&](const store::RowReader& reader) {
                       auto row = store::read_row<TokenRow>(reader);
                       const auto key = row.key;
                       const auto used = row.last_used;
                       entries_[key] = {std::move(row), used, 0, 0};
                       return true;
                     });
}

Status Tokens::load_account(store::Connection& from, AccountId account) {
  std::vector<TokenRow> stored;
  auto read = from.by_key(kToken.info(), 2, store::bind_all(kNation, account),
                          [&](const store::RowReader& reader) {
                            stored.push_back(store::read_row<TokenRow>(reader));
                            return true;
                          });
  if (!read) stored.clear();
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& entry) {
    const auto& row = entry.second.row;
    return row.account == account &&
           std::ranges::find(stored, row.key, &TokenRow::key) == stored.end();
  });
  for (auto& row : stored) {
    const auto key = row.key;
    const auto used = row.last_used;
    entries_.try_emplace(key, Entry{std::move(row), used, 0, 0});
  }
  return read;
}

Result<Tokens::Use> Tokens::use(std::string_view secret, UnixMs now) {
  // Nothing long is hashed for a stranger.
  if (secret.size() != kSecretCharacters) return Error(ErrorCode::token_invalid);
  const auto key = key_of_api_token(secret);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return Error(ErrorCode::token_invalid);
  auto& entry = found->second;
  if (now >= entry.row.ends_at) return Error(ErrorCode::token_invalid);
  const auto minute = now / kMinuteMs;
  if (entry.minute != minute) {
    entry.minute = minute;
    entry.requests = 0;
  }
  if (entry.requests >= per_minute_) {
    const auto left = (minute + 1) * kMinuteMs - now;
    return Error(ErrorCode::too_many_requests)
        .with("seconds", std::to_string((left + 999) / 1'000));
  }
  ++entry.requests;
  entry.row.last_used = now;
  const bool persist = now - entry.persisted >= kLastUsedMs;
  if (persist) entry.persisted = now;
  return Use{entry.row, persist};
}

std::size_t Tokens::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace wangdi::access
