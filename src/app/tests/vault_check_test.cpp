// SPDX-License-Identifier: Apache-2.0
// A changed byte of a vault row is found wherever it lies: in what was sealed, or in the key of the
// row, which then is nobody's.
#include <gtest/gtest.h>

#include <sstream>

#include "app/commands.hpp"
#include "app/tests/made_installation.hpp"
#include "app/user_command.hpp"
#include "store/sqlite.hpp"

namespace wangdi::app {
namespace {

class VaultCheckTest : public InstallationTest {
 protected:
  VaultCheckTest() : InstallationTest("vault_check") {
    const auto runtime = made();
    for (const char* login : {"first", "second"}) {
      EXPECT_TRUE(open_account(*runtime,
                               {login, "样例", access::Role::system_administrator, RegionCode()}));
    }
  }
  void change(std::string_view sql) const {
    const auto engine = store::open_sqlite({.path = path("data") + "/wangdi.db"});
    const auto writer = (*engine)->open_writer();
    const auto changed = store::run(**writer, {"change", sql});
    ASSERT_TRUE(changed) << changed.error().cause();
    ASSERT_EQ(*changed, 1);
  }
  // The findings of `wangdi verify` about the vault, a line each.
  std::string found() const {
    std::ostringstream out, err;
    Console console{out, err, Language::kEnglish};
    const int status = run_verify(config_, console, {});
    EXPECT_EQ(err.str(), "");
    std::istringstream lines(out.str());
    std::string line, all;
    while (std::getline(lines, line)) {
      if (line.starts_with("people")) all += line.substr(0, line.find(':')) + "\n";
    }
    EXPECT_EQ(status, all.empty() ? kExitOk : kExitFindings) << out.str();
    return all;
  }
};

TEST_F(VaultCheckTest, given_a_changed_row_of_the_vault_then_verify_counts_whose_it_was) {
  const struct {
    const char* what;
    std::string_view sql;
    std::string_view back;
    std::string_view found;
  } cases[] = {
      {"what was sealed",
       "UPDATE vault_field SET version = version + 1 WHERE subject = (SELECT MIN(subject) FROM "
       "vault_field) AND field = (SELECT MIN(field) FROM vault_field)",
       "UPDATE vault_field SET version = version - 1 WHERE subject = (SELECT MIN(subject) FROM "
       "vault_field) AND field = (SELECT MIN(field) FROM vault_field)",
       "people whose values do not open 1\n"},
      {"whose it is",
       "UPDATE vault_field SET district = district + 1 WHERE subject = (SELECT MIN(subject) FROM "
       "vault_field) AND field = (SELECT MIN(field) FROM vault_field)",
       "UPDATE vault_field SET district = district - 1 WHERE district = (SELECT MAX(district) FROM "
       "vault_field)",
       "people whose values have no key 1\n"},
      {"which field it is",
       "UPDATE vault_field SET field = 99 WHERE subject = (SELECT MIN(subject) FROM vault_field) "
       "AND field = (SELECT MIN(field) FROM vault_field)",
       "UPDATE vault_field SET field = (SELECT MIN(field) FROM vault_field) WHERE field = 99",
       "people whose values do not open 1\n"},
  };
  EXPECT_EQ(found(), "");
  for (const auto& one : cases) {
    change(one.sql);
    EXPECT_EQ(found(), one.found) << one.what;
    change(one.back);
    EXPECT_EQ(found(), "") << one.what;
  }
}

}  // namespace
}  // namespace wangdi::app
