// SPDX-License-Identifier: Apache-2.0
// Random sequences of commands: the tables made live equal those made from the journal, and rights
// follow them.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "modules/accounts/tables.hpp"
#include "modules/accounts/tests/fixture.hpp"

namespace wangdi::accounts::testing {
namespace {

struct Step {
  int kind = 0, by = 0, whom = 0, role = 0, place = 0;
};

rc::Gen<Step> step() {
  return rc::gen::apply([](int kind, int by, int whom, int role,
                           int place) { return Step{kind, by, whom, role, place}; },
                        rc::gen::inRange(0, 4), rc::gen::inRange(0, 6), rc::gen::inRange(0, 6),
                        rc::gen::inRange(1, 9), rc::gen::inRange<int>(0, std::size(kPlaces)));
}

// The places a role fits come first, so that many commands are applied.
std::string_view place_for(Role role, int wish) {
  for (std::size_t i = 0; i < std::size(kPlaces); ++i) {
    const auto at = kPlaces[(static_cast<std::size_t>(wish) + i) % std::size(kPlaces)];
    const auto level = region(at).level();
    if (role == Role::grid_worker && level == RegionLevel::grid) return at;
    if (role == Role::community_officer && level == RegionLevel::community) return at;
    if (role == Role::township_officer && level == RegionLevel::township) return at;
    if (role == Role::county_officer && level == RegionLevel::county) return at;
    if (role == Role::higher_officer && level < RegionLevel::county) return at;
    if (access::kAdministrators.contains(role) && level == RegionLevel::nation) return at;
  }
  return "";
}

void run(const std::vector<Step>& steps) {
  Town town;
  auto& h = town.harness;
  std::vector<Actor> people = {town.opened("admin", Role::system_administrator, ""),
                               town.opened("security", Role::security_administrator, "")};
  int number = 0, applied = 0;
  for (const auto& [kind, by, whom, role_number, place] : steps) {
    const auto role = static_cast<Role>(role_number);
    const auto at = region(place_for(role, place));
    const auto& giver = people[static_cast<std::size_t>(by) % people.size()];
    auto& subject = people[static_cast<std::size_t>(whom) % people.size()];
    bus::Outcome outcome;
    h.clock.advance(1'000);
    if (kind <= 1 || people.size() < 3) {
      const auto id = town.new_id();
      outcome = town.open(giver, id, "name" + std::to_string(++number), role, at.text());
      if (outcome.status == bus::CommandStatus::applied) people.push_back({id, role, at, {}});
    } else if (kind == 2) {
      outcome = h.send(giver, MoveAccount{subject.account, role, at}, subject.region);
      if (outcome.status == bus::CommandStatus::applied) {
        subject.role = role;
        subject.region = at;
      }
    } else {
      outcome = number % 2 == 0
                    ? h.send(giver, ResetAccount{subject.account}, subject.region)
                    : h.send(giver, CloseAccount{subject.account, {"离职"}}, subject.region);
    }
    applied += outcome.status == bus::CommandStatus::applied;
  }
  RC_ASSERT(h.rebuild_differences().empty());
  RC_CLASSIFY(applied > 5);
  const auto reader = Town::must(h.engine->open_reader());
  store::Rows rows(*reader, store::Start::kStored);
  for (const auto& person : people) {
    const auto home = person.region.district();
    const auto* row = rows.find(kAccount, {home, person.account});
    RC_ASSERT(row != nullptr);
    const bool open = row->state == AccountState::open;
    const auto current = town.rights.current(rows, person);
    RC_ASSERT(current.has_value() == open);
    const access::Roles roles = {person.role};
    // Terms follow one another without gap, and the last is open exactly while the account is.
    RC_ASSERT(town.rights.had(rows, person, roles, person.region, h.clock.now()) == open);
    const auto terms = rows.list(kTerm, home, person.account);
    for (std::size_t i = 0; i + 1 < terms.size(); ++i) {
      RC_ASSERT(terms[i].until_ms == terms[i + 1].from_ms);
    }
    RC_ASSERT(terms.back().until_ms.has_value() != open);
  }
}

TEST(RandomAccounts, live_tables_equal_rebuilt_ones) {
  const bool held =
      rc::check([] { run(*rc::gen::resize(16, rc::gen::container<std::vector<Step>>(step()))); });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace wangdi::accounts::testing
