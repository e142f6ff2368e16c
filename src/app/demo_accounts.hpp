// SPDX-License-Identifier: Apache-2.0
// The accounts of a demo folder. They share one password that is made with the folder and lies in
// it, to be printed at each start: a demo is served on this machine only and holds invented people.
#pragma once

#include <string>
#include <vector>

#include "access/role.hpp"
#include "app/commands.hpp"

namespace wangdi::app {

struct DemoAccount {
  std::string name;
  std::string display_name;
  access::Role role = access::Role::grid_worker;
  std::string region;
  std::string_view place_zh;
  std::string_view place_en;
};

// Three grid workers, one of each officer above them up to the nation, and the three
// administrators.
std::vector<DemoAccount> demo_accounts(const RegionCode& community);
// Three words, fresh for each demo.
std::string make_demo_password();

// Where a demo folder keeps the password. Errors: storage_failed.
Status keep_demo_password(const std::string& files, const std::string& password);
Result<std::string> demo_password(const std::string& files);
void print_demo_accounts(Console& console, const std::vector<DemoAccount>& accounts,
                         const std::string& password);
inline constexpr std::string_view kDemoCommunity = "320508019044";

}  // namespace wangdi::app
