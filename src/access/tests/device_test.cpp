// SPDX-License-Identifier: Apache-2.0
// A phone's own key: enrolling it, logging in with it, bringing another phone in, removing one, and
// what a phone may keep that comes back later.
#include <algorithm>

#include "access/tests/fixture.hpp"
#include "access/tests/phone.hpp"

namespace wangdi::access::testing {
namespace {

class Device : public Gate {
 protected:
  Device() { knows_names = true; }

  struct Worker {
    AccountId account;
    std::string name;
    Opened opened;
    UnixMs entered_at = 0;
  };
  Worker enrolled(const std::string& name, const Phone& key) {
    Worker worker{open_ready(name), name, must(log_in(name, kGoodPassword))};
    worker.entered_at = must(enrol(worker.opened, worker.account, key)).entered_at;
    return worker;
  }
  Result<Gatekeeper::EnrolledDevice> enrol(const Opened& opened, AccountId account,
                                           const Phone& key, std::string signature = {}) {
    if (signature.empty()) signature = key.sign(enrolment_text(account, key.id()));
    std::promise<Result<Gatekeeper::EnrolledDevice>> promise;
    auto future = promise.get_future();
    gate->enrol_device({opened.token, key.public_key(), std::move(signature)},
                       [&](auto result) { promise.set_value(std::move(result)); });
    return future.get();
  }
  Result<Opened> show(const std::string& name, std::optional<DeviceLogin> device,
                      std::string_view password = kGoodPassword, std::string code = {},
                      std::string mark = {}) {
    return log_in({name, std::string(password), std::move(code), "192.0.2.1", std::move(mark),
                   std::move(device)});
  }
  // What the answer tells the phone to sign.
  template <class T>
  static std::string challenge_of(const Result<T>& result) {
    if (result) return {};
    for (const auto& [name, value] : result.error().details()) {
      if (name == kChallengeDetail) return value;
    }
    return {};
  }
  std::string challenge_for(const std::string& name) {
    return challenge_of(log_in(name, kGoodPassword));
  }
  // The whole way of a phone: password, challenge, signature.
  Result<Opened> come(const std::string& name, const Phone& key) {
    return show(name, key.login(challenge_for(name), name));
  }
  Result<Gatekeeper::DeviceCode> code(const Opened& opened,
                                      std::string_view password = kGoodPassword) {
    std::promise<Result<Gatekeeper::DeviceCode>> promise;
    auto future = promise.get_future();
    gate->make_device_code({opened.token, std::string(password), {}},
                           [&](auto result) { promise.set_value(std::move(result)); });
    return future.get();
  }
  Status end_device(const Opened& opened, const Phone& key) {
    std::promise<Status> promise;
    auto future = promise.get_future();
    gate->end_device(opened.token, key.id(),
                     [&](Status status) { promise.set_value(std::move(status)); });
    return future.get();
  }
  DeviceKeep keep(const Phone& key, UnixMs entered_at) {
    return must(gate->device_state(key.id(), entered_at, "192.0.2.9"));
  }
  // As a command about the account does it, and what follows its commit.
  void change(AccountId account, const Job& job) {
    must(run(job));
    must(gate->reload(connection(), account));
    gate->end_sessions_of(account);
  }
  void move(AccountId account, Role to = Role::grid_worker) {
    change(account, [&](store::Rows& rows) {
      end_rights(rows, account, to, clock.now());
      return ok();
    });
  }
  std::string reset(AccountId account) {
    SecretMacs macs(hmac(1));
    crypto::Random random;
    const auto fresh = make_first_secret(random);
    change(account, [&](store::Rows& rows) {
      reset_credential(rows, account, macs.first_secret(account, fresh), clock.now());
      return ok();
    });
    return fresh;
  }
  void require_of_workers() {
    rules.field.needs_factor = true;
    reopen();
  }

