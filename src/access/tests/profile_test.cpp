// SPDX-License-Identifier: Apache-2.0
// The profile of MLPS level 3: kinds of characters, and passwords that have to be changed. What it
// changes of passwords is a table in cases/mlps3_passwords.txt.
#include <fstream>

#include "access/tests/fixture.hpp"

namespace wangdi::access::testing {
namespace {

constexpr std::int64_t kDay = 24 * kHour;

TEST(Profile, a_table_of_passwords_under_both_profiles) {
  std::ifstream file(WANGDI_SOURCE_DIR "/src/access/tests/cases/mlps3_passwords.txt");
  ASSERT_TRUE(file);
  const auto judged = [](const std::string& password, std::size_t kinds) {
    const auto status = check_password(password, {}, {.kinds_least = kinds});
    return status ? "ok" : std::string(error_entry(status.error().code()).name);
  };
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto bar = line.find(" | ");
    const auto second = line.find(" | ", bar + 3);
    ASSERT_NE(second, std::string::npos) << line;
    const auto password = line.substr(0, bar);
    EXPECT_EQ(judged(password, 1), line.substr(bar + 3, second - bar - 3)) << line;
    EXPECT_EQ(judged(password, 3), line.substr(second + 3)) << line;
    ++cases;
  }
  EXPECT_GE(cases, 10);
}

TEST_F(Gate, an_old_password_opens_nothing_but_its_own_change) {
  rules.password_days_max = 90;
  reopen();
  open_ready("officer", Role::community_officer);
  clock.advance(90 * kDay - 1);
  EXPECT_FALSE(must(log_in("officer", kGoodPassword)).session.must_set_password);
  clock.advance(1);
  const auto opened = must(log_in("officer", kGoodPassword));
  EXPECT_TRUE(opened.session.must_set_password);
  EXPECT_TRUE(opened.session.password_is_old);
  EXPECT_EQ(error_of(change(opened, kOtherPassword, "birch 12 over canal")), "login_failed");
  EXPECT_EQ(error_of(change(opened, kGoodPassword, kGoodPassword)), "password_unchanged");
  const auto changed = must(change(opened, kGoodPassword, kOtherPassword));
  EXPECT_FALSE(changed.session.must_set_password);
  EXPECT_FALSE(changed.session.password_is_old);
  EXPECT_FALSE(must(log_in("officer", kOtherPassword)).session.must_set_password);
}

TEST_F(Gate, without_a_profile_no_password_grows_old) {
  open_ready("officer", Role::community_officer);
  clock.advance(10 * 365 * kDay);
  EXPECT_FALSE(must(log_in("officer", kGoodPassword)).session.must_set_password);
}

// Databases of before hold no day: nobody can tell how old such a password is.
TEST_F(Gate, a_password_of_an_unknown_day_counts_as_old) {
  rules.password_days_max = 90;
  reopen();
  const auto id = open_ready("officer", Role::community_officer);
  must(run([&](store::Rows& rows) {
    auto row = *rows.find(kCredential, {kNation, id});
    row.password_at = 0;
    rows.put(kCredential, std::move(row));
    return ok();
  }));
  EXPECT_TRUE(must(log_in("officer", kGoodPassword)).session.password_is_old);
}

}  // namespace
}  // namespace wangdi::access::testing
