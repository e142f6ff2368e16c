// SPDX-License-Identifier: Apache-2.0
// Log-in, sessions, first secrets and changes of password over a real database.
#include <algorithm>
#include <chrono>
#include <fstream>

#include "access/tests/fixture.hpp"
#include "base/hex.hpp"

namespace wangdi::access::testing {
namespace {

TEST_F(Gate, the_right_password_opens_a_session) {
  const auto id = open_ready("worker.one", Role::community_officer);
  const auto opened = must(log_in(" Worker.One", kGoodPassword));
  EXPECT_EQ(opened.token.size(), 64u);
  const auto session = gate->find(opened.token);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->actor.account, id);
  EXPECT_EQ(session->actor.role, Role::community_officer);
  EXPECT_FALSE(session->actor.device.value.is_nil());
  EXPECT_FALSE(session->must_set_password);
  EXPECT_EQ(session->csrf, opened.session.csrf);
  EXPECT_TRUE(same_secret(session->csrf, opened.session.csrf));
  EXPECT_FALSE(gate->find("no such token"));
  // SE2: a new token each time.
  EXPECT_NE(must(log_in("worker.one", kGoodPassword)).token, opened.token);
}

// security: AU3
TEST_F(Gate, unknown_wrong_and_closed_cost_the_same_and_say_the_same) {
  open_ready("worker.one");
  const auto closed = open_ready("worker.two");
  must(run([&](store::Rows& rows) {
    close_credential(rows, closed);
    return ok();
  }));
  open("worker.new");
  const auto fresh_secret = secret;
  std::string texts;
  for (const std::string name : {"nobody", "worker.one", "worker.two", "worker.new"}) {
    const auto before = gate->counters().hashes.load();
    const auto result = log_in(name, kOtherPassword);
    EXPECT_EQ(error_of(result), "login_failed") << name;
    EXPECT_TRUE(result.error().details().empty() && result.error().fields().empty()) << name;
    EXPECT_EQ(gate->counters().hashes.load() - before, 1u) << name;
  }
  // The right one costs no more either.
  const auto before = gate->counters().hashes.load();
  must(log_in("worker.one", kGoodPassword));
  must(log_in("worker.new", fresh_secret));
  EXPECT_EQ(gate->counters().hashes.load() - before, 2u);
}

// security: AU3
TEST_F(Gate, medians_of_unknown_wrong_and_closed_are_alike) {
  rules.cost = {1, 1u << 20};
  rules.failures_free = rules.address_failures_free = 1'000'000;
  reopen();
  open_ready("worker.one");
  const auto closed = open_ready("worker.two");
  must(run([&](store::Rows& rows) {
    close_credential(rows, closed);
    return ok();
  }));
  const std::array<std::string, 3> names = {"nobody", "worker.one", "worker.two"};
  double spread = 1;
  // Taken in turn, so that a busy machine slows all three; a few tries against chance.
  for (int round = 0; round < 5 && spread > 0.1; ++round) {
    std::array<std::vector<std::int64_t>, 3> times;
    for (int i = 0; i < 100; ++i) {
      for (std::size_t which = 0; which < names.size(); ++which) {
        const auto start = std::chrono::steady_clock::now();
        static_cast<void>(log_in(names[which], kOtherPassword));
        times[which].push_back((std::chrono::steady_clock::now() - start).count());
      }
    }
    std::array<double, 3> medians{};
    for (std::size_t which = 0; which < names.size(); ++which) {
      std::ranges::nth_element(times[which], times[which].begin() + 50);
      medians[which] = static_cast<double>(times[which][50]);
    }
    const auto [least, most] = std::ranges::minmax(medians);
    spread = (most - least) / least;
  }
  EXPECT_LE(spread, 0.1);
}

// security: AU4
TEST_F(Gate, a_hundred_failures_of_strangers_do_not_lock_the_owner_out) {
  open_ready("worker.one");
  const auto mark = must(log_in("worker.one", kGoodPassword)).device_mark;
  int delayed = 0;
  for (int i = 0; i < 100; ++i) {
    const auto address = "198.51.100." + std::to_string(i % 10);
    delayed += error_of(log_in("worker.one", kOtherPassword, {}, address)) == "login_delayed";
  }
  EXPECT_EQ(delayed, 94);  // the sixth failure begins the delay
  // The owner's browser enters, even from the strangers' own network.
  must(log_in("worker.one", kGoodPassword, mark, "198.51.100.3"));
  // An unknown browser waits, also with the right password; then it may.
  const auto refused = log_in("worker.one", kGoodPassword);
  EXPECT_EQ(error_of(refused), "login_delayed");
  EXPECT_EQ(refused.error().details().front().value, "1");
  clock.advance(kSecond);
  must(log_in("worker.one", kGoodPassword));
}

// security: AU4
TEST_F(Gate, a_known_browser_has_delays_of_its_own) {
  open_ready("worker.one");
  open_ready("worker.two");
  const auto mark = must(log_in("worker.one", kGoodPassword)).device_mark;
  for (int i = 0; i < 6; ++i) static_cast<void>(log_in("worker.one", kOtherPassword, mark));
  EXPECT_EQ(error_of(log_in("worker.one", kGoodPassword, mark)), "login_delayed");
  must(log_in("worker.one", kGoodPassword));
  // The mark of one account gives no count of its own for guessing at another.
  for (int i = 0; i < 6; ++i) static_cast<void>(log_in("worker.two", kOtherPassword));
  EXPECT_EQ(error_of(log_in("worker.two", kOtherPassword, mark)), "login_delayed");
}

TEST_F(Gate, one_address_guessing_at_many_names_is_slowed_down) {
  for (int i = 0; i < 31; ++i) {
    EXPECT_EQ(error_of(log_in("name" + std::to_string(i), kOtherPassword)), "login_failed") << i;
  }
  EXPECT_EQ(error_of(log_in("name99", kOtherPassword)), "login_delayed");
  EXPECT_EQ(error_of(log_in("name99", kOtherPassword, {}, "203.0.113.9")), "login_failed");
}

// security: AU5
TEST_F(Gate, a_first_secret_opens_one_session_that_can_only_set_a_password) {
  open("worker.one");
  const auto first = must(log_in("worker.one", secret));
  EXPECT_TRUE(first.session.must_set_password);
  EXPECT_TRUE(gate->find(first.token)->must_set_password);
  EXPECT_EQ(error_of(log_in("worker.one", secret)), "first_secret_used_up");
  EXPECT_EQ(error_of(change(first, "wrong", kGoodPassword)), "login_failed");
  EXPECT_EQ(error_of(change(first, secret, "short")), "password_too_short");
  EXPECT_EQ(error_of(change(first, secret, "worker.one worker.one")), "password_too_common");
  EXPECT_EQ(error_of(change(first, secret, secret)), "password_unchanged");
  const auto own = must(change(first, secret, kGoodPassword));
  EXPECT_FALSE(own.session.must_set_password);
  EXPECT_FALSE(gate->find(first.token));
  EXPECT_TRUE(gate->find(own.token));
  EXPECT_EQ(error_of(log_in("worker.one", secret)), "login_failed");
  must(log_in("worker.one", kGoodPassword));
}

// security: AU5
TEST_F(Gate, a_first_secret_dies_after_a_day) {
  open("worker.one");
  clock.advance(24 * kHour - 1);
  const auto in_time = must(log_in("worker.one", secret));
  EXPECT_TRUE(in_time.session.must_set_password);
  open("worker.two");
  clock.advance(24 * kHour);
  const auto late = log_in("worker.two", secret);
  EXPECT_EQ(error_of(late), "first_secret_used_up");
  EXPECT_EQ(late.error().details().front().value, "24");
  // The session it opened does not live on either.
  EXPECT_FALSE(gate->find(in_time.token));
}

// security: AU5
TEST_F(Gate, a_fresh_installation_has_no_account) {
  for (const auto* name : {"admin", "administrator", "root", "wangdi", "system"}) {
    for (const auto* password : {"", "admin", "password", "wangdi"}) {
      EXPECT_NE(error_of(log_in(name, password)), "ok") << name;
    }
  }
  EXPECT_EQ(gate->sessions(), 0u);
}

// security: SE2
TEST_F(Gate, sessions_end_when_idle_and_in_any_case_after_their_time) {
  struct Case {
    Role role;
    std::int64_t idle, total;
  };
  const Case cases[] = {{Role::grid_worker, 12 * kHour, 30 * 24 * kHour},
                        {Role::community_officer, 30 * kMinute, 12 * kHour},
                        {Role::township_officer, 30 * kMinute, 12 * kHour},
                        {Role::county_officer, 30 * kMinute, 12 * kHour},
                        {Role::higher_officer, 30 * kMinute, 12 * kHour},
                        {Role::system_administrator, 15 * kMinute, 8 * kHour}};
  int number = 0;
  for (const auto& [role, idle, total] : cases) {
    const auto name = "worker." + std::to_string(++number);
    open_ready(name, role);
    const auto idle_one = must(log_in(name, kGoodPassword));
    clock.advance(idle - 1);
    ASSERT_TRUE(gate->find(idle_one.token)) << name;
    clock.advance(idle);
    EXPECT_FALSE(gate->find(idle_one.token)) << name;

    const auto busy_one = must(log_in(name, kGoodPassword));
    const auto start = clock.now();
    while (clock.now() + idle / 2 < start + total) {
      clock.advance(idle / 2);
      ASSERT_TRUE(gate->find(busy_one.token)) << name;
    }
    EXPECT_EQ(gate->find(busy_one.token)->expires_at, start + total) << name;
    clock.advance(start + total - clock.now());
    EXPECT_FALSE(gate->find(busy_one.token)) << name;
  }
  gate->sweep();
  EXPECT_EQ(gate->sessions(), 0u);
  EXPECT_EQ(stored_sessions(), 0u);
}

TEST_F(Gate, a_restart_keeps_sessions_and_their_last_use) {
  open_ready("worker.one", Role::community_officer);
  const auto opened = must(log_in("worker.one", kGoodPassword));
  clock.advance(29 * kMinute);
  ASSERT_TRUE(gate->find(opened.token));
  reopen();
  clock.advance(29 * kMinute);
  const auto session = gate->find(opened.token);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->csrf, opened.session.csrf);
  EXPECT_EQ(session->actor.device, opened.session.actor.device);
}

