// SPDX-License-Identifier: Apache-2.0
// Logging in with a phone's own key, or with a code that was made on an enrolled phone.
#include <algorithm>

#include "access/gatekeeper_impl.hpp"
#include "common/crypto/box.hpp"
#include "common/crypto/sign.hpp"

namespace wangdi::access {

// On the network thread: what costs something (the signature) comes after what a stranger cannot
// have (the id of a living key of this login name).
std::optional<DeviceShown> Gatekeeper::Impl::device_shown(const std::string& login,
                                                          const DeviceLogin& given) {
  std::optional<UnixMs> at;
  Mac name;
  {
    const std::lock_guard lock(front_mutex_);
    at = time_of_challenge(macs_, login, given.challenge);
    name = macs_.login(login);
  }
  const auto now = parts_.clock.now();
  const auto window = parts_.rules.device_challenge_ms;
  if (!at || now - *at >= window || *at - now >= window) return std::nullopt;
  const auto key = DeviceKeyId::parse(given.key);
  const auto row = key ? devices_.find(*key) : std::nullopt;
  if (!row || row->name != name) return std::nullopt;
  const auto signature = crypto::from_base64url(given.signature);
  const auto text = device_login_text(given.challenge, login);
  if (!signature ||
      !crypto::is_signed_by_point(row->public_point, crypto::bytes_of(text), *signature)) {
    return std::nullopt;
  }
  return DeviceShown{*key, *at};
}

Error Gatekeeper::Impl::with_challenge(Error error, const std::string& login, AccountId account) {
  const auto now = parts_.clock.now();
  // Later than the one before, also when the clock was set back a little.
  const auto next = devices_.last_challenge(account) + 1;
  const bool is_near = next - now < parts_.rules.device_challenge_ms;
  const std::lock_guard lock(front_mutex_);
  return std::move(error).with(
      std::string(kChallengeDetail),
      make_challenge(macs_, random_, login, is_near ? std::max(now, next) : now));
}

Error Gatekeeper::Impl::told(Error error, const Attempt& attempt) {
  const auto code = error.code();
  if (code != ErrorCode::device_key_required && code != ErrorCode::device_key_wrong) return error;
  return with_challenge(std::move(error), attempt.login, attempt.credential.account);
}

Result<FactorProof> Gatekeeper::Impl::judge_factor(HashingBench& bench, Attempt& attempt) {
  auto& db = *bench.parts.connection;
  const auto account = attempt.credential.account;
  WD_TRY(const auto codes, store::get(db, kSecondFactor, {kNation, account}));
  attempt.has_factor = codes && codes->is_enrolled();
  // A phone whose keys are all gone is an account like any other again.
  if (!devices_.has(account)) return judge_code(bench, account, attempt.code);
  if (attempt.device) {
    WD_TRY(const auto row, store::get(db, kDeviceKey, {kNation, account, attempt.device->key}));
    FactorProof proof;
    proof.device = attempt.device;
    if (row) return proof;
  }
  if (!attempt.code.empty()) return judge_code_of_phones(bench, attempt);
  return Error(attempt.has_device ? ErrorCode::device_key_wrong : ErrorCode::device_key_required);
}

// A code of an account with enrolled phones: of an authenticator, where there is one, or of a
// phone.
Result<FactorProof> Gatekeeper::Impl::judge_code_of_phones(HashingBench& bench, Attempt& attempt) {
  const auto account = attempt.credential.account;
  if (attempt.has_factor) {
    auto proof = judge_code(bench, account, attempt.code);
    if (proof || proof.error().code() != ErrorCode::code_wrong) return proof;
  }
  WD_TRY(const auto row, store::get(*bench.parts.connection, kDeviceCode, {kNation, account}));
  FactorProof proof;
  proof.device_code = bench.macs.device_code(account, attempt.code);
  const bool fits = row && crypto::equal(row->code.bytes, proof.device_code->bytes) &&
                    parts_.clock.now() < row->ends_at;
  if (!fits) return Error(ErrorCode::code_wrong);
  return proof;
}

Status Gatekeeper::Impl::use_shown(store::Rows& rows, Attempt& attempt) {
  const auto account = attempt.credential.account;
  const auto& proof = attempt.proof;
  const auto now = parts_.clock.now();
  if (proof.device) {
    WD_TRY(auto row,
           use_device(rows, account, *proof.device, now, parts_.rules.device_challenge_ms));
    devices_.put(std::move(row));
    return ok();
  }
  if (proof.device_code) return use_device_code(rows, account, *proof.device_code, now);
  // Somebody enrolled the first phone since this was judged.
  if (!proof.enrolled && !attempt.by_first_secret &&
      !rows.list(kDeviceKey, kNation, account).empty()) {
    return Error(ErrorCode::device_key_required);
  }
  return use_factor(rows, account, proof);
}

}  // namespace wangdi::access
