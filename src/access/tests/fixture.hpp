// SPDX-License-Identifier: Apache-2.0
// A gatekeeper over a real database in a folder that is removed at the end. Jobs run at once, one
// after the other, each in a transaction of its own; the clock is the test's.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>

#include "access/credentials.hpp"
#include "access/gatekeeper.hpp"
#include "common/crypto/one_time_code.hpp"
#include "store/sqlite.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wangdi::access::testing {

class FixedClock final : public Clock {
 public:
  UnixMs now() const override { return now_ + jump_; }
  std::int64_t monotonic_ms() const override { return now_; }
  void advance(std::int64_t ms) { now_ += ms; }
  void set_wall_clock(std::int64_t ms) { jump_ = ms; }  // away from the true time

 private:
  std::atomic<std::int64_t> jump_ = 0;
  std::atomic<UnixMs> now_ = 1'582'011'600'000;  // 2020-02-18 15:40 in China
};

inline constexpr std::int64_t kSecond = 1'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;

inline GatekeeperRules cheap_rules() {
  GatekeeperRules rules;
  rules.field = {12 * kHour, 30 * 24 * kHour};
  rules.officer = {30 * kMinute, 12 * kHour};
  rules.administrator = {15 * kMinute, 8 * kHour};
  rules.first_secret_ms = 24 * kHour;
  rules.failures_free = 5;
  rules.address_failures_free = 30;
  rules.delay_ms_max = 15 * kMinute;
  rules.cost = {1, 1u << 16};
  rules.factor_offer_ms = 10 * kMinute;
  rules.fresh_proof_ms = 5 * kMinute;
  rules.token_requests_per_minute = 5;
  rules.device_keys_most = 3;
  rules.device_challenge_ms = 5 * kMinute;
  rules.device_code_ms = 10 * kMinute;
  return rules;
}

inline constexpr std::string_view kGoodPassword = "碎石 tram 41 lantern";
inline constexpr std::string_view kOtherPassword = "kettle under 7 bridges";

// RFC 4648, of capital letters without padding.
inline crypto::Bytes from_base32(std::string_view text) {
  crypto::Bytes bytes;
  std::uint32_t kept = 0;
  int bits = 0;
  for (const char c : text) {
    kept = kept << 5 | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(kept >> bits));
  }
  return bytes;
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << error_entry(result.error().code()).name << " " << result.error().cause();
    std::abort();
  }
  return std::move(result).value();
}

class Gate : public ::testing::Test {
 protected:
  Gate() {
    engine_ = must(store::open_sqlite({.path = database()}));
    connection_ = must(engine_->open_writer());
    for (const auto& table :
         {kLogin.info(), kCredential.info(), kSecondFactor.info(), kRecoveryCode.info(),
          kSession.info(), kToken.info(), kDeviceKey.info(), kDeviceCode.info()}) {
      must(connection_->create(table));
    }
    reopen();
  }
  ~Gate() override {
    gate.reset();
    connection_.reset();
  }

  std::string database() const { return (folder_.path() / "wangdi.db").string(); }

  // As after a restart of the server.
  void reopen() {
    gate.reset();
    GatekeeperParts parts{
        .clock = clock,
        .rules = rules,
        .first_secret_hmac = [] { return hmac(1); },
        .device_mark_hmac = [] { return hmac(2); },
        .submit_job = [this](Job job, std::function<void(Status)> done) -> Status {
          if (writer_full) return Error(ErrorCode::queue_full).with("seconds", "2");
          done(run(job));
          return ok();
        },
        .account = [this](store::Rows&, District, AccountId id) -> std::optional<Actor> {
          const auto found = accounts.find(id);
          return found == accounts.end() ? std::nullopt : std::optional(found->second);
        },
        .threads = {}};
    for (std::size_t i = 0; i < kHashingThreads; ++i) {
      parts.threads.push_back(
          {must(engine_->open_reader()), [this](District, AccountId id) {
             const auto name = login_names.find(id);
             return Result<std::vector<std::string>>(std::vector<std::string>{
                 name == login_names.end() ? "worker.one" : name->second, "林小满"});
           }});
    }
    gate = must(Gatekeeper::open(std::move(parts), *connection_));
    gate->on_end([this](AccountId, const SessionKey&) { ++ended; });
  }

  Status run(const Job& job) {
    const std::lock_guard lock(mutex_);
    must(connection_->begin());
    store::Rows rows(*connection_, store::Start::kStored);
    auto status = job(rows);
    must(rows.flush());
    must(connection_->commit());
    return status;
  }

  store::Connection& connection() { return *connection_; }

  static crypto::Hmac hmac(std::uint8_t number) {
    const std::array<std::uint8_t, 32> key{number};
    return crypto::Hmac(key);
  }

