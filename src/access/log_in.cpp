// SPDX-License-Identifier: Apache-2.0
// Logging in. Unknown, wrong and closed run the same steps: two look-ups, one Argon2id, one answer.
#include <algorithm>

#include "access/gatekeeper_impl.hpp"

namespace wangdi::access {

void Gatekeeper::Impl::log_in(Login login, LoginDone done) {
  auto attempt = std::make_shared<Attempt>();
  attempt->login = folded_login(login.account);
  attempt->password = trimmed_password(login.password);
  crypto::wipe(login.password);
  attempt->code = trimmed_password(login.code);
  crypto::wipe(login.code);
  attempt->mark = DeviceMark::parse(login.device_mark);
  attempt->done = std::move(done);
  attempt->has_device = login.device.has_value();
  if (login.device) attempt->device = device_shown(attempt->login, *login.device);
  attempt->keys = keys_of(*attempt, login.client_address);
  if (auto admitted = admit(attempt->keys); !admitted) {
    // Said to everybody alike: a phone that has a key comes back with what it signs.
    return attempt->done(with_challenge(std::move(admitted).error(), attempt->login, {}));
  }
  on_bench(
      attempt->keys, [this, attempt](HashingBench& bench) { check_login(bench, attempt); },
      [attempt](Error error) { attempt->done(std::move(error)); });
}

// An enrolled phone has a count of its own, and so has a browser that has entered before: strangers
// reach neither (security.md AU4).
Gatekeeper::Impl::Keys Gatekeeper::Impl::keys_of(const Attempt& attempt,
                                                 const std::string& client_address) {
  const auto login = crypto::bytes_of(attempt.login);
  if (attempt.device) return {throttle_key("device", login, attempt.device->key.bytes), {}};
  if (attempt.mark) {
    const std::lock_guard lock(front_mutex_);
    if (marks_.knows(*attempt.mark, attempt.login)) {
      return {throttle_key("login", login, attempt.mark->device.value.bytes), {}};
    }
  }
  return {throttle_key("login", login, DeviceId{}.value.bytes),
          throttle_key("address", crypto::bytes_of(client_address), {})};
}

void Gatekeeper::Impl::check_login(HashingBench& bench, const std::shared_ptr<Attempt>& attempt) {
  const auto right = is_right(bench, *attempt);
  if (!right) {
    forgive(attempt->keys);
    return attempt->done(right.error());
  }
  if (!*right) {
    ++counters_.failures;
    return attempt->done(Error(ErrorCode::login_failed));
  }
  if (auto shown = factor_shown(bench, *attempt); !shown) {
    failed(attempt->keys, shown.error());
    return attempt->done(told(std::move(shown).error(), *attempt));
  }
  prepare_session(bench, *attempt, attempt->login);
  enter(attempt);
}

// False is told to the sender in one form only, whatever the reason.
Result<bool> Gatekeeper::Impl::is_right(HashingBench& bench, Attempt& attempt) {
  auto& db = *bench.parts.connection;
  WD_TRY(const auto login, store::get(db, kLogin, {kNation, bench.macs.login(attempt.login)}));
  const auto account = login ? login->account : AccountId{};
  WD_TRY(auto stored, store::get(db, kCredential, {kNation, account}));
  const bool has_password = stored && !stored->password_hash.empty();
  WD_TRY(const bool fits,
         matches(has_password ? stored->password_hash : dummy_hash_, attempt.password));
  const bool password_right = fits && has_password;
  const auto mac = bench.macs.first_secret(account, attempt.password);
  const bool secret_right = stored && stored->first_secret && !has_password &&
                            crypto::equal(stored->first_secret->bytes, mac.bytes);
  if (!password_right && !secret_right) return false;
  attempt.credential = std::move(*stored);
  attempt.by_first_secret = secret_right;
  if (secret_right) {
    const auto age = parts_.clock.now() - attempt.credential.first_secret_at;
    if (attempt.credential.first_secret_used || age >= parts_.rules.first_secret_ms) {
      return Error(ErrorCode::first_secret_used_up)
          .with("hours", std::to_string(parts_.rules.first_secret_ms / 3'600'000));
    }
    return true;
  }
  if (crypto::needs_rehash(attempt.credential.password_hash, parts_.rules.cost)) {
    WD_TRY(attempt.hash, crypto::hash_password(attempt.password, parts_.rules.cost));
  }
  return true;
}

// Asked for after the right password only, so that it tells nobody which accounts have one. A first
// secret came after a reset, which ended any factor.
Status Gatekeeper::Impl::factor_shown(HashingBench& bench, Attempt& attempt) {
  if (attempt.by_first_secret) return ok();
  WD_TRY(attempt.proof, judge_factor(bench, attempt));
  return ok();
}

void Gatekeeper::Impl::enter(const std::shared_ptr<Attempt>& attempt) {
  auto queued =
      parts_.submit_job([this, attempt](store::Rows& rows) { return enter_job(rows, *attempt); },
                        [this, attempt](Status status) { entered(*attempt, std::move(status)); });
  if (queued) return;
  forgive(attempt->keys);
  attempt->done(std::move(queued).error());
}

// What was checked on the hashing thread is compared with what the batch sees; nothing is written
// when it differs. May run twice, when another submission broke the batch.
Status Gatekeeper::Impl::enter_job(store::Rows& rows, Attempt& attempt) {
  const auto account = attempt.credential.account;
  const auto* stored = rows.find(kCredential, {kNation, account});
  if (stored == nullptr || stored->password_hash != attempt.credential.password_hash ||
      stored->first_secret != attempt.credential.first_secret) {
    return Error(ErrorCode::login_failed);
  }
  auto credential = *stored;
  if (attempt.by_first_secret && credential.first_secret_used) {
    return Error(ErrorCode::first_secret_used_up)
        .with("hours", std::to_string(parts_.rules.first_secret_ms / 3'600'000));
  }
  const auto actor = parts_.account(rows, credential.home, account);
  if (!actor) return Error(ErrorCode::login_failed);
  WD_TRY([[maybe_unused]] auto used, use_shown(rows, attempt));
  credential.first_secret_used |= attempt.by_first_secret;
  if (attempt.hash) credential.password_hash = *attempt.hash;
  credential.last_seen = parts_.clock.now();
  rows.put(kCredential, std::move(credential));

  attempt.ended.clear();
  auto others = rows.list(kSession, kNation, account);
  if (others.size() >= kSessionsPerAccount) {
    attempt.ended.push_back(*std::ranges::min_element(others, {}, &SessionRow::last_seen));
    rows.erase(kSession, {kNation, account, attempt.ended.back().session});
  }
  attempt.session.factor_shown = attempt.proof.is_shown();
  if (attempt.proof.device) attempt.session.device_key = attempt.proof.device->key;
  attempt.session.role = actor->role;
  attempt.session.region = actor->region;
  attempt.session.password_is_old = !attempt.by_first_secret && is_old(attempt.credential);
  attempt.session.must_set_password = attempt.by_first_secret || attempt.session.password_is_old;
  put_session(rows, attempt);
  return ok();
}

// One that was set before the server noted when counts as old.
bool Gatekeeper::Impl::is_old(const CredentialRow& credential) const {
  constexpr std::int64_t kDayMs = 86'400'000;
  const auto days = parts_.rules.password_days_max;
  return days > 0 && parts_.clock.now() - credential.password_at >= days * kDayMs;
}

void Gatekeeper::Impl::entered(Attempt& attempt, Status status) {
  if (status && !sessions_.has(attempt.session.session)) {
    status = Error(ErrorCode::login_failed);  // closed, moved or reset in the same batch
  }
  if (!status) {
    static_cast<void>(sessions_.take(attempt.session.session));
    failed(attempt.keys, status.error());
    return attempt.done(told(std::move(status).error(), attempt));
  }
  for (const auto& row : attempt.ended) {
    if (sessions_.take(row.session)) tell_ended(row);
  }
  ++counters_.logins;
  if (attempt.proof.recovery_code) ++counters_.recovery_codes_used;
  if (attempt.proof.device) ++counters_.device_logins;
  if (attempt.proof.device_code) ++counters_.device_codes_used;
  succeeded(attempt.keys);
  attempt.done(opened(attempt));
}

}  // namespace wangdi::access
