// SPDX-License-Identifier: Apache-2.0
// API tokens at the gate: found by their secret alone, counted, ended.
#include "access/tokens.hpp"

#include <fstream>

#include "access/tests/fixture.hpp"

namespace wangdi::access::testing {
namespace {

class Programs : public Gate {
 protected:
  crypto::Random random;

  static TokenId id_of(std::uint8_t number) {
    TokenId id;
    id.value.bytes[15] = number;
    return id;
  }
  // A token of the account, good for a day; its secret.
  std::string made(AccountId account, std::uint8_t number) {
    const auto token = make_token(random);
    must(run([&](store::Rows& rows) {
      TokenRow row;
      row.account = account;
      row.token = id_of(number);
      row.key = key_of_api_token(token);
      row.role = Role::county_officer;
      row.uses = uses().bits();
      row.ends_at = clock.now() + 24 * kHour;
      put_token(rows, std::move(row));
      return ok();
    }));
    must(gate->reload(connection(), account));
    return token;
  }
  static TokenUses uses() {
    TokenUses uses;
    uses.add(TokenUse::figures);
    return uses;
  }
};

// security: TK1
TEST_F(Programs, a_secret_is_random_and_stored_nowhere) {
  const auto owner = open_ready("owner", Role::county_officer);
  const auto bearer = made(owner, 1);
  EXPECT_EQ(bearer.size(), 7u + 64u);
  EXPECT_TRUE(bearer.starts_with("wangdi_"));
  EXPECT_NE(made(owner, 2), bearer);
  const auto actor = must(gate->find_program(bearer));
  EXPECT_EQ(actor.account, owner);
  EXPECT_EQ(actor.role, Role::county_officer);
  ASSERT_TRUE(actor.token);
  EXPECT_EQ(actor.token->id, id_of(1));
  EXPECT_TRUE(actor.token->uses.contains(TokenUse::figures));
  EXPECT_FALSE(actor.token->uses.contains(TokenUse::places));
  EXPECT_FALSE(actor.is_fresh);
  for (const auto* end : {"", "-wal"}) {
    std::ifstream file(database() + end, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(bytes.find(bearer), std::string::npos) << end;
    EXPECT_EQ(bytes.find(bearer.substr(7)), std::string::npos) << end;
  }
}

// security: TK1
TEST_F(Programs, what_is_no_living_token_finds_nobody) {
  const auto owner = open_ready("owner", Role::county_officer);
  auto bearer = made(owner, 1);
  for (const std::string& wrong : {std::string(), std::string("wangdi_"), bearer.substr(1),
                                   bearer + "0", std::string(71, 'a'), std::string(1 << 20, 'a')}) {
    EXPECT_EQ(error_of(gate->find_program(wrong)), "token_invalid");
  }
  auto changed = bearer;
  changed.back() = changed.back() == '0' ? '1' : '0';
  EXPECT_EQ(error_of(gate->find_program(changed)), "token_invalid");
  // A session's token is none.
  const auto opened = must(log_in("owner", kGoodPassword));
  EXPECT_EQ(error_of(gate->find_program(opened.token)), "token_invalid");
  EXPECT_FALSE(gate->find(bearer));
}

// security: TK1
TEST_F(Programs, it_ends_with_its_time_and_when_its_row_is_gone) {
  const auto owner = open_ready("owner", Role::county_officer);
  const auto first = made(owner, 1);
  const auto second = made(owner, 2);
  clock.advance(24 * kHour - 1);
  must(gate->find_program(first));
  must(run([&](store::Rows& rows) {
    EXPECT_TRUE(erase_token(rows, owner, id_of(1)));
    EXPECT_FALSE(erase_token(rows, owner, id_of(9)));
    return ok();
  }));
  must(gate->reload(connection(), owner));
  EXPECT_EQ(error_of(gate->find_program(first)), "token_invalid");
  must(gate->find_program(second));
  // A wall clock that is set back lengthens nothing.
  clock.set_wall_clock(-48 * kHour);
  clock.advance(1);
  EXPECT_EQ(error_of(gate->find_program(second)), "token_invalid");
}

// security: TK2
TEST_F(Programs, a_close_and_a_reset_end_all_of_the_account) {
  for (const bool closes : {true, false}) {
    const auto name = closes ? "closed" : "reset";
    const auto owner = open_ready(name, Role::county_officer);
    const auto other = open_ready(std::string(name) + ".other", Role::county_officer);
    const auto bearer = made(owner, 1);
    const auto kept = made(other, 2);
    must(run([&](store::Rows& rows) {
      if (closes) {
        close_credential(rows, owner);
      } else {
        reset_credential(rows, owner, {}, clock.now());
      }
      return ok();
    }));
    must(gate->reload(connection(), owner));
    EXPECT_EQ(error_of(gate->find_program(bearer)), "token_invalid") << name;
    must(gate->find_program(kept));
  }
}

TEST_F(Programs, requests_of_a_minute_are_counted_per_token) {
  const auto owner = open_ready("owner", Role::county_officer);
  const auto bearer = made(owner, 1);
  const auto other = made(owner, 2);
  for (int i = 0; i < rules.token_requests_per_minute; ++i) must(gate->find_program(bearer));
  const auto refused = gate->find_program(bearer);
  EXPECT_EQ(error_of(refused), "too_many_requests");
  EXPECT_EQ(refused.error().details().front().name, "seconds");
  must(gate->find_program(other));
  clock.advance(kMinute);
  must(gate->find_program(bearer));
}

TEST_F(Programs, a_restart_keeps_tokens_and_the_hour_of_their_last_use) {
  const auto owner = open_ready("owner", Role::county_officer);
  const auto bearer = made(owner, 1);
  clock.advance(2 * kHour);
  must(gate->find_program(bearer));
  reopen();
  EXPECT_EQ(gate->tokens(), 1u);
  must(gate->find_program(bearer));
  must(run([&](store::Rows& rows) {
    EXPECT_EQ(rows.list(kToken, kNation, owner).front().last_used, clock.now());
    return ok();
  }));
}

}  // namespace
}  // namespace wangdi::access::testing
