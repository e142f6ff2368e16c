// SPDX-License-Identifier: Apache-2.0
// The inside of the gatekeeper: log_in.cpp and change_password.cpp hold the two long ways, each
// from the network thread to a hashing thread to the writer's batch; factor.cpp and device.cpp what
// somebody does about the own second factor.
#pragma once

#include <memory>
#include <mutex>

#include "access/device_keys.hpp"
#include "access/device_marks.hpp"
#include "access/gatekeeper.hpp"
#include "access/hashing_pool.hpp"
#include "access/second_factor.hpp"
#include "access/sessions.hpp"
#include "access/throttle.hpp"
#include "access/tokens.hpp"

namespace wangdi::access {

// A session that may only set a password lives this long.
inline constexpr std::int64_t kSetPasswordMs = 30 * 60'000;

class Gatekeeper::Impl {
 public:
  Impl(GatekeeperParts parts, std::string dummy_hash);
  Status start(store::Connection& from);

  void log_in(Login login, LoginDone done);
  void change_password(PasswordChange change, LoginDone done);
  void offer_factor(Proof proof, std::function<void(Result<FactorOffer>)> done);
  void confirm_factor(Proof proof, CodesDone done);
  void prove(Proof proof, Done done);
  void enrol_device(DeviceEnrolment enrolment, std::function<void(Result<EnrolledDevice>)> done);
  void make_device_code(Proof proof, std::function<void(Result<DeviceCode>)> done);
  Result<DeviceList> devices(std::string_view token);
  void end_device(std::string_view token, const DeviceKeyId& key, Done done);
  Result<DeviceKeep> device_state(const DeviceKeyId& key, UnixMs entered_at,
                                  std::string_view client_address);
  Status reload(store::Connection& from, AccountId account);
  std::optional<Session> find(std::string_view token);
  Result<Actor> find_program(std::string_view secret);
  void log_out(std::string_view token, Done done);
  void end_sessions_of(AccountId account);
  void sweep();
  void stop() { pool_->stop(); }

  // One attempt on its way, counted as failed until it succeeds.
  struct Attempt;
  struct Showing;
  struct Keys {
    ThrottleKey account{};
    std::optional<ThrottleKey> address;  // nothing for a browser that is known
  };

 private:
  friend class Gatekeeper;

  // ---- failures and delays ----
  // Counts the attempt, or gives the error that tells how long to wait.
  Status admit(const Keys& keys);
  void forgive(const Keys& keys);  // did not come to a result: counts no more
  void succeeded(const Keys& keys);
  // Ended by the error: what is a refusal stays counted, what the server could not do is forgiven.
  void failed(const Keys& keys, const Error& error);
  // Does `work` of an admitted attempt on a hashing thread, or tells why not.
  void on_bench(const Keys& keys, std::function<void(HashingBench&)> work,
                const std::function<void(Error)>& tell);
  // check_factor with the present time and the rules.
  Result<FactorProof> judge_code(HashingBench& bench, AccountId account, std::string_view code);

  // ---- log_in.cpp ----
  Keys keys_of(const Attempt& attempt, const std::string& client_address);
  void check_login(HashingBench& bench, const std::shared_ptr<Attempt>& attempt);
  Result<bool> is_right(HashingBench& bench, Attempt& attempt);
  Status factor_shown(HashingBench& bench, Attempt& attempt);
  void enter(const std::shared_ptr<Attempt>& attempt);
  Status enter_job(store::Rows& rows, Attempt& attempt);
  void entered(Attempt& attempt, Status status);
  bool is_old(const CredentialRow& credential) const;

  // ---- device_login.cpp ----
  // The living key that signed a young challenge for this login name; nothing when it did not.
  std::optional<DeviceShown> device_shown(const std::string& login, const DeviceLogin& given);
  // The error with a challenge for a phone's own key; `account`: nil while nobody is known.
  Error with_challenge(Error error, const std::string& login, AccountId account);
  // The same where a phone's own key is asked for; else the error as it is.
  Error told(Error error, const Attempt& attempt);
  // What of the attempt is a second factor of the account. Errors: as of log_in.
  Result<FactorProof> judge_factor(HashingBench& bench, Attempt& attempt);
  Result<FactorProof> judge_code_of_phones(HashingBench& bench, Attempt& attempt);
  // Uses it up, in the batch.
  Status use_shown(store::Rows& rows, Attempt& attempt);

  // ---- change_password.cpp ----
  void check_change(HashingBench& bench, const std::shared_ptr<Attempt>& attempt);
  PasswordRules rules_for(const Attempt& attempt) const;
  Result<std::string> new_hash(HashingBench& bench, Attempt& attempt);
  Status change_job(store::Rows& rows, Attempt& attempt);
  void changed(Attempt& attempt, Status status);

