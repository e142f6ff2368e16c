// SPDX-License-Identifier: Apache-2.0
// Finding, using and ending sessions; counting failures; the parts that log-in and change of
// password share.
#include "access/gatekeeper.hpp"

#include "access/gatekeeper_impl.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"

namespace wangdi::access {
namespace {

constexpr std::size_t kTokenBytes = 32;

std::string random_hex(crypto::Random& random) { return to_hex(random.take<kTokenBytes>()); }

}  // namespace

bool same_secret(std::string_view a, std::string_view b) {
  return crypto::equal(crypto::bytes_of(a), crypto::bytes_of(b));
}

std::string trimmed_password(std::string_view password) {
  return std::string(text::trim(password));
}

ThrottleKey throttle_key(std::string_view kind, crypto::ByteView what, crypto::ByteView more) {
  const auto size = crypto::big_endian(static_cast<std::uint64_t>(what.size()));
  return {crypto::sha256({crypto::bytes_of(kind), size, what, more})};
}

Gatekeeper::Impl::Attempt::~Attempt() {
  crypto::wipe(password);
  crypto::wipe(next);
  crypto::wipe(code);
}

Gatekeeper::Impl::Impl(GatekeeperParts parts, std::string dummy_hash)
    : parts_(std::move(parts)),
      session_offset_(parts_.clock.now() - parts_.clock.monotonic_ms()),
      dummy_hash_(std::move(dummy_hash)),
      sessions_(parts_.rules),
      tokens_(parts_.rules.token_requests_per_minute),
      marks_(parts_.device_mark_hmac()),
      macs_(parts_.first_secret_hmac()),
      by_account_({parts_.rules.failures_free, parts_.rules.delay_ms_max}),
      by_address_({parts_.rules.address_failures_free, parts_.rules.delay_ms_max}) {}

Status Gatekeeper::Impl::start(store::Connection& from) {
  WD_TRY([[maybe_unused]] auto loaded, sessions_.load(from, session_now()));
  WD_TRY([[maybe_unused]] auto tokens, tokens_.load(from));
  WD_TRY([[maybe_unused]] auto devices, devices_.load(from));
  std::vector<std::unique_ptr<HashingBench>> benches;
  for (auto& thread : parts_.threads) {
    benches.push_back(
        std::unique_ptr<HashingBench>(new HashingBench{std::move(thread),
                                                       SecretMacs(parts_.first_secret_hmac()),
                                                       DeviceMarks(parts_.device_mark_hmac()),
                                                       {}}));
  }
  parts_.threads.clear();
  pool_ = std::make_unique<HashingPool>(std::move(benches));
  return ok();
}

Status Gatekeeper::Impl::admit(const Keys& keys) {
  const std::lock_guard lock(front_mutex_);
  const auto now = parts_.clock.monotonic_ms();
  auto wait = by_account_.wait(keys.account, now);
  if (keys.address) wait = std::max(wait, by_address_.wait(*keys.address, now));
  if (wait > 0) {
    ++counters_.delayed;
    return Error(ErrorCode::login_delayed).with("seconds", std::to_string((wait + 999) / 1'000));
  }
  by_account_.count(keys.account, now);
  if (keys.address) by_address_.count(*keys.address, now);
  return ok();
}

void Gatekeeper::Impl::forgive(const Keys& keys) {
  const std::lock_guard lock(front_mutex_);
  by_account_.take_back(keys.account);
  if (keys.address) by_address_.take_back(*keys.address);
}

void Gatekeeper::Impl::succeeded(const Keys& keys) {
  const std::lock_guard lock(front_mutex_);
  by_account_.forget(keys.account);
  // Only this one: an own account must not clear the address for guessing at others.
  if (keys.address) by_address_.take_back(*keys.address);
}

void Gatekeeper::Impl::failed(const Keys& keys, const Error& error) {
  const auto code = error.code();
  if (code == ErrorCode::login_failed || code == ErrorCode::code_wrong ||
      code == ErrorCode::device_key_wrong) {
    ++counters_.failures;
  } else {
    forgive(keys);
  }
}

void Gatekeeper::Impl::on_bench(const Keys& keys, std::function<void(HashingBench&)> work,
                                const std::function<void(Error)>& tell) {
  const bool queued = pool_->submit([work = std::move(work), tell](HashingBench* bench) {
    if (bench != nullptr) return work(*bench);
    tell(Error(ErrorCode::shutting_down));
  });
  if (queued) return;
  ++counters_.busy;
  forgive(keys);
  tell(Error(ErrorCode::hashing_busy).with("seconds", "2"));
}

Result<FactorProof> Gatekeeper::Impl::judge_code(HashingBench& bench, AccountId account,
                                                 std::string_view code) {
  return check_factor(*bench.parts.connection, bench.macs, account, code, parts_.clock.now(),
                      parts_.rules.code_window);
}

Result<bool> Gatekeeper::Impl::matches(const std::string& hash, std::string_view password) {
  ++counters_.hashes;
  return crypto::check_password(hash, password);
}

void Gatekeeper::Impl::prepare_session(HashingBench& bench, Attempt& attempt,
                                       std::string_view login) {
  attempt.token = random_hex(bench.random);
  attempt.mark = bench.marks.with(std::move(attempt.mark), login, bench.random);
  auto& row = attempt.session;
  row.account = attempt.credential.account;
  row.session = key_of_token(attempt.token);
  row.device = attempt.mark->device;
}

void Gatekeeper::Impl::put_session(store::Rows& rows, Attempt& attempt) {
  auto& row = attempt.session;
  row.created = row.last_seen = session_now();
  row.ends_at =
      row.created + (row.must_set_password ? kSetPasswordMs : parts_.rules.of(row.role).total_ms);
  rows.put(kSession, row);
  sessions_.add(row, attempt.has_factor);
}

Session Gatekeeper::Impl::view(const Sessions::Use& use, std::string_view token) const {
  const auto& row = use.row;
  const auto now = session_now();
  const bool has_device_key = devices_.has(row.account);
  const bool must_enrol = !row.must_set_password && !use.has_factor && !has_device_key &&
                          parts_.rules.of(row.role).needs_factor;
  std::optional<UnixMs> entered_at;
  if (row.device_key) {
    if (const auto own = devices_.find(*row.device_key)) entered_at = own->entered_at;
  }
  const bool is_fresh = use.proved_at != 0 && now - use.proved_at < parts_.rules.fresh_proof_ms;
  return {{row.account, row.role, row.region, row.device, {}, is_fresh},
          csrf_of_token(token),
          sessions_.expires_at(row) - now + parts_.clock.now(),
          row.must_set_password,
          row.password_is_old,
          use.has_factor,
          must_enrol,
          row.session,
          has_device_key,
          entered_at};
}

Opened Gatekeeper::Impl::opened(Attempt& attempt) const {
  const Sessions::Use use{attempt.session, 0, false, attempt.has_factor, attempt.session.created};
  return {view(use, attempt.token), std::move(attempt.token), attempt.mark->text()};
}

void Gatekeeper::Impl::tell_ended(const SessionRow& row) {
  ++counters_.sessions_ended;
  if (on_end_) on_end_(row.account, row.session);
}

std::optional<Session> Gatekeeper::Impl::find(std::string_view token) {
  const auto use = sessions_.use(key_of_token(token), session_now());
  if (!use) return std::nullopt;
  if (use->persist) {
    // Best effort: the next use but one minute later tries again.
    const auto queued = parts_.submit_job(
        [row = use->row, now = parts_.clock.now()](store::Rows& rows) {
          const auto* stored = rows.find(kSession, {kNation, row.account, row.session});
          if (stored == nullptr) return ok();
          auto seen = *stored;
          seen.last_seen = std::max(seen.last_seen, row.last_seen);
          rows.put(kSession, std::move(seen));
          if (const auto* of = rows.find(kCredential, {kNation, row.account})) {
            auto credential = *of;
            credential.last_seen = std::max(credential.last_seen, now);
            rows.put(kCredential, std::move(credential));
          }
          return ok();
        },
        [](const Status&) {});
    static_cast<void>(queued);
  }
  return view(*use, token);
}

Result<Actor> Gatekeeper::Impl::find_program(std::string_view secret) {
  WD_TRY(auto use, tokens_.use(secret, session_now()));
  const auto& row = use.row;
  if (use.persist) {
    // Best effort, as for a session.
    const auto queued = parts_.submit_job(
        [row](store::Rows& rows) {
          const auto* stored = rows.find(kToken, {kNation, row.account, row.token});
          if (stored == nullptr) return ok();
          auto used = *stored;
          used.last_used = std::max(used.last_used, row.last_used);
          rows.put(kToken, std::move(used));
          return ok();
        },
        [](const Status&) {});
    static_cast<void>(queued);
  }
  return Actor{
      row.account, row.role, row.region, {}, TokenGrant{row.token, TokenUses::from_bits(row.uses)}};
}

void Gatekeeper::Impl::erase_rows(std::vector<SessionRow> ended, std::function<void(Status)> done) {
  const auto shared = std::make_shared<const std::vector<SessionRow>>(std::move(ended));
  const auto keep_for_later = [this, shared] {
    const std::lock_guard lock(front_mutex_);
    left_over_.insert(left_over_.end(), shared->begin(), shared->end());
  };
  const auto tell = [done = std::move(done)](Status status) {
    if (done) done(std::move(status));
  };
  auto queued = parts_.submit_job(
      [shared](store::Rows& rows) {
        for (const auto& row : *shared) rows.erase(kSession, {kNation, row.account, row.session});
        return ok();
      },
      [keep_for_later, tell](Status status) {
        if (!status) keep_for_later();
        tell(std::move(status));
      });
  if (queued) return;
  keep_for_later();
  tell(std::move(queued));
}

void Gatekeeper::Impl::log_out(std::string_view token, Done done) {
  auto row = sessions_.take(key_of_token(token));
  if (!row) return done(ok());
  tell_ended(*row);
  erase_rows({std::move(*row)}, std::move(done));
}

void Gatekeeper::Impl::end_sessions_of(AccountId account) {
  auto ended = sessions_.take_account(account);
  if (ended.empty()) return;
  for (const auto& row : ended) tell_ended(row);
  // The command erased the rows already; this is for whoever ends sessions without one.
  erase_rows(std::move(ended), nullptr);
}

Status Gatekeeper::Impl::reload(store::Connection& from, AccountId account) {
  auto tokens = tokens_.load_account(from, account);
  auto devices = devices_.load_account(from, account);
  return tokens ? std::move(devices) : std::move(tokens);
}

void Gatekeeper::Impl::sweep() {
  auto ended = sessions_.take_ended(session_now());
  for (const auto& row : ended) tell_ended(row);
  {
    const std::lock_guard lock(front_mutex_);
    ended.insert(ended.end(), left_over_.begin(), left_over_.end());
    left_over_.clear();
    const auto now = parts_.clock.monotonic_ms();
    by_account_.sweep(now);
    by_address_.sweep(now);
  }
  if (!ended.empty()) erase_rows(std::move(ended), nullptr);
}

Gatekeeper::Gatekeeper(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Gatekeeper::~Gatekeeper() { stop(); }

Result<std::unique_ptr<Gatekeeper>> Gatekeeper::open(GatekeeperParts parts,
                                                     store::Connection& from) {
  WD_ASSERT(!parts.threads.empty() && parts.submit_job && parts.account);
  crypto::Random random;
  WD_TRY(auto dummy, crypto::hash_password(random_hex(random), parts.rules.cost));
  auto impl = std::make_unique<Impl>(std::move(parts), std::move(dummy));
  WD_TRY([[maybe_unused]] auto started, impl->start(from));
  return std::unique_ptr<Gatekeeper>(new Gatekeeper(std::move(impl)));
}

void Gatekeeper::log_in(Login login, LoginDone done) {
  impl_->log_in(std::move(login), std::move(done));
}
std::optional<Session> Gatekeeper::find(std::string_view token) { return impl_->find(token); }
Result<Actor> Gatekeeper::find_program(std::string_view secret) {
  return impl_->find_program(secret);
}
Status Gatekeeper::reload(store::Connection& from, AccountId account) {
  return impl_->reload(from, account);
}
void Gatekeeper::log_out(std::string_view token, Done done) {
  impl_->log_out(token, std::move(done));
}
void Gatekeeper::change_password(PasswordChange change, LoginDone done) {
  impl_->change_password(std::move(change), std::move(done));
}
void Gatekeeper::offer_factor(Proof proof, std::function<void(Result<FactorOffer>)> done) {
  impl_->offer_factor(std::move(proof), std::move(done));
}
void Gatekeeper::confirm_factor(Proof proof, CodesDone done) {
  impl_->confirm_factor(std::move(proof), std::move(done));
}
void Gatekeeper::prove(Proof proof, Done done) { impl_->prove(std::move(proof), std::move(done)); }
void Gatekeeper::enrol_device(DeviceEnrolment enrolment,
                              std::function<void(Result<EnrolledDevice>)> done) {
  impl_->enrol_device(std::move(enrolment), std::move(done));
}
void Gatekeeper::make_device_code(Proof proof, std::function<void(Result<DeviceCode>)> done) {
  impl_->make_device_code(std::move(proof), std::move(done));
}
Result<Gatekeeper::DeviceList> Gatekeeper::devices(std::string_view token) {
  return impl_->devices(token);
}
void Gatekeeper::end_device(std::string_view token, const DeviceKeyId& key, Done done) {
  impl_->end_device(token, key, std::move(done));
}
Result<DeviceKeep> Gatekeeper::device_state(const DeviceKeyId& key, UnixMs entered_at,
                                            std::string_view client_address) {
  return impl_->device_state(key, entered_at, client_address);
}
void Gatekeeper::end_sessions_of(AccountId account) { impl_->end_sessions_of(account); }
void Gatekeeper::on_end(OnEnd on_end) { impl_->on_end_ = std::move(on_end); }
void Gatekeeper::sweep() { impl_->sweep(); }
void Gatekeeper::stop() { impl_->stop(); }
std::size_t Gatekeeper::sessions() const { return impl_->sessions_.size(); }
std::size_t Gatekeeper::tokens() const { return impl_->tokens_.size(); }
std::size_t Gatekeeper::hashing_waiting() const { return impl_->pool_->waiting(); }
const GatekeeperCounters& Gatekeeper::counters() const { return impl_->counters_; }

}  // namespace wangdi::access