  const Phone phone{1}, other{2}, third{3}, fourth{4};
};

// security: AU2
TEST_F(Device, a_log_in_takes_password_and_the_phones_key) {
  const auto worker = enrolled("worker.one", phone);
  const auto asked = log_in("worker.one", kGoodPassword);
  EXPECT_EQ(error_of(asked), "device_key_required");
  const auto opened = must(show("worker.one", phone.login(challenge_of(asked), "worker.one")));
  EXPECT_TRUE(opened.session.has_device_key);
  EXPECT_FALSE(opened.session.has_factor) << "that is for one-time codes";
  EXPECT_EQ(opened.session.device_entered_at, clock.now());
  // Another spelling of the name is the same name.
  must(show(" Worker.ONE", phone.login(challenge_for("worker.one"), "worker.one")));
  reopen();
  must(come("worker.one", phone));
}

// security: AU3
TEST_F(Device, a_wrong_password_says_nothing_about_a_phone) {
  enrolled("worker.one", phone);
  open_ready("worker.two");
  const auto challenge = challenge_for("worker.one");
  for (const auto& name : {"worker.one", "worker.two", "nobody"}) {
    const auto plain = log_in(name, kOtherPassword);
    const auto shown = show(name, phone.login(challenge, name), kOtherPassword);
    EXPECT_EQ(error_of(plain), "login_failed") << name;
    EXPECT_EQ(error_of(shown), "login_failed") << name;
    EXPECT_EQ(challenge_of(plain) + challenge_of(shown), "") << name;
  }
}

// security: AU2
TEST_F(Device, what_a_phone_signs_opens_once) {
  enrolled("worker.one", phone);
  const auto first = challenge_for("worker.one");
  const auto second = challenge_for("worker.one");
  EXPECT_NE(first, second);
  must(show("worker.one", phone.login(second, "worker.one")));
  const auto again = show("worker.one", phone.login(second, "worker.one"));
  EXPECT_EQ(error_of(again), "device_key_wrong") << "used";
  EXPECT_EQ(error_of(show("worker.one", phone.login(first, "worker.one"))), "device_key_wrong")
      << "older than one that was used";
  must(show("worker.one", phone.login(challenge_of(again), "worker.one")));
}

// security: AU2
TEST_F(Device, of_two_at_once_with_one_challenge_one_gets_in) {
  enrolled("worker.one", phone);
  const auto login = phone.login(challenge_for("worker.one"), "worker.one");
  std::vector<std::future<Result<Opened>>> both;
  for (int i = 0; i < 2; ++i) {
    both.push_back(std::async(std::launch::async, [&] { return show("worker.one", login); }));
  }
  std::vector<std::string> ends;
  for (auto& one : both) ends.push_back(error_of(one.get()));
  std::ranges::sort(ends);
  EXPECT_EQ(ends, (std::vector<std::string>{"device_key_wrong", "ok"}));
}

// security: AU2
TEST_F(Device, what_was_signed_for_something_else_opens_nothing) {
  const auto worker = enrolled("worker.one", phone);
  enrolled("worker.two", other);
  const auto challenge = challenge_for("worker.one");
  const auto own = challenge_for("worker.two");
  const auto good = phone.login(challenge, "worker.one");
  const std::pair<DeviceLogin, const char*> wrong[] = {
      {phone.login(own, "worker.one"), "a challenge of another account"},
      {phone.login(challenge, "worker.two"), "the name of another account"},
      {other.login(challenge, "worker.one"), "the key of another account"},
      {third.login(challenge, "worker.one"), "a key that nobody enrolled"},
      {{good.key, good.challenge, phone.sign(challenge)}, "no text of a log-in"},
      {{good.key, good.challenge, phone.sign(enrolment_text(worker.account, phone.id()))},
       "the text of enrolling"},
      {{good.key, good.challenge, "AAAA"}, "no signature"},
      {{good.key, "AAAA", good.signature}, "no challenge"},
      {{"AAAA", good.challenge, good.signature}, "no key"},
  };
  for (const auto& [login, what] : wrong) {
    rules.failures_free = 100;
    reopen();
    const auto refused = show("worker.one", login);
    EXPECT_EQ(error_of(refused), "device_key_wrong") << what;
    EXPECT_NE(challenge_of(refused), "") << what;
  }
  must(show("worker.one", good));
}

// security: AU2
TEST_F(Device, a_challenge_is_good_for_some_minutes) {
  enrolled("worker.one", phone);
  const auto challenge = challenge_for("worker.one");
  clock.advance(rules.device_challenge_ms - 1);
  must(show("worker.one", phone.login(challenge, "worker.one")));
  const auto late = challenge_for("worker.one");
  clock.advance(rules.device_challenge_ms);
  EXPECT_EQ(error_of(show("worker.one", phone.login(late, "worker.one"))), "device_key_wrong");
}

TEST_F(Device, a_clock_that_was_wrong_keeps_nobody_out) {
  enrolled("worker.one", phone);
  clock.set_wall_clock(24 * kHour);
  must(come("worker.one", phone));
  clock.set_wall_clock(0);
  must(come("worker.one", phone));
  clock.set_wall_clock(-kMinute);  // a little back: the next challenge is still a later one
  must(come("worker.one", phone));
  must(come("worker.one", phone));
}

// security: AU4
TEST_F(Device, strangers_do_not_keep_an_enrolled_phone_out) {
  enrolled("worker.one", phone);
  for (int i = 0; i < 100; ++i) static_cast<void>(log_in("worker.one", kOtherPassword));
  const auto delayed = log_in("worker.one", kGoodPassword);
  EXPECT_EQ(error_of(delayed), "login_delayed");
  must(show("worker.one", phone.login(challenge_of(delayed), "worker.one")));
  // Whatever name is asked for gets something to sign: that says nothing.
  for (int i = 0; i < 100; ++i) static_cast<void>(log_in("nobody", kOtherPassword));
  const auto unknown = log_in("nobody", kGoodPassword);
  EXPECT_EQ(error_of(unknown), "login_delayed");
  EXPECT_EQ(challenge_of(unknown).size(), challenge_of(delayed).size());
}

// security: AU4
TEST_F(Device, a_phone_that_guesses_passwords_is_slowed_down_by_itself) {
  enrolled("worker.one", phone);
  enrolled("worker.two", other);
  const auto challenge = challenge_for("worker.one");
  const auto login = phone.login(challenge, "worker.one");
  for (int i = 0; i <= rules.failures_free; ++i) {
    EXPECT_EQ(error_of(show("worker.one", login, kOtherPassword)), "login_failed");
  }
  EXPECT_EQ(error_of(show("worker.one", login)), "login_delayed");
  EXPECT_EQ(error_of(log_in("worker.one", kGoodPassword)), "device_key_required")
      << "others have counts of their own";
  // The key of another account is no way around the count of strangers.
  for (int i = 0; i <= rules.failures_free; ++i) {
    static_cast<void>(show("worker.one", other.login(challenge, "worker.one"), kOtherPassword));
  }
  EXPECT_EQ(error_of(log_in("worker.one", kGoodPassword)), "login_delayed");
}

// security: AU4
TEST_F(Device, wrong_signatures_are_slowed_down_like_wrong_passwords) {
  enrolled("worker.one", phone);
  const auto challenge = challenge_for("worker.one");
  for (int i = 0; i <= rules.failures_free; ++i) {
    EXPECT_EQ(error_of(show("worker.one", third.login(challenge, "worker.one"))),
              "device_key_wrong");
  }
  EXPECT_EQ(error_of(log_in("worker.one", kGoodPassword)), "login_delayed");
}

TEST_F(Device, a_key_is_enrolled_by_who_has_it_only) {
  const auto account = open_ready("worker.one");
  const auto another = open_ready("worker.two");
  const auto opened = must(log_in("worker.one", kGoodPassword));
  for (const auto& signature :
       {other.sign(enrolment_text(account, phone.id())),
        phone.sign(enrolment_text(another, phone.id())),
        phone.sign(enrolment_text(account, other.id())), phone.sign("wangdi device"),
        std::string("AAAA"), std::string("no base64!")}) {
    EXPECT_EQ(error_of(enrol(opened, account, phone, signature)), "device_signature_wrong");
  }
  EXPECT_FALSE(gate->find(opened.token)->has_device_key);
  must(enrol(opened, account, phone));
  EXPECT_TRUE(gate->find(opened.token)->has_device_key);
  // Nor does the key of one account become that of another: what it asks for leads to one.
  const auto stranger = must(log_in("worker.two", kGoodPassword));
  EXPECT_EQ(error_of(enrol(stranger, another, phone)), "device_signature_wrong");
  must(come("worker.one", phone));
}

TEST_F(Device, only_grid_workers_enrol_phones) {
  const auto account = open_ready("officer.one", Role::community_officer);
  const auto opened = must(log_in("officer.one", kGoodPassword));
  EXPECT_EQ(error_of(enrol(opened, account, phone)), "device_not_allowed");
}

// security: AU2
TEST_F(Device, who_must_have_a_factor_has_one_with_an_enrolled_phone) {
  require_of_workers();
  const auto account = open_ready("worker.one");
  const auto opened = must(log_in("worker.one", kGoodPassword));
  EXPECT_TRUE(gate->find(opened.token)->must_enrol_factor);
  must(enrol(opened, account, phone));
  EXPECT_FALSE(gate->find(opened.token)->must_enrol_factor);
  reopen();
  EXPECT_FALSE(gate->find(opened.token)->must_enrol_factor) << "also after a restart";
  EXPECT_EQ(gate->find(opened.token)->device_entered_at, clock.now());
}

// security: SE3
TEST_F(Device, enrolling_the_first_phone_ends_the_other_sessions) {
  const auto account = open_ready("worker.one");
  const auto before = must(log_in("worker.one", kGoodPassword));
  const auto own = must(log_in("worker.one", kGoodPassword));
  must(enrol(own, account, phone));
  EXPECT_FALSE(gate->find(before.token));
  EXPECT_EQ(error_of(enrol(before, account, other)), "login_required");
  EXPECT_TRUE(gate->find(own.token));
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(stored_sessions(), 1u);
  // The second one ends nothing.
  must(enrol(own, account, other));
  EXPECT_EQ(ended, 1);
}

// As one that an older version left behind, of an account that has a phone now.
// security: AU2
TEST_F(Device, a_session_without_a_factor_brings_no_phone_in) {
  const auto worker = enrolled("worker.one", phone);
  must(run([&](store::Rows& rows) {
    auto session = *rows.find(kSession, {kNation, worker.account, worker.opened.session.key});
    session.device_key.reset();
    session.factor_shown = false;
    rows.put(kSession, std::move(session));
    return ok();
  }));
  reopen();
  EXPECT_EQ(error_of(enrol(worker.opened, worker.account, other)), "device_not_allowed");
  EXPECT_EQ(error_of(code(worker.opened)), "device_not_allowed");
}

TEST_F(Device, a_repeated_enrolment_changes_nothing) {
  const auto worker = enrolled("worker.one", phone);
  clock.advance(kMinute);
  const auto again = must(enrol(worker.opened, worker.account, phone));
  EXPECT_EQ(again.key, phone.id());
  const auto list = must(gate->devices(worker.opened.token));
  ASSERT_EQ(list.devices.size(), 1u);
  EXPECT_EQ(list.devices[0].since, worker.entered_at);
  EXPECT_EQ(gate->counters().devices_enrolled.load(), 1u);
}

// security: AU2
TEST_F(Device, another_phone_comes_in_by_a_code_of_the_first_once) {
  const auto worker = enrolled("worker.one", phone);
  EXPECT_EQ(error_of(code(worker.opened, kOtherPassword)), "login_failed");
  const auto old = must(code(worker.opened));
  const auto made = must(code(worker.opened));
  EXPECT_EQ(made.code.size(), 9u);  // with the dash
  EXPECT_EQ(made.ends_at, clock.now() + rules.device_code_ms);
  EXPECT_EQ(error_of(show("worker.one", {}, kGoodPassword, old.code)), "code_wrong")
      << "one at a time";
  auto typed = made.code;
  std::ranges::transform(typed, typed.begin(),
                         [](char c) { return c == '-' ? ' ' : std::tolower(c); });
  const auto opened = must(show("worker.one", {}, kGoodPassword, typed));
  EXPECT_EQ(opened.session.device_entered_at, std::nullopt) << "this phone is not enrolled yet";
  EXPECT_EQ(error_of(show("worker.one", {}, kGoodPassword, made.code)), "code_wrong") << "used";
  reopen();
  must(enrol(opened, worker.account, other));
  must(come("worker.one", other));
  must(come("worker.one", phone));
  const auto late = must(code(worker.opened));
  clock.advance(rules.device_code_ms);
  EXPECT_EQ(error_of(show("worker.one", {}, kGoodPassword, late.code)), "code_wrong");
}

TEST_F(Device, without_a_phone_there_is_no_code_for_another) {
  open_ready("worker.one");
  const auto opened = must(log_in("worker.one", kGoodPassword));
  EXPECT_EQ(error_of(code(opened)), "device_not_allowed");
}

TEST_F(Device, an_account_has_some_phones_and_no_more) {
  const auto worker = enrolled("worker.one", phone);
  for (const auto* one : {&other, &third}) must(enrol(worker.opened, worker.account, *one));
  const auto full = enrol(worker.opened, worker.account, fourth);
  EXPECT_EQ(error_of(full), "device_keys_many");
  EXPECT_EQ(keep(fourth, clock.now()), DeviceKeep::nothing);
  for (const auto* one : {&phone, &other, &third}) must(come("worker.one", *one));
  must(end_device(worker.opened, other));
  must(enrol(worker.opened, worker.account, fourth));
}

// security: AU2, SE3
TEST_F(Device, a_removed_phone_is_out_at_once) {
  const auto worker = enrolled("worker.one", phone);
  must(enrol(must(show("worker.one", {}, kGoodPassword, must(code(worker.opened)).code)),
             worker.account, other));
  const auto first = must(come("worker.one", phone));
  const auto second = must(come("worker.one", other));
  const auto signed_before = phone.login(challenge_for("worker.one"), "worker.one");
  must(end_device(second, phone));
  EXPECT_FALSE(gate->find(first.token));
  EXPECT_FALSE(gate->find(worker.opened.token)) << "in which it was enrolled";
  EXPECT_TRUE(gate->find(second.token));
  EXPECT_EQ(error_of(show("worker.one", signed_before)), "device_key_wrong");
  EXPECT_EQ(keep(phone, clock.now()), DeviceKeep::nothing);
  EXPECT_EQ(error_of(end_device(second, phone)), "not_found");
  EXPECT_EQ(error_of(end_device(first, other)), "login_required");
  reopen();
  EXPECT_FALSE(gate->find(first.token));
  EXPECT_EQ(error_of(come("worker.one", phone)), "device_key_wrong");
  must(come("worker.one", other));
}

TEST_F(Device, the_last_phone_stays_where_there_must_be_one) {
  require_of_workers();
  const auto worker = enrolled("worker.one", phone);
  EXPECT_EQ(error_of(end_device(worker.opened, phone)), "device_last");
  EXPECT_TRUE(gate->find(worker.opened.token));
  const auto offered = must(offer(worker.opened));
  must(confirm(worker.opened, code_of(offered.secret)));
  must(end_device(worker.opened, phone));
  clock.advance(31 * kSecond);
  EXPECT_EQ(error_of(log_in("worker.one", kGoodPassword)), "code_required");
  must(log_in_with_code("worker.one", code_of(offered.secret)));
}

TEST_F(Device, without_a_duty_the_last_phone_may_go) {
  const auto worker = enrolled("worker.one", phone);
  must(end_device(worker.opened, phone));
  EXPECT_FALSE(gate->find(worker.opened.token)) << "its own session ends with it";
  EXPECT_FALSE(must(log_in("worker.one", kGoodPassword)).session.has_device_key);
}

// security: AU2
TEST_F(Device, with_codes_and_a_phone_either_opens) {
  const auto worker = enrolled("worker.one", phone);
  const auto offered = must(offer(worker.opened));
  const auto codes = must(confirm(worker.opened, code_of(offered.secret)));
  clock.advance(31 * kSecond);
  EXPECT_EQ(error_of(log_in("worker.one", kGoodPassword)), "device_key_required");
  const auto by_key = must(come("worker.one", phone));
  EXPECT_TRUE(by_key.session.has_factor);
  const auto by_code = must(log_in_with_code("worker.one", code_of(offered.secret)));
  EXPECT_EQ(by_code.session.device_entered_at, std::nullopt);
  EXPECT_EQ(error_of(log_in_with_code("worker.one", code_of(offered.secret))), "code_wrong");
  must(log_in_with_code("worker.one", codes.front()));
  // A wrong signature and a right code: the code opens.
  clock.advance(31 * kSecond);
  must(show("worker.one", third.login(challenge_for("worker.one"), "worker.one"), kGoodPassword,
            code_of(offered.secret)));
  must(enrol(by_code, worker.account, other));
}

// security: AU2
TEST_F(Device, with_codes_a_phone_is_enrolled_after_a_code_only) {
  const auto account = open_ready("worker.one");
  const auto opened = must(log_in("worker.one", kGoodPassword));
  const auto offered = must(offer(opened));
  must(confirm(opened, code_of(offered.secret)));
  must(enrol(opened, account, phone));
  must(come("worker.one", phone));
}

// security: AU5
TEST_F(Device, a_reset_ends_all_phones) {
  const auto worker = enrolled("worker.one", phone);
  static_cast<void>(must(code(worker.opened)));
  const auto fresh = reset(worker.account);
  EXPECT_EQ(keep(phone, worker.entered_at), DeviceKeep::nothing);
  const auto first = must(log_in("worker.one", fresh));
  EXPECT_EQ(error_of(enrol(first, worker.account, other)), "password_change_required");
  const auto changed = must(Gate::change(first, fresh, kOtherPassword));
  EXPECT_FALSE(changed.session.has_device_key);
  must(log_in("worker.one", kOtherPassword));  // no phone is asked for
  must(enrol(changed, worker.account, other));
}

// security: SE3
TEST_F(Device, what_a_phone_may_keep_is_told_by_what_happened_since) {
  const auto worker = enrolled("worker.one", phone);
  auto told = worker.entered_at;
  EXPECT_EQ(keep(phone, told), DeviceKeep::all);
  must(log_out(worker.opened.token));
  EXPECT_EQ(keep(phone, told), DeviceKeep::all) << "just an ended session";

  move(worker.account);  // in the same millisecond
  EXPECT_EQ(keep(phone, told), DeviceKeep::key);
  const auto moved = must(come("worker.one", phone));
  told = *moved.session.device_entered_at;
  EXPECT_EQ(keep(phone, told), DeviceKeep::all);
  EXPECT_EQ(keep(phone, worker.entered_at), DeviceKeep::key);

  // A new password, on this phone: it goes on, what it had read before is not asked about.
  const auto changed = must(Gate::change(moved, kGoodPassword, kOtherPassword));
  EXPECT_EQ(keep(phone, told), DeviceKeep::key) << "as another phone sees it";
  EXPECT_EQ(keep(phone, *changed.session.device_entered_at), DeviceKeep::all);
  EXPECT_EQ(gate->find(changed.token)->device_entered_at, changed.session.device_entered_at);
  reopen();
  EXPECT_EQ(keep(phone, told), DeviceKeep::key) << "also after a restart";

  change(worker.account, [&](store::Rows& rows) {
    close_credential(rows, worker.account);
    return ok();
  });
  EXPECT_EQ(keep(phone, clock.now()), DeviceKeep::nothing);
}

// security: AU2
TEST_F(Device, who_becomes_an_officer_brings_no_phone_along) {
  const auto worker = enrolled("worker.one", phone);
  move(worker.account, Role::community_officer);
  EXPECT_EQ(keep(phone, worker.entered_at), DeviceKeep::nothing);
  must(log_in("worker.one", kGoodPassword));  // no phone is asked for, and none opens
}

// security: SE3
TEST_F(Device, a_clock_that_is_set_back_hides_no_change_of_rights) {
  const auto worker = enrolled("worker.one", phone);
  clock.set_wall_clock(-kHour);
  move(worker.account);
  EXPECT_EQ(keep(phone, worker.entered_at), DeviceKeep::key);
  const auto back = must(come("worker.one", phone));
  EXPECT_EQ(keep(phone, *back.session.device_entered_at), DeviceKeep::all);
}

TEST_F(Device, a_change_of_rights_ends_a_code_for_another_phone) {
  const auto worker = enrolled("worker.one", phone);
  const auto made = must(code(worker.opened));
  move(worker.account);
  EXPECT_EQ(error_of(show("worker.one", {}, kGoodPassword, made.code)), "code_wrong");
}

// security: AU4
TEST_F(Device, asking_about_phones_that_are_not_there_is_slowed_down) {
  const auto worker = enrolled("worker.one", phone);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(keep(phone, worker.entered_at), DeviceKeep::all);
  for (int i = 0; i <= rules.address_failures_free; ++i) {
    EXPECT_EQ(keep(other, 0), DeviceKeep::nothing);
  }
  EXPECT_EQ(error_of(gate->device_state(other.id(), 0, "192.0.2.9")), "too_many_requests");
  EXPECT_EQ(error_of(gate->device_state(phone.id(), 0, "192.0.2.8")), "ok");
}

TEST_F(Device, the_list_says_which_phone_is_this) {
  const auto worker = enrolled("worker.one", phone);
  clock.advance(kHour);
  must(enrol(must(show("worker.one", {}, kGoodPassword, must(code(worker.opened)).code)),
             worker.account, other));
  clock.advance(kHour);
  const auto second = must(come("worker.one", other));
  const auto list = must(gate->devices(second.token));
  EXPECT_EQ(list.most, rules.device_keys_most);
  ASSERT_EQ(list.devices.size(), 2u);
  EXPECT_EQ(list.devices[0].key, phone.id());
  EXPECT_FALSE(list.devices[0].is_this);
  EXPECT_EQ(list.devices[0].since, worker.entered_at);
  EXPECT_EQ(list.devices[0].last_used, worker.entered_at + kHour);
  EXPECT_EQ(list.devices[1].key, other.id());
  EXPECT_TRUE(list.devices[1].is_this);
  EXPECT_EQ(list.devices[1].last_used, clock.now());
  const auto stranger = open_ready("worker.two");
  static_cast<void>(stranger);
  EXPECT_TRUE(must(gate->devices(must(log_in("worker.two", kGoodPassword)).token)).devices.empty());
  EXPECT_EQ(error_of(gate->devices("no token")), "login_required");
}

TEST_F(Device, a_key_that_was_not_written_is_not_there) {
  const auto account = open_ready("worker.one");
  const auto opened = must(log_in("worker.one", kGoodPassword));
  writer_full = true;
  EXPECT_EQ(error_of(enrol(opened, account, phone)), "queue_full");
  writer_full = false;
  EXPECT_FALSE(gate->find(opened.token)->has_device_key);
  EXPECT_EQ(keep(phone, clock.now()), DeviceKeep::nothing);
  must(enrol(opened, account, phone));
}

}  // namespace
}  // namespace wangdi::access::testing