// fault: F6
TEST_F(Gate, a_wall_clock_that_jumps_ends_no_session_and_lengthens_none) {
  constexpr std::int64_t kDay = 24 * kHour;
  for (const auto jump : {kDay, -kDay}) {
    clock.set_wall_clock(0);
    const auto name = jump > 0 ? "worker.one" : "worker.two";
    open_ready(name, Role::community_officer);
    const auto opened = must(log_in(name, kGoodPassword));
    clock.set_wall_clock(jump);
    gate->sweep();
    const auto session = gate->find(opened.token);
    ASSERT_TRUE(session) << jump;
    EXPECT_EQ(session->expires_at - clock.now(), 30 * kMinute) << "told by the clock of now";
    clock.advance(30 * kMinute);
    EXPECT_FALSE(gate->find(opened.token)) << jump;
  }
}

// fault: F6
TEST_F(Gate, a_session_written_under_a_clock_that_was_ahead_is_not_longer_after_a_restart) {
  open_ready("worker.one", Role::community_officer);
  clock.set_wall_clock(24 * kHour);
  reopen();
  const auto opened = must(log_in("worker.one", kGoodPassword));
  clock.set_wall_clock(0);
  reopen();
  ASSERT_TRUE(gate->find(opened.token));
  clock.advance(30 * kMinute);
  EXPECT_FALSE(gate->find(opened.token));
}

