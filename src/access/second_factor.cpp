// SPDX-License-Identifier: Apache-2.0
// Judging codes, and using them up.
#include "access/second_factor.hpp"

#include <algorithm>
#include <array>

#include "common/crypto/one_time_code.hpp"

namespace wangdi::access {
namespace {

constexpr std::string_view kSealLabel = "second_factor";
constexpr std::string_view kIssuer = "Wangdi";

auto associated_with(AccountId account) {
  const auto label = crypto::bytes_of(kSealLabel);
  std::array<std::uint8_t, kSealLabel.size() + sizeof account.value.bytes> bytes;
  std::ranges::copy(account.value.bytes, std::ranges::copy(label, bytes.begin()).out);
  return bytes;
}

crypto::Aead aead_of(SecretMacs& macs, AccountId account) {
  auto key = macs.factor_key(account);
  crypto::Aead aead;
  aead.set_key(key.bytes);
  crypto::wipe(key.bytes);
  return aead;
}

}  // namespace

crypto::Bytes seal_factor(SecretMacs& macs, crypto::Random& random, AccountId account,
                          crypto::ByteView secret) {
  crypto::Bytes sealed;
  aead_of(macs, account).seal(random, associated_with(account), secret, sealed);
  return sealed;
}

std::optional<crypto::Bytes> open_factor(SecretMacs& macs, AccountId account,
                                         crypto::ByteView sealed) {
  return aead_of(macs, account).open(associated_with(account), sealed);
}

Result<FactorProof> check_factor(store::Connection& db, SecretMacs& macs, AccountId account,
                                 std::string_view code, UnixMs now, int window) {
  WD_TRY(const auto row, store::get(db, kSecondFactor, {kNation, account}));
  if (!row || !row->is_enrolled()) return FactorProof{};
  if (code.empty()) return Error(ErrorCode::code_required);
  FactorProof proof;
  proof.enrolled = true;
  proof.secret = row->secret;
  auto secret = open_factor(macs, account, row->secret);
  if (!secret) return Error(ErrorCode::vault_unreadable);
  proof.step = crypto::step_of_code(*secret, code, now / 1'000, window);
  crypto::wipe(*secret);
  if (proof.step) {
    if (*proof.step <= row->last_step) return Error(ErrorCode::code_wrong);
    return proof;
  }
  const auto mac = macs.recovery_code(account, code);
  WD_TRY(const auto kept, store::get(db, kRecoveryCode, {kNation, account, mac}));
  if (!kept) return Error(ErrorCode::code_wrong);
  proof.recovery_code = mac;
  return proof;
}

Status use_factor(store::Rows& rows, AccountId account, const FactorProof& proof) {
  const auto* stored = rows.find(kSecondFactor, {kNation, account});
  const bool enrolled = stored != nullptr && stored->is_enrolled();
  if (enrolled != proof.enrolled) return Error(ErrorCode::code_wrong);
  if (!enrolled) return ok();
  if (stored->secret != proof.secret) return Error(ErrorCode::code_wrong);
  if (proof.step) {
    if (*proof.step <= stored->last_step) return Error(ErrorCode::code_wrong);
    auto row = *stored;
    row.last_step = *proof.step;
    rows.put(kSecondFactor, std::move(row));
    return ok();
  }
  if (!proof.recovery_code ||
      rows.find(kRecoveryCode, {kNation, account, *proof.recovery_code}) == nullptr) {
    return Error(ErrorCode::code_wrong);
  }
  rows.erase(kRecoveryCode, {kNation, account, *proof.recovery_code});
  return ok();
}

bool has_codes(store::Rows& rows, AccountId account) {
  const auto* stored = rows.find(kSecondFactor, {kNation, account});
  return stored != nullptr && stored->is_enrolled();
}

void erase_factor(store::Rows& rows, AccountId account) {
  for (const auto& row : rows.list(kRecoveryCode, kNation, account)) {
    rows.erase(kRecoveryCode, {kNation, account, row.code});
  }
  if (rows.find(kSecondFactor, {kNation, account}) != nullptr) {
    rows.erase(kSecondFactor, {kNation, account});
  }
}

std::string factor_uri(std::string_view login, std::string_view secret_base32) {
  // Login names are letters, digits, '.', '_' and '-': nothing to escape.
  std::string uri = "otpauth://totp/";
  uri.append(kIssuer).append(":").append(login).append("?secret=").append(secret_base32);
  uri.append("&issuer=").append(kIssuer);
  return uri;
}

}  // namespace wangdi::access
