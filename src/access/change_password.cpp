// SPDX-License-Identifier: Apache-2.0
// Setting a password: the first one after a first secret, or a new one. All sessions of the account
// end and the one who set it gets a new token (security.md SE2, SE3).
#include <algorithm>

#include "access/gatekeeper_impl.hpp"

namespace wangdi::access {

void Gatekeeper::Impl::change_password(PasswordChange change, LoginDone done) {
  auto attempt = std::make_shared<Attempt>();
  attempt->password = trimmed_password(change.current);
  attempt->next = trimmed_password(change.next);
  crypto::wipe(change.current);
  crypto::wipe(change.next);
  attempt->mark = DeviceMark::parse(change.device_mark);
  attempt->done = std::move(done);
  auto use = sessions_.use(key_of_token(change.token), session_now());
  if (!use) return attempt->done(Error(ErrorCode::login_required));
  attempt->before = std::move(use->row);
  attempt->has_factor = use->has_factor;
  // A stolen session must not guess the password; strangers cannot reach this count.
  attempt->keys.account = throttle_key("change", attempt->before.account.value.bytes, {});
  if (auto admitted = admit(attempt->keys); !admitted) {
    return attempt->done(std::move(admitted).error());
  }
  on_bench(
      attempt->keys, [this, attempt](HashingBench& bench) { check_change(bench, attempt); },
      [attempt](Error error) { attempt->done(std::move(error)); });
}

void Gatekeeper::Impl::check_change(HashingBench& bench, const std::shared_ptr<Attempt>& attempt) {
  auto hash = new_hash(bench, *attempt);
  if (!hash) {
    failed(attempt->keys, hash.error());
    return attempt->done(std::move(hash).error());
  }
  attempt->hash = std::move(*hash);
  auto queued =
      parts_.submit_job([this, attempt](store::Rows& rows) { return change_job(rows, *attempt); },
                        [this, attempt](Status status) { changed(*attempt, std::move(status)); });
  if (queued) return;
  forgive(attempt->keys);
  attempt->done(std::move(queued).error());
}

// Who has, or will be made to have, a second factor may choose a shorter one (security.md AU1).
PasswordRules Gatekeeper::Impl::rules_for(const Attempt& attempt) const {
  auto rules = parts_.rules.password;
  if (attempt.has_factor || devices_.has(attempt.before.account) ||
      parts_.rules.of(attempt.before.role).needs_factor) {
    rules.least = std::min(rules.least, rules.least_with_factor);
  }
  return rules;
}

Result<std::string> Gatekeeper::Impl::new_hash(HashingBench& bench, Attempt& attempt) {
  const auto account = attempt.before.account;
  WD_TRY(auto stored, store::get(*bench.parts.connection, kCredential, {kNation, account}));
  if (!stored) return Error(ErrorCode::login_required);
  attempt.credential = std::move(*stored);
  const auto& credential = attempt.credential;
  const auto is_first_secret = [&](std::string_view text) {
    return credential.first_secret && crypto::equal(credential.first_secret->bytes,
                                                    bench.macs.first_secret(account, text).bytes);
  };
  bool right = attempt.before.must_set_password && is_first_secret(attempt.password);
  if (!credential.first_secret && !credential.password_hash.empty()) {
    WD_TRY(right, matches(credential.password_hash, attempt.password));
  }
  if (!right) return Error(ErrorCode::login_failed);
  if (attempt.next == attempt.password || is_first_secret(attempt.next)) {
    return Error(ErrorCode::password_unchanged);
  }
  WD_TRY(const auto own_names, bench.parts.own_names(credential.home, account));
  WD_TRY([[maybe_unused]] auto good, check_password(attempt.next, own_names, rules_for(attempt)));
  prepare_session(bench, attempt,
                  own_names.empty() ? std::string() : folded_login(own_names.front()));
  ++counters_.hashes;
  return crypto::hash_password(attempt.next, parts_.rules.cost);
}

Status Gatekeeper::Impl::change_job(store::Rows& rows, Attempt& attempt) {
  const auto account = attempt.before.account;
  const auto* stored = rows.find(kCredential, {kNation, account});
  if (stored == nullptr || stored->password_hash != attempt.credential.password_hash ||
      stored->first_secret != attempt.credential.first_secret ||
      rows.find(kSession, {kNation, account, attempt.before.session}) == nullptr) {
    return Error(ErrorCode::login_required);
  }
  auto credential = *stored;
  const auto actor = parts_.account(rows, credential.home, account);
  if (!actor) return Error(ErrorCode::login_required);
  credential.password_hash = *attempt.hash;
  credential.first_secret.reset();
  const auto now = parts_.clock.now();
  credential.last_seen = credential.password_at = now;
  rows.put(kCredential, std::move(credential));

  attempt.ended = rows.list(kSession, kNation, account);
  for (const auto& row : attempt.ended) rows.erase(kSession, {kNation, account, row.session});
  attempt.session.role = actor->role;
  attempt.session.region = actor->region;
  attempt.session.device_key = attempt.before.device_key;
  attempt.session.factor_shown = attempt.before.factor_shown;
  for (auto& key : change_device_rights(rows, account, now)) {
    // The phone that changed it goes on with what it has.
    if (key.key == attempt.before.device_key) {
      note_entry(key, now);
      rows.put(kDeviceKey, key);
    }
    devices_.put(std::move(key));
  }
  put_session(rows, attempt);
  return ok();
}

void Gatekeeper::Impl::changed(Attempt& attempt, Status status) {
  if (status && !sessions_.has(attempt.session.session)) {
    status = Error(ErrorCode::login_required);  // closed, moved or reset in the same batch
  }
  if (!status) {
    static_cast<void>(sessions_.take(attempt.session.session));
    forgive(attempt.keys);
    return attempt.done(std::move(status).error());
  }
  for (const auto& row : attempt.ended) {
    if (sessions_.take(row.session)) tell_ended(row);
  }
  ++counters_.passwords_set;
  succeeded(attempt.keys);
  attempt.done(opened(attempt));
}

}  // namespace wangdi::access
