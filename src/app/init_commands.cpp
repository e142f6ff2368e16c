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

Status init(const Config& config, Console& console, const InitRequest& request) {
  const SystemClock clock;
  WD_TRY(auto runtime, Runtime::create(config, clock, false));
  runtime->start();
  WD_TRY([[maybe_unused]] auto imported, import_tree(*runtime, request.tree));
  WD_TRY(
      const auto admin,
      open_account(*runtime, {request.admin, std::string(console.choose("管理员", "Administrator")),
                              access::Role::system_administrator, RegionCode()}));
  WD_TRY([[maybe_unused]] auto complete, runtime->folder().complete());
  console.out << console.choose("数据文件夹 ", "data folder ") << config.data << '\n'
              << console.choose("密钥文件夹 ", "keys folder ") << config.keys << '\n'
              << console.choose("根密钥 ", "root key ") << config.root << '\n'
              << console.choose("账号 ", "account ") << request.admin
              << console.choose("，首次密码（只显示这一次）：", ", first secret (shown once): ")
              << admin.secret.first_secret << '\n';
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
