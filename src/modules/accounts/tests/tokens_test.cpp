// SPDX-License-Identifier: Apache-2.0
// API tokens through the bus, with real rights and a gatekeeper: made, used, revoked, and never
// beyond what the owner may do now.
#include <gtest/gtest.h>

#include "modules/accounts/tables.hpp"
#include "modules/accounts/tests/fixture.hpp"
#include "modules/accounts/token_messages.hpp"

namespace wangdi::accounts::testing {
namespace {

using access::TokenUse;
using bus::CommandStatus;

constexpr std::string_view kCounty = "320508";
constexpr std::string_view kCommunity = "320508001001";

struct Office : Town {
  Office() {
    county = opened("county", Role::county_officer, kCounty);
    county.is_fresh = true;
  }
  MakeToken making(std::string_view where = kCommunity, std::int32_t days = 30) {
    return {TokenId{harness.id()}, {"统计程序"},  {"每天取数字"},
            {{TokenUse::figures}}, region(where), days};
  }
  bus::Outcome make(const Actor& by, const MakeToken& command) {
    return harness.send(by, command, by.region);
  }
  // Its secret.
  std::string made(const Actor& by, const MakeToken& command) {
    const auto outcome = make(by, command);
    EXPECT_EQ(outcome.status, CommandStatus::applied) << error_of(outcome);
    return must(codec::decode<TokenSecret>(outcome.answer.value_or("{}"))).token_secret;
  }
  std::string found(const std::string& bearer) { return error_of(gate->find_program(bearer)); }
  Tokens list(const Actor& by, const std::string& query = "") {
    return must(codec::decode<Tokens>(must(harness.query(by, "accounts/tokens", query)).bytes));
  }
  static Actor keyboard(Role role) { return access::system_actor(role); }

