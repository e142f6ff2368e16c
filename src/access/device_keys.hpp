// SPDX-License-Identifier: Apache-2.0
// Phones' own keys as a second factor (security.md AU2, AU4, SE3; ADR 0043): what a phone signs,
// the challenges of log-ins, the living keys in memory, and what the batch does with their rows.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/device_keep.hpp"
#include "access/secrets.hpp"
#include "access/tables.hpp"
#include "store/rows.hpp"

namespace wangdi::access {

// What a phone signs to be enrolled: that it has the private half, for this account.
std::string enrolment_text(AccountId account, const DeviceKeyId& key);
// What it signs at a log-in. `login`: as folded_login gives it.
std::string device_login_text(std::string_view challenge, std::string_view login);

// A challenge is kept nowhere: it says when it was made and carries a MAC that binds it to the
// login name. It tells nothing about an account and opens nothing. `login`: as folded_login gives
// it.
std::string make_challenge(SecretMacs& macs, crypto::Random& random, std::string_view login,
                           UnixMs at);
// When it was made; nothing when it was not made here for this login name.
std::optional<UnixMs> time_of_challenge(SecretMacs& macs, std::string_view login,
                                        std::string_view challenge);

// What a phone shows at a log-in, as it came.
struct DeviceLogin {
  std::string key;
  std::string challenge;
  std::string signature;
};
// The same, found right: a living key signed a challenge that is young enough.
struct DeviceShown {
  DeviceKeyId key{};
  UnixMs challenge_at = 0;
};

// Every living key, by its id. Any thread.
class DeviceKeys {
 public:
  Status load(store::Connection& from);
  // What the database has of the account now. When it cannot be read, its keys count as of an
  // account whose rights have just changed.
  Status load_account(store::Connection& from, AccountId account);

  void put(DeviceKeyRow row);
  void erase(const DeviceKeyId& key);
  std::optional<DeviceKeyRow> find(const DeviceKeyId& key) const;
  bool has(AccountId account) const;
  std::vector<DeviceKeyRow> of(AccountId account) const;
  // The latest time of a challenge that a key of the account has used up; 0 for none.
  UnixMs last_challenge(AccountId account) const;
  // `entered_at`: as the phone was told last.
  DeviceKeep keep_of(const DeviceKeyId& key, UnixMs entered_at) const;

 private:
  void erase_account(AccountId account);

  mutable std::mutex mutex_;
  std::unordered_map<DeviceKeyId, DeviceKeyRow> rows_;
  std::unordered_multimap<AccountId, DeviceKeyId> by_account_;
};

// ---- inside the batch ----

// Uses the challenge up and notes the log-in. `window_ms`: how long a challenge is good for. The
// row as it is then. Error: device_key_wrong when the key is gone or has used this challenge or a
// later one.
Result<DeviceKeyRow> use_device(store::Rows& rows, AccountId account, const DeviceShown& shown,
                                UnixMs now, std::int64_t window_ms);
// The code of a phone works once. Error: code_wrong.
Status use_device_code(store::Rows& rows, AccountId account, const Mac& code, UnixMs now);
// Role, region or password of the account change now: what a phone had read before, it must not
// keep. The rows as they are then.
std::vector<DeviceKeyRow> change_device_rights(store::Rows& rows, AccountId account, UnixMs now);
// Of an account that was closed or reset.
void erase_devices(store::Rows& rows, AccountId account);
// The code that would bring another phone in, when there is one.
void erase_device_code(store::Rows& rows, AccountId account);
// Notes that the phone is told `row.entered_at` now.
void note_entry(DeviceKeyRow& row, UnixMs now);

}  // namespace wangdi::access