  // ---- factor.cpp ----
  // Checks the session, counts the attempt and does `work` on a hashing thread; the end is told to
  // `done` of the showing.
  void show(const std::shared_ptr<Showing>& showing, Status (Impl::*work)(HashingBench&, Showing&),
            Status (Impl::*job)(store::Rows&, Showing&));
  Status check_offer(HashingBench& bench, Showing& showing);
  Status offer_job(store::Rows& rows, Showing& showing);
  Status check_first_code(HashingBench& bench, Showing& showing);
  Status enrol_job(store::Rows& rows, Showing& showing);
  Status check_proof(HashingBench& bench, Showing& showing);
  Status proof_job(store::Rows& rows, Showing& showing);
  void shown(Showing& showing, Status status);
  // All sessions of the account but this one; their rows, ended once the batch is on disk.
  std::vector<SessionRow> erase_other_sessions(store::Rows& rows, const SessionRow& own);
  // The credential of a session that is there, when the password is right. Error: login_failed.
  Result<CredentialRow> right_password(HashingBench& bench, Showing& showing);

  // ---- device.cpp ----
  Status check_device(HashingBench& bench, Showing& showing);
  Status enrol_device_job(store::Rows& rows, Showing& showing);
  Status check_device_code(HashingBench& bench, Showing& showing);
  Status device_code_job(store::Rows& rows, Showing& showing);
  Status end_device_job(store::Rows& rows, const SessionRow& asks, const DeviceKeyId& key,
                        std::vector<SessionRow>& ended);

  // ---- both ----
  // The time that sessions are measured by: the wall clock of the start, carried on by the
  // monotonic one. A wall clock that is set meanwhile ends no session and lengthens none.
  UnixMs session_now() const { return parts_.clock.monotonic_ms() + session_offset_; }
  Result<bool> matches(const std::string& hash, std::string_view password);
  void prepare_session(HashingBench& bench, Attempt& attempt, std::string_view login);
  // Puts the session of the attempt into the batch and into memory. Its token is not told before
  // the commit, and whatever ends the account's sessions in the same batch ends it too.
  void put_session(store::Rows& rows, Attempt& attempt);
  Opened opened(Attempt& attempt) const;
  Session view(const Sessions::Use& use, std::string_view token) const;
  void tell_ended(const SessionRow& row);
  void erase_rows(std::vector<SessionRow> rows, std::function<void(Status)> done);

  GatekeeperParts parts_;
  const std::int64_t session_offset_;
  const std::string dummy_hash_;  // what unknown names are compared with
  Sessions sessions_;
  Tokens tokens_;
  DeviceKeys devices_;
  GatekeeperCounters counters_;
  OnEnd on_end_;
  std::mutex front_mutex_;  // for what follows
  DeviceMarks marks_;
  SecretMacs macs_;
  crypto::Random random_;
  Throttle by_account_;
  Throttle by_address_;
  std::vector<SessionRow> left_over_;  // ended, their rows not yet erased
  std::unique_ptr<HashingPool> pool_;  // last: its threads use all the others
};

struct Gatekeeper::Impl::Attempt {
  Keys keys;
  std::string login;     // folded; empty in a change of password
  std::string password;  // wiped when the attempt ends
  std::string next;      // the wanted one, of a change
  std::optional<DeviceMark> mark;
  SessionRow before;  // of a change: the session that asks
  LoginDone done;

  CredentialRow credential;  // as it was checked
  bool by_first_secret = false;
  std::string code;
  bool has_device = false;            // the phone's own key was shown
  std::optional<DeviceShown> device;  // and found right
  FactorProof proof;
  bool has_factor = false;          // of the session that comes of it
  std::optional<std::string> hash;  // to be stored: new password, or new cost
  SessionRow session;
  std::string token;
  std::vector<SessionRow> ended;  // by this attempt's job

  ~Attempt();
};

// Somebody who is logged in shows again who they are.
struct Gatekeeper::Impl::Showing {
  Proof given;  // wiped at the end
  Keys keys;
  SessionRow session;
  FactorProof proof;
  crypto::Bytes sealed;    // the offered secret
  bool has_codes = false;  // the session's account has one-time codes
  std::int64_t first_step = 0;
  std::vector<Mac> codes;         // of the new recovery codes
  std::vector<SessionRow> ended;  // by this job
  std::function<void(Status)> done;
  FactorOffer offer;
  std::vector<std::string> recovery_codes;
  crypto::Bytes point;  // of a phone's own key
  crypto::Bytes signature;
  Mac name{};  // of the account's login name
  EnrolledDevice device;
  bool is_new = false;  // the phone was not enrolled before
  DeviceCode device_code;
  Mac device_code_mac{};

  ~Showing();
};

std::string trimmed_password(std::string_view password);
ThrottleKey throttle_key(std::string_view kind, crypto::ByteView what, crypto::ByteView more);

}  // namespace wangdi::access
