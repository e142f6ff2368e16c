// SPDX-License-Identifier: Apache-2.0
// Who may open whom, from a text table through the real write path; the rule of login names.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "common/parameters/parameters.hpp"
#include "modules/accounts/rules.hpp"
#include "modules/accounts/tests/fixture.hpp"

namespace wangdi::accounts::testing {
namespace {

Role role_named(const std::string& name) {
  for (const auto& choice : codec::choices<Role>()) {
    if (choice.name == name) return static_cast<Role>(choice.value);
  }
  ADD_FAILURE() << name;
  return Role::grid_worker;
}

std::string code_of(const std::string& text) { return text == "/" ? "" : text; }

// security: AZ6
TEST(Rules, who_may_open_whom_where) {
  std::ifstream file(WANGDI_SOURCE_DIR "/src/modules/accounts/tests/cases/who_opens_whom.txt");
  ASSERT_TRUE(file);
  Town town;
  std::map<std::string, Actor> givers;
  int number = 0, cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::string giver, place, bar, role, where, bar_again, wanted;
    words >> giver >> place >> bar >> role >> where >> bar_again >> wanted;
    ASSERT_EQ(bar + bar_again, "||") << line;
    const auto key = giver + place;
    if (!givers.contains(key)) {
      givers[key] =
          town.opened("giver" + std::to_string(++number), role_named(giver), code_of(place));
    }
    const auto outcome = town.open(givers[key], town.new_id(), "new" + std::to_string(++number),
                                   role_named(role), code_of(where));
    EXPECT_EQ(Town::error_of(outcome), wanted) << line;
    ++cases;
  }
  EXPECT_GE(cases, 30);
  EXPECT_TRUE(town.harness.rebuild_differences().empty());
}

std::map<std::string, std::int64_t> numbers_of(Profile profile) {
  constexpr std::int64_t kMinuteMs = 60'000;
  const auto parameters = Town::must(Parameters::shipped());
  const auto rules = Town::must(
      gatekeeper_rules(parameters, CivilDate::of(1'582'011'600'000, {}), false, profile));
  std::map<std::string, std::int64_t> numbers = {
      {"characters_least", rules.password.least},
      {"characters_least_with_factor", rules.password.least_with_factor},
      {"kinds_of_characters_least", rules.password.kinds_least},
      {"password_days_most", rules.password_days_max}};
  const std::pair<std::string, access::RoleRules> all[] = {
      {"field", rules.field}, {"officer", rules.officer}, {"administrator", rules.administrator}};
  for (const auto& [who, of] : all) {
    numbers["idle_minutes_" + who] = of.idle_ms / kMinuteMs;
    numbers["total_minutes_" + who] = of.total_ms / kMinuteMs;
    numbers["second_factor_" + who] = of.needs_factor;
  }
  return numbers;
}

TEST(Rules, what_a_profile_changes) {
  std::ifstream file(WANGDI_SOURCE_DIR "/src/modules/accounts/tests/cases/profiles.txt");
  ASSERT_TRUE(file);
  auto standard = numbers_of(Profile::standard), mlps3 = numbers_of(Profile::mlps3);
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::string what, bar, bar_again;
    std::int64_t usual = 0, strict = 0;
    words >> what >> bar >> usual >> bar_again >> strict;
    ASSERT_EQ(bar + bar_again, "||") << line;
    ASSERT_TRUE(standard.contains(what)) << line;
    EXPECT_EQ(standard[what], usual) << line;
    EXPECT_EQ(mlps3[what], strict) << line;
    ++cases;
  }
  EXPECT_GE(cases, 12);
}

TEST(Rules, a_login_name_is_short_and_plain) {
  for (const auto* good :
       {"abc", "lin.xiaoman", "a-b_c.9", "1234567890123456789012345678901234567890"}) {
    EXPECT_TRUE(LoginName::parse(good)) << good;
  }
  EXPECT_EQ(LoginName::parse("").error().code(), ErrorCode::field_missing);
  EXPECT_EQ(LoginName::parse("ab").error().code(), ErrorCode::field_too_short);
  EXPECT_EQ(LoginName::parse(std::string(41, 'a')).error().code(), ErrorCode::field_too_long);
  for (const auto* bad : {"Abc", "林小满", "a b c", "abc@d", "abc\n"}) {
    EXPECT_EQ(LoginName::parse(bad).error().code(), ErrorCode::field_type) << bad;
  }
}

}  // namespace
}  // namespace wangdi::accounts::testing
