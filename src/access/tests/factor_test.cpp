// SPDX-License-Identifier: Apache-2.0
// The second factor: enrolling it, logging in with it, losing it, and proving again who is there.
#include <algorithm>
#include <fstream>
#include <set>

#include "access/second_factor.hpp"
#include "access/tests/fixture.hpp"

namespace wangdi::access::testing {
namespace {

class Factor : public Gate {
 protected:
  struct Enrolled {
    AccountId account;
    Opened opened;
    std::string secret;
    std::vector<std::string> recovery_codes;
  };
  Enrolled enrol(const std::string& name, Role role = Role::community_officer) {
    const auto account = open_ready(name, role);
    auto opened = must(log_in(name, kGoodPassword));
    const auto offered = must(offer(opened));
    auto codes = must(confirm(opened, code_of(offered.secret)));
    clock.advance(31 * kSecond);  // that code is used up
    return {account, std::move(opened), offered.secret, std::move(codes)};
  }
  void require_of_officers() {
    rules.officer.needs_factor = true;
    reopen();
  }
};

// security: AU2
TEST_F(Factor, who_must_have_one_can_do_nothing_else_before) {
  require_of_officers();
  open_ready("officer.one", Role::community_officer);
  open_ready("worker.one", Role::grid_worker);
  EXPECT_FALSE(must(log_in("worker.one", kGoodPassword)).session.must_enrol_factor);
  const auto opened = must(log_in("officer.one", kGoodPassword));
  EXPECT_TRUE(opened.session.must_enrol_factor);
  EXPECT_TRUE(gate->find(opened.token)->must_enrol_factor);

  const auto offered = must(offer(opened));
  EXPECT_EQ(offered.uri,
            "otpauth://totp/Wangdi:worker.one?secret=" + offered.secret + "&issuer=Wangdi");
  EXPECT_TRUE(gate->find(opened.token)->must_enrol_factor) << "an offer is no factor yet";
  const auto codes = must(confirm(opened, code_of(offered.secret)));
  EXPECT_EQ(codes.size(), kRecoveryCodes);
  EXPECT_EQ(std::set(codes.begin(), codes.end()).size(), kRecoveryCodes);
  EXPECT_TRUE(gate->find(opened.token)->has_factor);
  EXPECT_FALSE(gate->find(opened.token)->must_enrol_factor);
  reopen();
  EXPECT_TRUE(gate->find(opened.token)->has_factor) << "also after a restart";
}

// security: AU2
TEST_F(Factor, a_code_opens_once_in_its_window) {
  const auto officer = enrol("officer.one");
  EXPECT_EQ(error_of(log_in("officer.one", kGoodPassword)), "code_required");
  const auto code = code_of(officer.secret);
  EXPECT_TRUE(must(log_in_with_code("officer.one", code)).session.has_factor);
  EXPECT_EQ(error_of(log_in_with_code("officer.one", code)), "code_wrong") << "used";
  EXPECT_EQ(error_of(log_in_with_code("officer.one", code_of(officer.secret, -1))), "code_wrong")
      << "older than one that was used";
  must(log_in_with_code("officer.one", code_of(officer.secret, 1)));
  clock.advance(5 * kMinute);
  EXPECT_EQ(error_of(log_in_with_code("officer.one", code_of(officer.secret, -2))), "code_wrong");
  EXPECT_EQ(error_of(log_in_with_code("officer.one", code_of(officer.secret, 2))), "code_wrong");
  must(log_in_with_code("officer.one", code_of(officer.secret, -1)));
}

// security: AU2
TEST_F(Factor, of_two_at_once_with_one_code_one_gets_in) {
  const auto officer = enrol("officer.one");
  const auto code = code_of(officer.secret);
  std::vector<std::future<Result<Opened>>> both;
  for (int i = 0; i < 2; ++i) {
    both.push_back(
        std::async(std::launch::async, [&] { return log_in_with_code("officer.one", code); }));
  }
  std::vector<std::string> ends;
  for (auto& one : both) ends.push_back(error_of(one.get()));
  std::ranges::sort(ends);
  EXPECT_EQ(ends, (std::vector<std::string>{"code_wrong", "ok"}));
}

// security: AU3
TEST_F(Factor, a_wrong_password_says_nothing_about_a_factor) {
  const auto officer = enrol("officer.one");
  EXPECT_EQ(error_of(log_in("officer.one", kOtherPassword)), "login_failed");
  EXPECT_EQ(error_of(log_in_with_code("officer.one", code_of(officer.secret), kOtherPassword)),
            "login_failed");
  must(log_in_with_code("officer.one", code_of(officer.secret)));  // it was not used up by that
}

// security: AU4
TEST_F(Factor, guessing_codes_is_slowed_down_like_guessing_passwords) {
  const auto officer = enrol("officer.one");
  for (int i = 0; i <= rules.failures_free; ++i) {
    EXPECT_EQ(error_of(log_in_with_code("officer.one", "000000")), "code_wrong");
  }
  EXPECT_EQ(error_of(log_in_with_code("officer.one", code_of(officer.secret))), "login_delayed");
}

TEST_F(Factor, a_recovery_code_opens_once) {
  const auto officer = enrol("officer.one");
  auto typed = officer.recovery_codes.front();
  std::ranges::transform(typed, typed.begin(),
                         [](char c) { return c == '-' ? ' ' : std::tolower(c); });
  must(log_in_with_code("officer.one", typed));
  EXPECT_EQ(error_of(log_in_with_code("officer.one", officer.recovery_codes.front())),
            "code_wrong");
  must(log_in_with_code("officer.one", officer.recovery_codes.back()));
  EXPECT_EQ(gate->counters().recovery_codes_used.load(), 2u);
}

TEST_F(Factor, a_new_phone_needs_a_code_of_the_old_one_and_ends_it) {
  const auto officer = enrol("officer.one");
  EXPECT_EQ(error_of(offer(officer.opened)), "code_required");
  EXPECT_EQ(error_of(offer(officer.opened, kOtherPassword, code_of(officer.secret))),
            "login_failed");
  const auto offered = must(offer(officer.opened, kGoodPassword, code_of(officer.secret)));
  clock.advance(31 * kSecond);
  must(log_in_with_code("officer.one", code_of(officer.secret)));  // it holds until confirmed
  must(confirm(officer.opened, code_of(offered.secret)));
  clock.advance(31 * kSecond);
  EXPECT_EQ(error_of(log_in_with_code("officer.one", code_of(officer.secret))), "code_wrong");
  EXPECT_EQ(error_of(log_in_with_code("officer.one", officer.recovery_codes.front())),
            "code_wrong");
  must(log_in_with_code("officer.one", code_of(offered.secret)));
}

TEST_F(Factor, an_offer_takes_its_first_code_in_time_only) {
  open_ready("officer.one", Role::community_officer);
  const auto opened = must(log_in("officer.one", kGoodPassword));
  EXPECT_EQ(error_of(confirm(opened, "123456")), "factor_not_begun");
  const auto first = must(offer(opened));
  const auto second = must(offer(opened));
  EXPECT_NE(first.secret, second.secret);
  EXPECT_EQ(error_of(confirm(opened, code_of(first.secret))), "code_wrong");
  clock.advance(rules.factor_offer_ms);
  EXPECT_EQ(error_of(confirm(opened, code_of(second.secret))), "factor_not_begun");
}

// security: SE3
TEST_F(Factor, enrolling_ends_the_other_sessions) {
  open_ready("officer.one", Role::community_officer);
  const auto other = must(log_in("officer.one", kGoodPassword));
  const auto own = must(log_in("officer.one", kGoodPassword));
  const auto offered = must(offer(own));
  must(confirm(own, code_of(offered.secret)));
  EXPECT_FALSE(gate->find(other.token));
  EXPECT_TRUE(gate->find(own.token));
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(stored_sessions(), 1u);
}

// security: AU5
TEST_F(Factor, a_reset_ends_factor_and_recovery_codes) {
  const auto officer = enrol("officer.one");
  SecretMacs macs(hmac(1));
  crypto::Random random;
  const auto fresh = make_first_secret(random);
  must(run([&](store::Rows& rows) {
    reset_credential(rows, officer.account, macs.first_secret(officer.account, fresh), clock.now());
    return ok();
  }));
  gate->end_sessions_of(officer.account);
  const auto first = must(log_in("officer.one", fresh));  // no code is asked for
  const auto changed = must(change(first, fresh, kOtherPassword));
  EXPECT_FALSE(changed.session.has_factor);
  const auto again = log_in("officer.one", kOtherPassword);
  EXPECT_EQ(error_of(again), "ok");
}

// security: AU1
TEST_F(Factor, who_has_or_must_have_one_may_choose_a_shorter_password) {
  constexpr std::string_view kEight = "tram 41!";
  const auto worker = open_ready("worker.one");
  static_cast<void>(worker);
  auto opened = must(log_in("worker.one", kGoodPassword));
  EXPECT_EQ(error_of(change(opened, kGoodPassword, kEight)), "password_too_short");
  const auto offered = must(offer(opened));
  must(confirm(opened, code_of(offered.secret)));
  const auto changed = must(change(opened, kGoodPassword, kEight));
  EXPECT_TRUE(changed.session.has_factor);
  require_of_officers();
  open_ready("officer.one", Role::community_officer);
  opened = must(log_in("officer.one", kGoodPassword));
  must(change(opened, kGoodPassword, kEight));
}

// security: SE5
TEST_F(Factor, a_proof_is_fresh_for_a_while) {
  const auto officer = enrol("officer.one");
  const auto opened = must(log_in_with_code("officer.one", code_of(officer.secret)));
  EXPECT_TRUE(gate->find(opened.token)->actor.is_fresh) << "a log-in is a proof";
  clock.advance(rules.fresh_proof_ms);
  EXPECT_FALSE(gate->find(opened.token)->actor.is_fresh);
  EXPECT_EQ(error_of(prove(opened, std::string(kGoodPassword), {})), "code_required");
  EXPECT_EQ(error_of(prove(opened, {}, "000000")), "code_wrong");
  const auto code = code_of(officer.secret);
  must(prove(opened, {}, code));
  EXPECT_TRUE(gate->find(opened.token)->actor.is_fresh);
  EXPECT_EQ(error_of(prove(opened, {}, code)), "code_wrong") << "a stale proof";
  reopen();
  EXPECT_FALSE(gate->find(opened.token)->actor.is_fresh) << "not over a restart";
}

// security: SE5
TEST_F(Factor, without_one_the_password_proves) {
  open_ready("worker.one");
  const auto opened = must(log_in("worker.one", kGoodPassword));
  clock.advance(rules.fresh_proof_ms);
  EXPECT_EQ(error_of(prove(opened, std::string(kOtherPassword), {})), "login_failed");
  must(prove(opened, std::string(kGoodPassword), {}));
  EXPECT_TRUE(gate->find(opened.token)->actor.is_fresh);
}

// security: SE1
TEST_F(Factor, the_database_holds_no_secret_and_no_recovery_code) {
  const auto officer = enrol("officer.one");
  const auto raw = from_base32(officer.secret);
  std::vector<std::string> texts = {officer.secret, {raw.begin(), raw.end()}};
  texts.insert(texts.end(), officer.recovery_codes.begin(), officer.recovery_codes.end());
  for (const auto* end : {"", "-wal"}) {
    std::ifstream file(database() + end, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    for (const auto& text : texts) EXPECT_EQ(bytes.find(text), std::string::npos);
  }
}

TEST_F(Factor, a_secret_moved_to_another_account_opens_nothing) {
  const auto officer = enrol("officer.one");
  const auto other = open_ready("officer.two", Role::community_officer);
  must(run([&](store::Rows& rows) {
    auto row = *rows.find(kSecondFactor, {kNation, officer.account});
    row.account = other;
    rows.put(kSecondFactor, std::move(row));
    return ok();
  }));
  EXPECT_EQ(error_of(log_in_with_code("officer.two", code_of(officer.secret))), "vault_unreadable");
}

}  // namespace
}  // namespace wangdi::access::testing
