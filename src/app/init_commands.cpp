// SPDX-License-Identifier: Apache-2.0
// `wangdi init` and `wangdi import tree`.
#include <ostream>

#include "access/system_actor.hpp"
#include "app/commands.hpp"
#include "app/init_commands.hpp"
#include "app/sending.hpp"
#include "app/shipped.hpp"
#include "app/system_clock.hpp"
#include "app/user_command.hpp"
#include "modules/regions/tree_import.hpp"

namespace wangdi::app {
namespace {

// The three administrators, kept apart from the first day.
struct FirstAccount {
  std::string name;
  access::Role role;
  std::string_view title_zh, title_en;
  OpenedAccount opened = {};
};

std::vector<FirstAccount> first_accounts(const InitRequest& request) {
  using access::Role;
  return {{request.admin, Role::system_administrator, "系统管理员", "System administrator"},
          {request.security, Role::security_administrator, "安全管理员", "Security administrator"},
          {request.audit, Role::audit_administrator, "审计管理员", "Audit administrator"}};
}

Status init(const Config& config, Console& console, const InitRequest& request) {
  const SystemClock clock;
  WD_TRY(auto runtime, Runtime::create(config, clock, false));
  runtime->start();
  WD_TRY([[maybe_unused]] auto imported, import_tree(*runtime, request.tree));
  std::vector<FirstAccount> accounts = first_accounts(request);
  for (auto& account : accounts) {
    WD_TRY(account.opened,
           open_account(*runtime, {account.name,
                                   std::string(console.choose(account.title_zh, account.title_en)),
                                   account.role, RegionCode()}));
  }
  WD_TRY([[maybe_unused]] auto complete, runtime->folder().complete());
  console.out << console.choose("数据文件夹 ", "data folder ") << config.data << '\n'
              << console.choose("密钥文件夹 ", "keys folder ") << config.keys << '\n'
              << console.choose("根密钥 ", "root key ") << config.root << '\n';
  for (const auto& account : accounts) {
    console.out << console.choose("账号 ", "account ") << account.name << " ("
                << console.choose(account.title_zh, account.title_en)
                << console.choose(")，首次密码（只显示这一次）：", "), first secret (shown once): ")
                << account.opened.secret.first_secret << '\n';
  }
  console.out << console.choose("三类管理员各由一人担任，把首次密码分别当面交给他们\n",
                                "the three administrators are three people: hand each their own "
                                "first secret in person\n");
  return ok();
}

}  // namespace

Status import_tree(Runtime& runtime, const std::string& folder) {
  const auto source = folder.empty() ? shipped_data_folder() + "/admin" : folder;
  return regions::import_tree(
      regions::TreeSource(source), *runtime.modules().trees, runtime.writer(),
      {access::system_actor(), CommandId{Sending(runtime).id()}, runtime.clock().now()});
}

int run_init(const Config& config, Console& console, const InitRequest& request) {
  const auto done = init(config, console, request);
  return done ? kExitOk : fail(console, done.error());
}

int run_import_tree(const Config& config, Console& console, const ImportTreeRequest& request) {
  const SystemClock clock;
  auto runtime = Runtime::open(config, clock);
  if (!runtime) return fail(console, runtime.error());
  (*runtime)->start();
  const auto done = import_tree(**runtime, request.file);
  return done ? kExitOk : fail(console, done.error());
}

}  // namespace wangdi::app
