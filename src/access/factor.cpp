// SPDX-License-Identifier: Apache-2.0
// Enrolling one-time codes, and proving again who is there. All three ways, and those of
// device.cpp, are the same: the session is looked up and the attempt counted, a hashing thread
// judges, the batch writes.
#include "access/gatekeeper_impl.hpp"
#include "common/crypto/one_time_code.hpp"

namespace wangdi::access {

Gatekeeper::Impl::Showing::~Showing() {
  crypto::wipe(given.password);
  crypto::wipe(given.code);
  crypto::wipe(offer.secret);
  crypto::wipe(offer.uri);
  crypto::wipe(device_code.code);
}

void Gatekeeper::Impl::show(const std::shared_ptr<Showing>& showing,
                            Status (Impl::*work)(HashingBench&, Showing&),
                            Status (Impl::*job)(store::Rows&, Showing&)) {
  auto use = sessions_.use(key_of_token(showing->given.token), session_now());
  if (!use) return showing->done(Error(ErrorCode::login_required));
  if (use->row.must_set_password) {
    return showing->done(Error(ErrorCode::password_change_required));
  }
  showing->session = std::move(use->row);
  showing->has_codes = use->has_factor;
  showing->given.password = trimmed_password(showing->given.password);
  showing->given.code = trimmed_password(showing->given.code);
  // A stolen session must not guess; strangers cannot reach this count.
  showing->keys.account = throttle_key("change", showing->session.account.value.bytes, {});
  if (auto admitted = admit(showing->keys); !admitted) {
    return showing->done(std::move(admitted).error());
  }
  const auto judge = [this, showing, work, job](HashingBench& bench) {
    if (auto right = (this->*work)(bench, *showing); !right) {
      return shown(*showing, std::move(right));
    }
    auto sent = parts_.submit_job(
        [this, showing, job](store::Rows& rows) {
          const SessionRow& row = showing->session;
          if (rows.find(kSession, {kNation, row.account, row.session}) == nullptr) {
            return Status(Error(ErrorCode::login_required));
          }
          return (this->*job)(rows, *showing);
        },
        [this, showing](Status status) { shown(*showing, std::move(status)); });
    if (!sent) shown(*showing, std::move(sent));
  };
  on_bench(showing->keys, judge, [showing](Error error) { showing->done(std::move(error)); });
}

void Gatekeeper::Impl::shown(Showing& showing, Status status) {
  if (!status) {
    failed(showing.keys, status.error());
    return showing.done(std::move(status));
  }
  if (showing.proof.recovery_code) ++counters_.recovery_codes_used;
  succeeded(showing.keys);
  showing.done(ok());
}

Result<CredentialRow> Gatekeeper::Impl::right_password(HashingBench& bench, Showing& showing) {
  WD_TRY(auto stored,
         store::get(*bench.parts.connection, kCredential, {kNation, showing.session.account}));
  if (!stored || stored->password_hash.empty()) return Error(ErrorCode::login_failed);
  WD_TRY(const bool right, matches(stored->password_hash, showing.given.password));
  if (!right) return Error(ErrorCode::login_failed);
  return std::move(*stored);
}

// ---- an offer ----

void Gatekeeper::Impl::offer_factor(Proof proof, std::function<void(Result<FactorOffer>)> done) {
  auto showing = std::make_shared<Showing>();
  showing->given = std::move(proof);
  showing->done = [own = showing.get(), done = std::move(done)](Status status) {
    if (!status) return done(std::move(status).error());
    done(FactorOffer(own->offer));
  };
  show(showing, &Impl::check_offer, &Impl::offer_job);
}

Status Gatekeeper::Impl::check_offer(HashingBench& bench, Showing& showing) {
  const auto account = showing.session.account;
  WD_TRY(const auto credential, right_password(bench, showing));
  WD_TRY(showing.proof, judge_code(bench, account, showing.given.code));
  WD_TRY(const auto names, bench.parts.own_names(credential.home, account));
  auto secret = bench.random.take<crypto::kCodeSecretBytes>();
  showing.sealed = seal_factor(bench.macs, bench.random, account, secret);
  showing.offer.secret = crypto::base32(secret);
  showing.offer.uri =
      factor_uri(names.empty() ? std::string() : folded_login(names.front()), showing.offer.secret);
  crypto::wipe(secret);
  return ok();
}

Status Gatekeeper::Impl::offer_job(store::Rows& rows, Showing& showing) {
  const auto account = showing.session.account;
  WD_TRY([[maybe_unused]] auto used, use_factor(rows, account, showing.proof));
  const auto* stored = rows.find(kSecondFactor, {kNation, account});
  SecondFactorRow row;
  if (stored != nullptr) row = *stored;
  row.account = account;
  row.offered = showing.sealed;
  row.offered_at = parts_.clock.now();
  rows.put(kSecondFactor, std::move(row));
  return ok();
}

// ---- its first code ----

void Gatekeeper::Impl::confirm_factor(Proof proof, CodesDone done) {
  auto showing = std::make_shared<Showing>();
  showing->given = std::move(proof);
  showing->done = [this, own = showing.get(), done = std::move(done)](Status status) {
    if (!status) return done(std::move(status).error());
    for (const auto& row : own->ended) {
      if (sessions_.take(row.session)) tell_ended(row);
    }
    sessions_.prove(own->session.session, session_now(), true);
    ++counters_.factors_enrolled;
    done(std::move(own->recovery_codes));
  };
  show(showing, &Impl::check_first_code, &Impl::enrol_job);
}

Status Gatekeeper::Impl::check_first_code(HashingBench& bench, Showing& showing) {
  const auto account = showing.session.account;
  WD_TRY(const auto row, store::get(*bench.parts.connection, kSecondFactor, {kNation, account}));
  const auto now = parts_.clock.now();
  if (!row || row->offered.empty() || now - row->offered_at >= parts_.rules.factor_offer_ms) {
    return Error(ErrorCode::factor_not_begun);
  }
  auto secret = open_factor(bench.macs, account, row->offered);
  if (!secret) return Error(ErrorCode::vault_unreadable);
  const auto step =
      crypto::step_of_code(*secret, showing.given.code, now / 1'000, parts_.rules.code_window);
  crypto::wipe(*secret);
  if (!step) return Error(ErrorCode::code_wrong);
  showing.first_step = *step;
  showing.sealed = row->offered;
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
    showing.recovery_codes.push_back(make_recovery_code(bench.random));
    showing.codes.push_back(bench.macs.recovery_code(account, showing.recovery_codes.back()));
  }
  return ok();
}

Status Gatekeeper::Impl::enrol_job(store::Rows& rows, Showing& showing) {
  const auto account = showing.session.account;
  const auto* stored = rows.find(kSecondFactor, {kNation, account});
  if (stored == nullptr || stored->offered != showing.sealed) {
    return Error(ErrorCode::factor_not_begun);
  }
  erase_factor(rows, account);
  SecondFactorRow row;
  row.account = account;
  row.secret = showing.sealed;
  row.since = parts_.clock.now();
  row.last_step = showing.first_step;
  rows.put(kSecondFactor, std::move(row));
  for (const auto& code : showing.codes) rows.put(kRecoveryCode, {kNation, account, code});
  showing.ended = erase_other_sessions(rows, showing.session);
  return ok();
}

// They were opened without it, perhaps by somebody else.
std::vector<SessionRow> Gatekeeper::Impl::erase_other_sessions(store::Rows& rows,
                                                               const SessionRow& own) {
  auto others = rows.list(kSession, kNation, own.account);
  std::erase_if(others, [&](const SessionRow& row) { return row.session == own.session; });
  for (const auto& row : others) rows.erase(kSession, {kNation, row.account, row.session});
  return others;
}

// ---- again who is there ----

void Gatekeeper::Impl::prove(Proof proof, Done done) {
  auto showing = std::make_shared<Showing>();
  showing->given = std::move(proof);
  showing->done = [this, own = showing.get(), done = std::move(done)](Status status) {
    if (status) sessions_.prove(own->session.session, session_now(), false);
    done(std::move(status));
  };
  show(showing, &Impl::check_proof, &Impl::proof_job);
}

Status Gatekeeper::Impl::check_proof(HashingBench& bench, Showing& showing) {
  WD_TRY(showing.proof, judge_code(bench, showing.session.account, showing.given.code));
  if (showing.proof.enrolled) return ok();
  WD_TRY([[maybe_unused]] auto right, right_password(bench, showing));
  return ok();
}

Status Gatekeeper::Impl::proof_job(store::Rows& rows, Showing& showing) {
  return use_factor(rows, showing.session.account, showing.proof);
}

}  // namespace wangdi::access
