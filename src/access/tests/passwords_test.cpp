// SPDX-License-Identifier: Apache-2.0
// The password policy, as a table.
#include "access/passwords.hpp"

#include <gtest/gtest.h>

namespace wangdi::access {
namespace {

const std::vector<std::string> kNames = {"lin.xiaoman-08", "林小满"};

std::string judged(std::string_view password, PasswordRules rules = {}) {
  const auto status = check_password(password, kNames, rules);
  return status ? "ok" : std::string(error_entry(status.error().code()).name);
}

// security: AU1
TEST(Passwords, a_table_of_passwords) {
  struct Case {
    std::string password;
    std::string_view wanted;
  };
  const std::string same_character(15, 'm');
  const Case cases[] = {
      {"", "password_too_short"},
      {"kettle under 7", "password_too_short"},  // 14
      {"kettle under 7b", "ok"},                 // 15
      {"我家门前有三棵树和一只猫", "password_too_short"},
      {"我家门前有三棵树和一只爱睡觉的猫", "ok"},
      {std::string(200, 'm') + "x", "password_too_long"},
      // no rule about kinds of characters
      {"correct horse battery staple", "ok"},
      {"lanternbridgekettle", "ok"},
      {"8203 5561 9947 3370", "ok"},
      // what everybody guesses
      {same_character, "password_too_common"},
      {"123456789012345", "password_too_common"},
      {"987654321098765", "password_too_common"},
      {"qwertyuiopasdfgh", "password_too_common"},
      {"1qaz2wsx3edc4rfv", "password_too_common"},
      {"abcdefghijklmnopq", "password_too_common"},
      {"passwordpassword", "password_too_common"},
      {"Password12345678", "password_too_common"},
      {"P4$$w0rdP4$$w0rd", "password_too_common"},
      {"administrator2020", "password_too_common"},
      {"iloveyouforever520", "password_too_common"},
      {"woaini1314520woaini", "password_too_common"},
      {"x7kx7kx7kx7kx7kx7k", "password_too_common"},
      {"20200218 20200219", "password_too_common"},
      {"woaini 19840612 woaini", "password_too_common"},
      // local words
      {"wangdi2020wangdi", "password_too_common"},
      {"shequfangyi2020!", "password_too_common"},
      {"wanggeyuan_123456", "password_too_common"},
      {"网底网格员社区防疫加油武汉123456", "password_too_common"},
      {"ｐａｓｓｗｏｒｄ１２３４５６７", "password_too_common"},  // full-width
      // own names, alone and dressed up
      {"lin.xiaoman-08-lin", "password_too_common"},
      {"xiaomanxiaoman12", "password_too_common"},
      {"LinXiaoman123456", "password_too_common"},
      {"林小满林小满林小满123456", "password_too_common"},
      // a common word among own ones does no harm
      {"password of the grey heron", "ok"},
  };
  for (const auto& [password, wanted] : cases) EXPECT_EQ(judged(password), wanted) << password;
}

TEST(Passwords, a_demo_folder_allows_eight_characters_and_still_nothing_common) {
  const PasswordRules demo{.least = 8};
  EXPECT_EQ(judged("heron 41", demo), "ok");
  EXPECT_EQ(judged("heron 4", demo), "password_too_short");
  EXPECT_EQ(judged("12345678", demo), "password_too_common");
  EXPECT_EQ(judged("wangdi123", demo), "password_too_common");
}

TEST(Passwords, the_error_tells_the_limit) {
  EXPECT_EQ(check_password("short", {}, {}).error().details().front().value, "15");
  EXPECT_EQ(check_password(std::string(201, 'x'), {}, {}).error().details().front().value, "200");
}

}  // namespace
}  // namespace wangdi::access