  AccountId open(const std::string& name, Role role = Role::grid_worker) {
    AccountId id;
    id.value.bytes[15] = static_cast<std::uint8_t>(accounts.size() + 1);
    accounts[id] = {id, role, {}, {}};
    if (knows_names) login_names[id] = name;
    secret = make_first_secret(random_);
    must(run([&](store::Rows& rows) {
      open_credential(rows, {macs_.login(name), id, kNation, macs_.first_secret(id, secret)},
                      clock.now());
      return ok();
    }));
    return id;
  }
  // With a password of its own.
  AccountId open_ready(const std::string& name, Role role = Role::grid_worker) {
    const auto id = open(name, role);
    must(run([&](store::Rows& rows) {
      return set_password(rows, id, must(crypto::hash_password(kGoodPassword, rules.cost)));
    }));
    return id;
  }

  Result<Opened> log_in(Login login) {
    std::promise<Result<Opened>> promise;
    auto future = promise.get_future();
    gate->log_in(std::move(login),
                 [&](Result<Opened> result) { promise.set_value(std::move(result)); });
    return future.get();
  }
  Result<Opened> log_in(std::string name, std::string_view password, std::string mark = {},
                        std::string address = "192.0.2.1") {
    return log_in(
        {std::move(name), std::string(password), {}, std::move(address), std::move(mark)});
  }
  Result<Opened> change(const Opened& opened, std::string_view current, std::string_view next) {
    std::promise<Result<Opened>> promise;
    auto future = promise.get_future();
    gate->change_password(
        {opened.token, std::string(current), std::string(next), "192.0.2.1", opened.device_mark},
        [&](Result<Opened> result) { promise.set_value(std::move(result)); });
    return future.get();
  }
  Result<Opened> log_in_with_code(std::string name, std::string code,
                                  std::string_view password = kGoodPassword) {
    return log_in({std::move(name), std::string(password), std::move(code), "192.0.2.1", {}});
  }
  Result<Gatekeeper::FactorOffer> offer(const Opened& opened,
                                        std::string_view password = kGoodPassword,
                                        std::string code = {}) {
    std::promise<Result<Gatekeeper::FactorOffer>> promise;
    auto future = promise.get_future();
    gate->offer_factor({opened.token, std::string(password), std::move(code)},
                       [&](auto result) { promise.set_value(std::move(result)); });
    return future.get();
  }
  Result<std::vector<std::string>> confirm(const Opened& opened, std::string code) {
    std::promise<Result<std::vector<std::string>>> promise;
    auto future = promise.get_future();
    gate->confirm_factor({opened.token, {}, std::move(code)},
                         [&](auto result) { promise.set_value(std::move(result)); });
    return future.get();
  }
  Status prove(const Opened& opened, std::string password, std::string code) {
    std::promise<Status> promise;
    auto future = promise.get_future();
    gate->prove({opened.token, std::move(password), std::move(code)},
                [&](Status status) { promise.set_value(std::move(status)); });
    return future.get();
  }
  // What an app that knows the secret shows `steps` of 30 seconds from now.
  std::string code_of(const std::string& secret_base32, std::int64_t steps = 0) const {
    return crypto::code_of_step(from_base32(secret_base32),
                                clock.now() / 1'000 / crypto::kCodeStepSeconds + steps);
  }
  Status log_out(const std::string& token) {
    std::promise<Status> promise;
    auto future = promise.get_future();
    gate->log_out(token, [&](Status status) { promise.set_value(std::move(status)); });
    return future.get();
  }
  template <class T>
  static std::string error_of(const Result<T>& result) {
    return result ? "ok" : std::string(error_entry(result.error().code()).name);
  }
  std::size_t stored_sessions() {
    std::size_t count = 0;
    must(connection_->by_key(kSession.info(), 0, store::bind_all(), [&](const store::RowReader&) {
      ++count;
      return true;
    }));
    return count;
  }

  FixedClock clock;
  GatekeeperRules rules = cheap_rules();
  std::map<AccountId, Actor> accounts;
  std::map<AccountId, std::string> login_names;
  bool knows_names = false;  // else every account is worker.one
  std::unique_ptr<Gatekeeper> gate;
  std::string secret;  // of the account opened last
  std::atomic<int> ended{0};
  std::atomic<bool> writer_full{false};

 private:
  wangdi::testing::TemporaryFolder folder_;
  std::unique_ptr<store::Engine> engine_;
  std::unique_ptr<store::Connection> connection_;
  std::mutex mutex_;
  crypto::Random random_;
  SecretMacs macs_{hmac(1)};
};

}  // namespace wangdi::access::testing
