// SPDX-License-Identifier: Apache-2.0
// Secrets people are given (first secrets, recovery codes) and the MACs under which they and names
// are stored. A SecretMacs belongs to one thread.
#pragma once

#include <string>
#include <string_view>

#include "access/tables.hpp"
#include "common/crypto/crypto.hpp"

namespace wangdi::access {

// 20 characters of an alphabet without look-alikes in groups of five: 100 random bits.
std::string make_first_secret(crypto::Random& random);

// 10 characters of the same in groups of five: 50 random bits, for a code that is taken once.
std::string make_recovery_code(crypto::Random& random);

// 8 characters of the same in groups of four: 40 random bits, for a few minutes.
std::string make_device_code(crypto::Random& random);

// A login name as it is compared: full-width forms, case and blanks around do not count.
std::string folded_login(std::string_view name);

class SecretMacs {
 public:
  // A MAC under the vault's key `first_secret`.
  explicit SecretMacs(crypto::Hmac hmac) : hmac_(std::move(hmac)) {}
  // The same for every spelling that folded_login takes for one.
  Mac login(std::string_view name);
  // Bound to the account; case, blanks and dashes do not count.
  Mac first_secret(AccountId account, std::string_view secret);
  Mac recovery_code(AccountId account, std::string_view code);
  Mac device_code(AccountId account, std::string_view code);
  // Over what a challenge says of itself, and the login name it was told to (folded).
  Mac challenge(crypto::ByteView said, std::string_view login);
  // The key under which FactorSecrets seals what belongs to the account.
  Mac factor_key(AccountId account);

 private:
  crypto::Hmac hmac_;
};

}  // namespace wangdi::access
