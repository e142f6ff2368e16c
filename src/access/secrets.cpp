// SPDX-License-Identifier: Apache-2.0
// First secrets, and the normal forms under which names and secrets are compared.
#include "access/secrets.hpp"

#include "base/text.hpp"

namespace wangdi::access {
namespace {

// 32 characters: five bits each, none of them taken for another.
constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
static_assert(kAlphabet.size() == 32);
constexpr std::size_t kSecretCharacters = 20;
constexpr std::size_t kRecoveryCharacters = 10;
constexpr std::size_t kDeviceCodeCharacters = 8;
constexpr std::size_t kGroup = 5;
constexpr std::size_t kDeviceCodeGroup = 4;

// Labels of one length, so that a name can never be read as a secret.
constexpr std::string_view kNameLabel = "login_name..";
constexpr std::string_view kSecretLabel = "first_secret";
constexpr std::string_view kRecoveryLabel = "recovery_one";
constexpr std::string_view kFactorLabel = "factor_seal.";
constexpr std::string_view kDeviceCodeLabel = "device_code.";
constexpr std::string_view kChallengeLabel = "challenge...";
static_assert(kNameLabel.size() == kSecretLabel.size());
static_assert(kNameLabel.size() == kRecoveryLabel.size());
static_assert(kNameLabel.size() == kFactorLabel.size());
static_assert(kNameLabel.size() == kDeviceCodeLabel.size());
static_assert(kNameLabel.size() == kChallengeLabel.size());

template <std::size_t Characters, std::size_t Group = kGroup>
std::string random_groups(crypto::Random& random) {
  std::string text;
  for (const auto byte : random.take<Characters>()) {
    if (text.size() % (Group + 1) == Group) text.push_back('-');
    text.push_back(kAlphabet[byte % kAlphabet.size()]);
  }
  return text;
}

std::string letters_and_digits(std::string_view text) {
  std::string kept;
  for (const char c : text::fold(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) kept.push_back(c);
  }
  return kept;
}

}  // namespace

std::string make_first_secret(crypto::Random& random) {
  return random_groups<kSecretCharacters>(random);
}

std::string make_recovery_code(crypto::Random& random) {
  return random_groups<kRecoveryCharacters>(random);
}

std::string make_device_code(crypto::Random& random) {
  return random_groups<kDeviceCodeCharacters, kDeviceCodeGroup>(random);
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

Mac SecretMacs::recovery_code(AccountId account, std::string_view code) {
  const auto plain = letters_and_digits(code);
  return {
      hmac_.mac({crypto::bytes_of(kRecoveryLabel), account.value.bytes, crypto::bytes_of(plain)})};
}

Mac SecretMacs::device_code(AccountId account, std::string_view code) {
  const auto plain = letters_and_digits(code);
  return {hmac_.mac(
      {crypto::bytes_of(kDeviceCodeLabel), account.value.bytes, crypto::bytes_of(plain)})};
}

// `said` has a fixed length.
Mac SecretMacs::challenge(crypto::ByteView said, std::string_view login) {
  return {hmac_.mac({crypto::bytes_of(kChallengeLabel), said, crypto::bytes_of(login)})};
}

Mac SecretMacs::factor_key(AccountId account) {
  return {hmac_.mac({crypto::bytes_of(kFactorLabel), account.value.bytes})};
}

}  // namespace wangdi::access
