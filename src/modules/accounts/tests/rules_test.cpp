// SPDX-License-Identifier: Apache-2.0
// Who may open whom, from a text table through the real write path; the rule of login names.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

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
