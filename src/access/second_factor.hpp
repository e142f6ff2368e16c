// SPDX-License-Identifier: Apache-2.0
// One-time codes as a second factor (security.md AU2): sealing their secrets, judging a code on a
// hashing thread, and using it up in the writer's batch, so that two requests never share one.
#pragma once

#include <optional>
#include <string_view>

#include "access/device_keys.hpp"
#include "access/secrets.hpp"
#include "access/tables.hpp"
#include "store/rows.hpp"

namespace wangdi::access {

inline constexpr std::size_t kRecoveryCodes = 10;

// Bound to the account: a sealed secret in another account's row does not open.
crypto::Bytes seal_factor(SecretMacs& macs, crypto::Random& random, AccountId account,
                          crypto::ByteView secret);
std::optional<crypto::Bytes> open_factor(SecretMacs& macs, AccountId account,
                                         crypto::ByteView sealed);

// What an account was found to need, and that it was shown.
struct FactorProof {
  bool enrolled = false;  // has one-time codes; false: none was needed
  crypto::Bytes secret;   // sealed, as it was when judged
  std::optional<std::int64_t> step;
  std::optional<Mac> recovery_code;
  // Of a log-in only: a phone's own key, or a code that was made on an enrolled phone.
  std::optional<DeviceShown> device;
  std::optional<Mac> device_code;
  bool is_shown() const { return enrolled || device || device_code; }
};

// `code`: of the app, or a recovery code. Errors: code_required (there is a factor, the code is
// empty), code_wrong (or used before), vault_unreadable (the secret does not open), and the
// store's.
Result<FactorProof> check_factor(store::Connection& db, SecretMacs& macs, AccountId account,
                                 std::string_view code, UnixMs now, int window);

// In the batch. Errors: code_wrong when somebody else used the code or changed the factor
// meanwhile.
Status use_factor(store::Rows& rows, AccountId account, const FactorProof& proof);

// Whether an account has one-time codes, as the batch sees it.
bool has_codes(store::Rows& rows, AccountId account);

// One-time codes and recovery codes of an account that was closed or reset.
void erase_factor(store::Rows& rows, AccountId account);

// What an authenticator app reads: otpauth://totp/.
std::string factor_uri(std::string_view login, std::string_view secret_base32);

}  // namespace wangdi::access
