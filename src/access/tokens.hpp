// SPDX-License-Identifier: Apache-2.0
// API tokens: by what a program shows for whom it asks (security.md TK1, TK2). The living ones are
// in memory, like sessions, so that the network thread asks no table; a request is counted there.
// Safe for several threads.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/tables.hpp"
#include "base/result.hpp"
#include "common/crypto/crypto.hpp"
#include "store/rows.hpp"

namespace wangdi::access {

// A mark by which scanners for lost secrets know one, then 256 random bits in hex.
std::string make_token(crypto::Random& random);
SessionKey key_of_api_token(std::string_view secret);

// In the batch, like credentials.hpp. The token must not be there yet.
void put_token(store::Rows& rows, TokenRow row);
// False when the account has no such token.
bool erase_token(store::Rows& rows, AccountId account, TokenId token);
void erase_tokens(store::Rows& rows, AccountId account);

class Tokens {
 public:
  explicit Tokens(std::int64_t requests_per_minute) : per_minute_(requests_per_minute) {}
  Status load(store::Connection& from);
  // What of the account is living is what the database holds; nothing when it cannot be read.
  Status load_account(store::Connection& from, AccountId account);

  struct Use {
    TokenRow row;
    bool persist = false;  // its last use should be written again
  };
  // Counts as used at `now`. Errors: token_invalid (unknown, revoked or run out, all alike),
  // too_many_requests.
  Result<Use> use(std::string_view secret, UnixMs now);
  std::size_t size() const;

 private:
  struct Entry {
    TokenRow row;
    UnixMs persisted = 0;
    std::int64_t minute = 0;  // since 1970, of the count
    std::int64_t requests = 0;
  };

  const std::int64_t per_minute_;
  mutable std::mutex mutex_;
  std::unordered_map<SessionKey, Entry> entries_;
};

}  // namespace wangdi::access
