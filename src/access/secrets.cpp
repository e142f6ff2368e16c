// SPDX-License-Identifier: Apache-2.0
// First secrets, and the normal forms under which names and secrets are compared.
#include "access/secrets.hpp"

#include "base/text.hpp"

namespace wangdi::access {
namespace {

// 32 characters: five bits each, none of them taken for another.
constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
static_assert(kAlphabet.size() == 32);
constexpr std::size_t kCharacters = 20;
constexpr std::size_t kGroup = 5;

// Labels of one length, so that a name can never be read as a secret.
constexpr std::string_view kNameLabel = "login_name..";
constexpr std::string_view kSecretLabel = "first_secret";
static_assert(kNameLabel.size() == kSecretLabel.size());

std::string letters_and_digits(std::string_view text) {
  std::string kept;
  for (const char c : text::fold(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) kept.push_back(c);
  }
  return kept;
}

}  // namespace

std::string make_first_secret(crypto::Random& random) {
  std::string secret;
  for (const auto byte : random.take<kCharacters>()) {
    if (secret.size() % (kGroup + 1) == kGroup) secret.push_back('-');
    secret.push_back(kAlphabet[byte % kAlphabet.size()]);
  }
  return secret;
}

std::string folded_login(std::string_view name) { return text::fold(text::trim(name)); }

Mac SecretMacs::login(std::string_view name) {
  const auto folded = folded_login(name);
  return {hmac_.mac({crypto::bytes_of(kNameLabel), crypto::bytes_of(folded)})};
}

Mac SecretMacs::first_secret(AccountId account, std::string_view secret) {
  const auto plain = letters_and_digits(secret);
  return {
      hmac_.mac({crypto::bytes_of(kSecretLabel), account.value.bytes, crypto::bytes_of(plain)})};
}

}  // namespace wangdi::access
