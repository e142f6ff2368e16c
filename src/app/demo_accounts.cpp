// SPDX-License-Identifier: Apache-2.0
// Who can log in to a demo.
#include "app/demo_accounts.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iomanip>

#include "common/crypto/crypto.hpp"

namespace wangdi::app {
namespace {
constexpr std::string_view kPasswordFile = "/demo_password";
}

std::vector<DemoAccount> demo_accounts(const RegionCode& community) {
  using access::Role;
  const auto code = [&](RegionLevel level) { return community.at(level).text(); };
  return {
      {"worker1", "周敏", Role::grid_worker, community.text() + "001", "第一网格", "grid 1"},
      {"worker2", "李晓东", Role::grid_worker, community.text() + "002", "第二网格", "grid 2"},
      {"worker3", "高蓉", Role::grid_worker, community.text() + "003", "第三网格", "grid 3"},
      {"officer", "何晓琳", Role::community_officer, community.text(), "养育巷社区", "community"},
      {"township", "陆明", Role::township_officer, code(RegionLevel::township), "金阊街道",
       "township"},
      {"county", "徐卫东", Role::county_officer, code(RegionLevel::county), "姑苏区", "county"},
      {"city", "沈洁", Role::higher_officer, code(RegionLevel::city), "苏州市", "city"},
      {"province", "韩松", Role::higher_officer, code(RegionLevel::province), "江苏省", "province"},
      {"nation", "方远", Role::higher_officer, "", "全国", "nation"},
      {"admin", "管理员", Role::system_administrator, "", "账号管理", "accounts"},
      {"security", "安全管理员", Role::security_administrator, "", "准入与权限", "rights"},
      {"audit", "审计管理员", Role::audit_administrator, "", "查阅审计", "access log"},
  };
}

std::string make_demo_password() {
  constexpr std::array kWords = {
      "amber",  "anchor", "bamboo", "basket", "birch",  "bridge", "candle",  "canyon",
      "cedar",  "clover", "copper", "cotton", "desert", "ember",  "falcon",  "feather",
      "garden", "ginger", "harbor", "island", "ivory",  "jasper", "lantern", "lemon",
      "maple",  "marble", "meadow", "mirror", "orchid", "pebble", "river",   "willow"};
  static_assert(kWords.size() == 32);
  crypto::Random random;
  std::array<std::uint8_t, 3> picks{};
  random.fill(picks);
  std::string password;
  for (const auto pick : picks) {
    if (!password.empty()) password += '-';
    password += kWords[pick % kWords.size()];
  }
  return password;
}

Status keep_demo_password(const std::string& files, const std::string& password) {
  std::error_code failed;
  std::filesystem::create_directories(files, failed);
  std::ofstream file(files + std::string(kPasswordFile));
  file << password << '\n';
  file.close();
  if (!file) return Error(ErrorCode::storage_failed).because("demo_password");
  return ok();
}

Result<std::string> demo_password(const std::string& files) {
  std::ifstream file(files + std::string(kPasswordFile));
  std::string password;
  if (!std::getline(file, password)) {
    return Error(ErrorCode::storage_failed).because("demo_password");
  }
  return password;
}

void print_demo_accounts(Console& console, const std::vector<DemoAccount>& accounts,
                         const std::string& password) {
  console.out << console.choose("演示账号，密码都是 ", "demo accounts, one password for all: ")
              << password << '\n';
  for (const auto& account : accounts) {
    console.out << "  " << std::left << std::setw(10) << account.name
                << console.choose(account.place_zh, account.place_en) << '\n';
  }
}

}  // namespace wangdi::app