// security: SE3
TEST_F(Gate, a_new_password_ends_all_other_sessions) {
  open_ready("worker.one");
  const auto phone = must(log_in("worker.one", kGoodPassword));
  const auto desk = must(log_in("worker.one", kGoodPassword));
  EXPECT_EQ(error_of(change(desk, "wrong", kOtherPassword)), "login_failed");
  EXPECT_EQ(error_of(change(desk, kGoodPassword, kGoodPassword)), "password_unchanged");
  EXPECT_EQ(error_of(change(desk, kGoodPassword, "123456789012345")), "password_too_common");
  EXPECT_TRUE(gate->find(phone.token));
  const auto renewed = must(change(desk, kGoodPassword, kOtherPassword));
  EXPECT_FALSE(gate->find(phone.token));
  EXPECT_FALSE(gate->find(desk.token));
  EXPECT_TRUE(gate->find(renewed.token));
  EXPECT_EQ(ended, 2);
  EXPECT_EQ(stored_sessions(), 1u);
  EXPECT_EQ(error_of(log_in("worker.one", kGoodPassword)), "login_failed");
  must(log_in("worker.one", kOtherPassword));
  EXPECT_EQ(error_of(change(desk, kOtherPassword, kGoodPassword)), "login_required");
}

TEST_F(Gate, a_stolen_session_cannot_guess_the_password) {
  open_ready("worker.one");
  const auto opened = must(log_in("worker.one", kGoodPassword));
  for (int i = 0; i < 6; ++i) static_cast<void>(change(opened, "wrong", kOtherPassword));
  EXPECT_EQ(error_of(change(opened, kGoodPassword, kOtherPassword)), "login_delayed");
}

// security: SE3
TEST_F(Gate, ending_an_account_ends_its_sessions_only) {
  const auto one = open_ready("worker.one");
  open_ready("worker.two");
  const auto first = must(log_in("worker.one", kGoodPassword));
  const auto second = must(log_in("worker.two", kGoodPassword));
  gate->end_sessions_of(one);
  EXPECT_FALSE(gate->find(first.token));
  EXPECT_TRUE(gate->find(second.token));
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(stored_sessions(), 1u);
}

