// SPDX-License-Identifier: Apache-2.0
// A module that comes later says how long its records stay, or does not build: each event and each
// table of the program is listed in modules/retention/classes.cpp, and nothing else is.
#include <gtest/gtest.h>

#include <set>

#include "app/modules.hpp"
#include "modules/reporting/facts.hpp"
#include "modules/retention/classes.hpp"

namespace wangdi::app {
namespace {

using retention::Holds;

constexpr auto kWhere = "list it in src/modules/retention/classes.cpp: whose is it, and what goes?";

class RetentionClasses : public ::testing::Test {
 protected:
  RetentionClasses() {
    auto made = Modules::make("", nullptr);
    EXPECT_TRUE(made);
    modules_ = std::move(*made);
  }
  const bus::Registry& registry() const { return modules_->registry; }
  std::unique_ptr<Modules> modules_;
};

// security: VA5 VA6
TEST_F(RetentionClasses, given_any_event_of_any_module_then_retention_knows_whose_it_is) {
  std::set<std::pair<std::string, int>> listed;
  for (const auto& known : retention::event_classes()) {
    EXPECT_TRUE(listed.emplace(known.type, known.version).second) << known.type << " twice";
    EXPECT_NE(registry().find_event(known.type, known.version), nullptr) << known.type;
  }
  for (const auto& [name, type] : registry().events()) {
    EXPECT_TRUE(listed.contains(name)) << name.first << " v" << name.second << ": " << kWhere;
  }
}

// security: VA5 VA6
TEST_F(RetentionClasses, given_any_table_of_any_module_then_retention_knows_what_it_holds) {
  std::map<std::string, Holds> listed;
  for (const auto& known : retention::table_classes()) {
    EXPECT_TRUE(listed.emplace(known.table, known.holds).second) << known.table << " twice";
    EXPECT_EQ(known.holds == Holds::of_many, reporting::is_of_many(known.table)) << known.table;
  }
  std::set<std::string> registered;
  for (const auto& table : registry().tables()) {
    registered.emplace(table.name);
    const auto found = listed.find(std::string(table.name));
    ASSERT_TRUE(found != listed.end()) << table.name << ": " << kWhere;
    EXPECT_EQ(found->second == Holds::forgotten, !table.rebuilt) << table.name;
  }
  for (const auto& [name, holds] : listed) EXPECT_TRUE(registered.contains(name)) << name;
}

}  // namespace
}  // namespace wangdi::app
