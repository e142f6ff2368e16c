// SPDX-License-Identifier: Apache-2.0
// Who is there: log-in, sessions, password changes. find() never touches the database and is for
// the network thread; hashing runs on threads of its own with a short queue; every write is a job
// of the one writer. `done` functions are called once, on a hashing or the writer thread, or at
// once on the caller's when nothing was begun.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/device_keys.hpp"
#include "access/passwords.hpp"
#include "access/tables.hpp"
#include "base/clock.hpp"
#include "common/crypto/crypto.hpp"
#include "store/rows.hpp"

namespace wangdi::access {

struct RoleRules {
  std::int64_t idle_ms = 0;   // without any request
  std::int64_t total_ms = 0;  // from log-in, whatever happens
  bool needs_factor = false;  // nothing else is allowed before a second factor is set up
};

// Numbers from parameters/access.csv; accounts::gatekeeper_rules fills them.
struct GatekeeperRules {
  RoleRules field, officer, administrator;
  int code_window = 1;                         // steps of 30 s that a code may be early or late
  std::int64_t factor_offer_ms = 0;            // from the offer of a secret to its first code
  std::int64_t fresh_proof_ms = 0;             // how long a log-in or proof counts as fresh (SE5)
  std::int64_t token_requests_per_minute = 0;  // of one API token
  std::size_t device_keys_most = 0;            // phones that an account may have enrolled
  std::int64_t device_challenge_ms = 0;        // how long what a phone is to sign is good for
  std::int64_t device_code_ms = 0;             // how long a code for another phone opens
  PasswordRules password;
  std::int64_t password_days_max = 0;  // then it has to be changed at a log-in; 0: never
  std::int64_t first_secret_ms = 0;
  int failures_free = 0;          // per account and browser, before the first delay
  int address_failures_free = 0;  // per client address
  std::int64_t delay_ms_max = 0;
  crypto::PasswordCost cost;
  const RoleRules& of(Role role) const;
};

// What one hashing thread owns.
struct HashingThread {
  std::unique_ptr<store::Connection> connection;  // read-only
  // The account's login name and the person's name, for the password policy.
  std::function<Result<std::vector<std::string>>(District home, AccountId)> own_names;
};
inline constexpr std::size_t kHashingThreads = 2;  // security.md DO2
inline constexpr std::size_t kHashingQueue = 50;

// A write in the batch of the writer thread.
using Job = std::function<Status(store::Rows&)>;

struct GatekeeperParts {
  const Clock& clock;
  GatekeeperRules rules;
  // A MAC under the vault's keys of these names, one for each thread that asks.
  std::function<crypto::Hmac()> first_secret_hmac;
  std::function<crypto::Hmac()> device_mark_hmac;
  // Writer::submit_job: never blocks.
  std::function<Status(Job, std::function<void(Status)>)> submit_job;
  // The account as the batch sees it; nothing when closed. accounts::actor_of.
  std::function<std::optional<Actor>(store::Rows&, District home, AccountId)> account;
  std::vector<HashingThread> threads;  // kHashingThreads of them
};

struct Login {
  std::string account;
  std::string password;
  // Of the second factor, or a recovery code, or one made on an enrolled phone, or empty.
  std::string code;
  std::string client_address;              // from the trusted hop; of IPv6 the /64
  std::string device_mark;                 // the cookie's value, or empty
  std::optional<DeviceLogin> device = {};  // what the phone's own key signed
};

struct Session {
  Actor actor;  // device: the browser's own id from its mark; fresh for a while after a proof
  std::string csrf;
  UnixMs expires_at = 0;  // if nothing is asked any more
  bool must_set_password = false;
  bool password_is_old = false;    // that is why
  bool has_factor = false;         // one-time codes are set up
  bool must_enrol_factor = false;  // nothing else is allowed before
  SessionKey key{};                // tells sessions apart, for streams; no secret
  bool has_device_key = false;     // the account has enrolled a phone, this or another
  // Of a session of an enrolled phone: what it shows later to learn what it may keep.
  std::optional<UnixMs> device_entered_at;
};

struct Opened {
  Session session;
  std::string token;        // for the cookie; stored nowhere
  std::string device_mark;  // for the long-living cookie
};

// Numbers for /metrics.
struct GatekeeperCounters {
  std::atomic<std::uint64_t> logins{0}, failures{0}, delayed{0}, busy{0}, sessions_ended{0},
      passwords_set{0}, factors_enrolled{0}, recovery_codes_used{0}, devices_enrolled{0},
      device_logins{0}, device_codes_used{0}, devices_ended{0};
  std::atomic<std::uint64_t> hashes{0};  // Argon2id runs: each log-in that is looked at costs one
};

class Gatekeeper {
 public:
  // Loads the sessions and starts the hashing threads.
  static Result<std::unique_ptr<Gatekeeper>> open(GatekeeperParts parts, store::Connection& from);
  ~Gatekeeper();