  Actor county;
};

// security: TK1
TEST(Tokens, one_is_made_shown_once_listed_and_revoked) {
  Office office;
  auto& h = office.harness;
  const auto command = office.making();
  const auto prepared = h.prepare(command, office.county.region);
  const auto first = h.send(office.county, std::vector{prepared}).front();
  ASSERT_TRUE(first.answer) << Town::error_of(first);
  const auto secret = Town::must(codec::decode<TokenSecret>(*first.answer)).token_secret;
  const auto again = h.send(office.county, std::vector{prepared}).front();
  EXPECT_EQ(again.status, CommandStatus::duplicate);
  EXPECT_FALSE(again.answer) << "told once";

  const auto actor = Town::must(office.gate->find_program(secret));
  EXPECT_EQ(actor.account, office.county.account);
  EXPECT_EQ(actor.region, region(kCommunity));
  // The use is written behind what waits already.
  Town::must(h.writer->run_job([](store::Rows&, vault::Writer&) { return ok(); }));
  const auto view = office.list(office.county);
  ASSERT_EQ(view.tokens.size(), 1u);
  const auto& token = view.tokens.items.front();
  EXPECT_EQ(token.name, "统计程序");
  EXPECT_EQ(token.purpose, "每天取数字");
  EXPECT_EQ(token.state, TokenState::in_use);
  EXPECT_EQ(token.expires_at, h.clock.now() + 30 * 86'400'000LL);
  EXPECT_EQ(token.last_used_on, CivilDate::of(h.clock.now(), ZoneOffset{}));
  EXPECT_EQ(view.days_most, 90);

  const auto revoked = h.send(office.county, RevokeToken{office.county.account, command.token},
                              office.county.region);
  EXPECT_EQ(revoked.status, CommandStatus::applied) << Town::error_of(revoked);
  EXPECT_EQ(office.found(secret), "token_invalid");
  EXPECT_EQ(office.list(office.county).tokens.items.front().state, TokenState::revoked);
  EXPECT_TRUE(h.rebuild_differences().empty());
}

// security: TK1, SE5
TEST(Tokens, what_is_refused) {
  Office office;
  const auto& county = office.county;
  const auto error = [&](const Actor& by, const MakeToken& command) {
    const auto outcome = office.make(by, command);
    if (outcome.error && !outcome.error->fields().empty()) {
      const auto& field = outcome.error->fields().front();
      return field.pointer + " " + std::string(error_entry(field.code).name);
    }
    return Town::error_of(outcome);
  };
  EXPECT_EQ(error(county, office.making(kCommunity, 90)), "applied");
  EXPECT_EQ(error(county, office.making(kCommunity, 91)), "/days field_out_of_range");
  EXPECT_EQ(error(county, office.making(kCommunity, 0)), "/days field_out_of_range");
  EXPECT_EQ(error(county, office.making("320571")), "/region region_code_invalid");
  EXPECT_EQ(error(county, office.making("3205")), "/region region_code_invalid");
  EXPECT_EQ(error(county, office.making("320508009")), "/region region_code_invalid");
  auto without = office.making();
  without.uses.items.clear();
  EXPECT_EQ(error(county, without), "/uses field_missing");
  auto stale = county;
  stale.is_fresh = false;
  EXPECT_EQ(error(stale, office.making()), "fresh_proof_required");

  auto program = county;
  program.token = access::TokenGrant{TokenId{office.harness.id()},
                                     access::TokenUses::from_bits(~std::int64_t{0})};
  EXPECT_EQ(error(program, office.making()), "not_found") << "no token makes another";
  const std::pair<Role, std::string_view> others[] = {{Role::grid_worker, "320508001001001"},
                                                      {Role::system_administrator, ""},
                                                      {Role::security_administrator, ""},
                                                      {Role::audit_administrator, ""}};
  for (const auto& [role, where] : others) {
    auto by = office.opened("by" + std::to_string(static_cast<int>(role)), role, where);
    by.is_fresh = true;
    EXPECT_EQ(error(by, office.making(where)), "not_found");
  }
  for (int i = 1; i < 10; ++i) ASSERT_EQ(error(county, office.making()), "applied") << i;
  EXPECT_EQ(error(county, office.making()), "token_many");
  // What ran out makes room.
  office.harness.clock.advance(31 * 86'400'000LL);
  EXPECT_EQ(error(county, office.making()), "applied");
  EXPECT_TRUE(office.harness.rebuild_differences().empty());
}

// security: TK2
TEST(Tokens, a_change_of_the_owners_rights_ends_them) {
  struct Case {
    std::string name;
    std::function<bus::Outcome(Office&)> act;
  };
  const Case cases[] = {
      {"demoted",
       [](Office& office) {
         return office.harness.send(
             Office::keyboard(Role::security_administrator),
             MoveAccount{office.county.account, Role::community_officer, region(kCommunity)},
             office.county.region);
       }},
      {"closed",
       [](Office& office) {
         return office.harness.send(Office::keyboard(Role::system_administrator),
                                    CloseAccount{office.county.account, {"离职"}},
                                    office.county.region);
       }},
      {"reset", [](Office& office) {
         return office.harness.send(Office::keyboard(Role::security_administrator),
                                    ResetAccount{office.county.account}, office.county.region);
       }}};
  for (const auto& [name, act] : cases) {
    Office office;
    const auto secret = office.made(office.county, office.making());
    const auto program = Town::must(office.gate->find_program(secret));
    ASSERT_TRUE(office.gate->find_program(secret)) << name;
    EXPECT_EQ(Town::error_of(act(office)), "applied") << name;
    EXPECT_EQ(office.found(secret), "token_invalid") << name;
    // Also for what was on its way: judged in the write transaction.
    Town::must(office.harness.writer->run_job([&](store::Rows& rows, vault::Writer&) {
      EXPECT_FALSE(office.rights.current(rows, program)) << name;
      return ok();
    }));
    EXPECT_TRUE(office.harness.rebuild_differences().empty()) << name;
  }
}

// security: TK2, AZ2
TEST(Tokens, others_see_and_revoke_only_what_they_may_manage) {
  Office office;
  auto& h = office.harness;
  auto community = office.opened("community", Role::community_officer, kCommunity);
  community.is_fresh = true;
  const auto command = office.making();
  const auto secret = office.made(community, command);
  const auto query = "account=" + community.account.text();
  const auto security = office.opened("security", Role::security_administrator, "");
  const auto neighbour = office.opened("neighbour", Role::county_officer, "320571");
  const auto township = office.opened("township", Role::township_officer, "320508001");
  const auto admin = office.opened("admin", Role::system_administrator, "");
  for (const auto& who : {neighbour, township, admin}) {
    EXPECT_EQ(Town::error_of(h.query(who, "accounts/tokens", query)), "not_found");
    EXPECT_EQ(Town::error_of(
                  h.send(who, RevokeToken{community.account, command.token}, community.region)),
              "not_found");
  }
  EXPECT_EQ(office.list(office.county, query).tokens.size(), 1u);
  EXPECT_EQ(office.list(security, query).tokens.size(), 1u);
  EXPECT_EQ(office.list(security).tokens.size(), 0u);
  EXPECT_EQ(office.found(secret), "ok");
  EXPECT_EQ(Town::error_of(
                h.send(security, RevokeToken{community.account, command.token}, community.region)),
            "applied");
  EXPECT_EQ(office.found(secret), "token_invalid");
}

// security: AZ6
TEST(Administrators, whom_one_writes_down_only_the_other_lets_in) {
  Town town;
  auto& h = town.harness;
  const auto system = town.opened("system", Role::system_administrator, "");
  const auto security = town.opened("security", Role::security_administrator, "");
  const auto id = town.new_id();
  const auto opened = town.open(system, id, "officer", Role::county_officer, kCounty);
  EXPECT_EQ(opened.status, CommandStatus::applied);
  EXPECT_FALSE(opened.answer) << "no first secret for who opened it";
  const auto listed = [&](const Actor& by) {
    const auto page = Town::must(
        codec::decode<Accounts>(Town::must(h.query(by, "accounts", "region=320508")).bytes));
    return page.rows.items.front();
  };
  EXPECT_EQ(listed(security).awaits_first_secret, true);
  EXPECT_EQ(Town::error_of(h.send(system, ResetAccount{id}, region(kCounty))), "not_found");
  const auto let_in = h.send(security, ResetAccount{id}, region(kCounty));
  ASSERT_TRUE(let_in.answer) << Town::error_of(let_in);
  EXPECT_FALSE(listed(security).awaits_first_secret);
  const auto secret = Town::must(codec::decode<FirstSecret>(*let_in.answer)).first_secret;
  EXPECT_TRUE(Town::must(town.log_in("officer", secret)).session.must_set_password);
  EXPECT_TRUE(h.rebuild_differences().empty());
}

// security: AZ6
TEST(Administrators, none_becomes_another_and_none_deals_with_another) {
  Town town;
  auto& h = town.harness;
  const Role kinds[] = {Role::system_administrator, Role::security_administrator,
                        Role::audit_administrator};
  std::map<Role, Actor> people;
  for (const auto role : kinds) {
    people[role] = town.opened("admin" + std::to_string(static_cast<int>(role)), role, "");
  }
  const auto worker = town.opened("worker", Role::grid_worker, "320508001001001");
  for (const auto by : kinds) {
    for (const auto whom : kinds) {
      if (by == whom) continue;
      const auto id = people[whom].account;
      const auto root = region("");
      for (const auto& outcome :
           {h.send(people[by], MoveAccount{id, by, root}, root),
            h.send(people[by], ResetAccount{id}, root),
            h.send(people[by], CloseAccount{id, {"离职"}}, root),
            h.send(people[by], MoveAccount{id, Role::higher_officer, root}, root)}) {
        EXPECT_NE(outcome.status, CommandStatus::applied);
        const auto error = Town::error_of(outcome);
        EXPECT_TRUE(error == "administrator_by_keyboard" || error == "not_found") << error;
      }
    }
    if (by == Role::security_administrator) {
      EXPECT_EQ(Town::error_of(
                    h.send(people[by], MoveAccount{worker.account, by, region("")}, worker.region)),
                "administrator_by_keyboard");
    }
  }
}

}  // namespace
}  // namespace wangdi::accounts::testing