TEST_F(Gate, who_lost_the_account_meanwhile_does_not_enter) {
  const auto id = open_ready("worker.one");
  accounts.erase(id);
  EXPECT_EQ(error_of(log_in("worker.one", kGoodPassword)), "login_failed");
  EXPECT_EQ(gate->sessions(), 0u);
}

TEST_F(Gate, logging_out_ends_the_session_and_its_row) {
  open_ready("worker.one");
  const auto opened = must(log_in("worker.one", kGoodPassword));
  must(log_out(opened.token));
  EXPECT_FALSE(gate->find(opened.token));
  EXPECT_EQ(stored_sessions(), 0u);
  must(log_out(opened.token));
}

TEST_F(Gate, a_full_writer_loses_no_end_of_a_session) {
  open_ready("worker.one");
  const auto opened = must(log_in("worker.one", kGoodPassword));
  writer_full = true;
  EXPECT_EQ(error_of(log_out(opened.token)), "queue_full");
  EXPECT_FALSE(gate->find(opened.token));
  EXPECT_EQ(error_of(log_in("worker.one", kGoodPassword)), "queue_full");
  EXPECT_EQ(gate->sessions(), 0u);
  writer_full = false;
  gate->sweep();
  EXPECT_EQ(stored_sessions(), 0u);
}

TEST_F(Gate, the_twenty_first_session_ends_the_one_used_longest_ago) {
  open_ready("worker.one");
  const auto first = must(log_in("worker.one", kGoodPassword));
  clock.advance(1);
  const auto second = must(log_in("worker.one", kGoodPassword));
  for (int i = 0; i < 19; ++i) must(log_in("worker.one", kGoodPassword));
  EXPECT_FALSE(gate->find(first.token));
  EXPECT_TRUE(gate->find(second.token));
  EXPECT_EQ(gate->sessions(), 20u);
  EXPECT_EQ(stored_sessions(), 20u);
}

TEST_F(Gate, a_hash_of_older_cost_is_made_anew_at_log_in) {
  const auto id = open("worker.one");
  must(run([&](store::Rows& rows) {
    return set_password(rows, id,
                        must(crypto::hash_password(kGoodPassword, {2, rules.cost.memory_bytes})));
  }));
  must(log_in("worker.one", kGoodPassword));
  must(run([&](store::Rows& rows) {
    EXPECT_FALSE(
        crypto::needs_rehash(rows.find(kCredential, {kNation, id})->password_hash, rules.cost));
    return ok();
  }));
  must(log_in("worker.one", kGoodPassword));
}

// security: DO2
TEST_F(Gate, a_flood_of_logins_is_told_to_wait_and_leaves_sessions_alone) {
  rules.cost = {1, 4u << 20};
  rules.failures_free = rules.address_failures_free = 1'000'000;
  reopen();
  open_ready("worker.one");
  const auto opened = must(log_in("worker.one", kGoodPassword));
  constexpr int kAttempts = 500;
  std::atomic<int> answered{0}, busy{0}, failed{0};
  std::promise<void> all;
  for (int i = 0; i < kAttempts; ++i) {
    gate->log_in({"nobody", "x", "", "192.0.2.1", ""}, [&](Result<Opened> result) {
      busy += error_of(result) == "hashing_busy";
      failed += error_of(result) == "login_failed";
      if (++answered == kAttempts) all.set_value();
    });
    EXPECT_TRUE(gate->find(opened.token));
    EXPECT_LE(gate->hashing_waiting(), kHashingQueue);
  }
  all.get_future().wait();
  EXPECT_EQ(busy + failed, kAttempts);
  EXPECT_GT(busy, 0);
}

TEST_F(Gate, stopping_answers_whoever_waits) {
  std::atomic<int> answered{0};
  for (int i = 0; i < 20; ++i) {
    gate->log_in({"nobody", "x", "", "192.0.2." + std::to_string(i), ""},
                 [&](const Result<Opened>&) { ++answered; });
  }
  gate->stop();
  EXPECT_EQ(answered, 20);
}

// security: SE1
TEST_F(Gate, the_database_holds_no_token_password_secret_or_name) {
  open("worker.one");
  const auto first = must(log_in("worker.one", secret));
  const auto opened = must(change(first, secret, kGoodPassword));
  ASSERT_TRUE(gate->find(opened.token));
  std::string bytes;
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream file(database() + suffix, std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  ASSERT_NE(bytes.find("argon2id"), std::string::npos);
  const auto raw = from_hex(opened.token);
  for (const std::string& hidden :
       {opened.token, std::string(raw->begin(), raw->end()), first.token, secret,
        std::string(kGoodPassword), opened.session.csrf, std::string("worker.one")}) {
    EXPECT_EQ(bytes.find(hidden), std::string::npos);
  }
}

}  // namespace
}  // namespace wangdi::access::testing