  // Errors: login_failed (unknown, wrong or closed: all alike), login_delayed, hashing_busy,
  // first_secret_used_up (the right one, too late or again); after the right password
  // code_required, code_wrong, device_key_required and device_key_wrong; and the writer's. Where a
  // phone's own key would help (the last two, and login_delayed) the error has the detail
  // kChallengeDetail.
  using LoginDone = std::function<void(Result<Opened>)>;
  void log_in(Login login, LoginDone done);

  // The session of a token, used now; nothing when there is none or it has ended.
  std::optional<Session> find(std::string_view token);

  // Whom a program with this API token acts for, used now. Errors: token_invalid,
  // too_many_requests.
  Result<Actor> find_program(std::string_view secret);
  // From the writer thread after a commit that made or ended tokens of the account, or changed its
  // rights: reads its tokens and phones' keys anew; `from` is the writer's connection.
  Status reload(store::Connection& from, AccountId account);

  using Done = std::function<void(Status)>;
  // A token without session is done at once: the end is the same.
  void log_out(std::string_view token, Done done);

  struct PasswordChange {
    std::string token;
    std::string current;  // in a session of a first secret: that secret
    std::string next;
    std::string client_address;
    std::string device_mark;
  };
  // Ends all sessions of the account and gives a new one. Errors: login_required, login_failed
  // (current is wrong), password_* of the policy, password_unchanged, login_delayed, hashing_busy.
  void change_password(PasswordChange change, LoginDone done);

  struct Proof {
    std::string token;
    std::string password;
    std::string code;
  };
  struct FactorOffer {
    std::string secret;  // base32
    std::string uri;     // otpauth://, for an app
  };
  // Offers a secret for one-time codes; the account keeps what it had until a code of the new one
  // is shown. Errors: login_required, login_failed (the password is wrong), code_required and
  // code_wrong (it has codes already), login_delayed, hashing_busy.
  void offer_factor(Proof proof, std::function<void(Result<FactorOffer>)> done);
  // Takes the first code: the factor holds from now on, other sessions of the account end. Gives
  // recovery codes, told once. Errors: login_required, factor_not_begun, code_wrong, login_delayed.
  using CodesDone = std::function<void(Result<std::vector<std::string>>)>;
  void confirm_factor(Proof proof, CodesDone done);
  // Who is there shows it again, by a code or, without a factor, by the password: is_fresh for a
  // while. Errors: as of offer_factor.
  void prove(Proof proof, Done done);

  struct DeviceEnrolment {
    std::string token;
    std::string public_key;  // base64url of the uncompressed point
    std::string signature;   // base64url of r and s over enrolment_text
  };
  struct EnrolledDevice {
    DeviceKeyId key{};
    UnixMs entered_at = 0;
  };
  // Enrols a phone's own key: for grid workers, as the first factor of the account (then its other
  // sessions end) or in a session that was opened with one. A key that is there already stays.
  // Errors: login_required, device_signature_wrong, device_not_allowed, device_keys_many.
  void enrol_device(DeviceEnrolment enrolment, std::function<void(Result<EnrolledDevice>)> done);
  struct DeviceCode {
    std::string code;
    UnixMs ends_at = 0;
  };
  // A code that opens the account once on another phone; an older one ends. Asks for the password.
  // Errors: login_required, login_failed, device_not_allowed (no phone is enrolled, or the session
  // was opened without a factor), login_delayed, hashing_busy.
  void make_device_code(Proof proof, std::function<void(Result<DeviceCode>)> done);
  struct Device {
    DeviceKeyId key{};
    UnixMs since = 0;
    UnixMs last_used = 0;
    bool is_this = false;  // the session is this phone's
  };
  struct DeviceList {
    std::vector<Device> devices;  // oldest first
    std::size_t most = 0;
  };
  // The enrolled phones of the session's account. Error: login_required.
  Result<DeviceList> devices(std::string_view token);
  // Ends a phone's key and the sessions that it opened. Errors: login_required, not_found,
  // device_last.
  void end_device(std::string_view token, const DeviceKeyId& key, Done done);
  // What a phone may keep whose session has ended. Error: too_many_requests.
  Result<DeviceKeep> device_state(const DeviceKeyId& key, UnixMs entered_at,
                                  std::string_view client_address);

  // From the writer thread after the commit that closed, moved or reset the account.
  void end_sessions_of(AccountId account);
  // Called whenever a session ended, on the thread that ended it; set before requests come.
  using OnEnd = std::function<void(AccountId, const SessionKey&)>;
  void on_end(OnEnd on_end);

  // Ends what ran out of time and forgets old failures: about once a second.
  void sweep();
  // Answers what waits with shutting_down and joins the threads. Before the writer stops; this
  // object outlives the writer's thread.
  void stop();

  std::size_t sessions() const;
  std::size_t tokens() const;
  std::size_t hashing_waiting() const;
  const GatekeeperCounters& counters() const;

 private:
  class Impl;
  explicit Gatekeeper(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Compares texts that come from outside with secrets, in a time that depends on the lengths only.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace wangdi::access
