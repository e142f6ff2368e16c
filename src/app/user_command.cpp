// SPDX-License-Identifier: Apache-2.0
// `wangdi user add | list | reset | close`: accounts from the machine's own keyboard. The server
// must not run: the tool takes the folder's lock.
#include <ostream>

#include "access/system_actor.hpp"
#include "app/commands.hpp"
#include "app/sending.hpp"
#include "app/system_clock.hpp"
#include "app/user_command.hpp"
#include "modules/accounts/module.hpp"

namespace wangdi::app {
namespace {

Result<accounts::FirstSecret> secret_of(const bus::Outcome& outcome) {
  return codec::decode<accounts::FirstSecret>(outcome.answer.value_or("{}"));
}

void print_secret(Console& console, std::string_view name, const accounts::FirstSecret& secret) {
  console.out << console.choose("账号 ", "account ") << name
              << console.choose("，首次密码（只显示这一次，请当面交给本人）：",
                                ", first secret (shown once, hand it over in person): ")
              << secret.first_secret << '\n';
}

// Which word of the command line is meant.
Error wrong_word(std::string_view word, const Error& why) {
  return Error(ErrorCode::invalid_fields)
      .with("count", "1")
      .at("/" + std::string(word), why.code(), why.details());
}

Result<accounts::KnownAccount> known_account(Runtime& runtime, std::string_view name) {
  WD_TRY(auto reader, runtime.reader());
  WD_TRY(auto known, accounts::find_account(*reader.connection, *runtime.modules().macs, name));
  if (!known) return wrong_word("NAME", Error(ErrorCode::not_found));
  return *known;
}

Status add_user(Runtime& runtime, Console& console, const UserRequest& request) {
  const auto choices = codec::choices<access::Role>();
  const auto role = std::ranges::find(choices, request.role, &codec::Choice::name);
  if (role == choices.end()) {
    return Error(ErrorCode::usage).with("what", "--role " + request.role);
  }
  WD_TRY(const auto region, RegionCode::parse(request.region));
  WD_TRY(const auto secret,
         open_account(runtime, {request.name, request.display_name,
                                static_cast<access::Role>(role->value), region}));
  print_secret(console, request.name, secret.secret);
  return ok();
}

Status reset_user(Runtime& runtime, Console& console, const UserRequest& request) {
  WD_TRY(const auto known, known_account(runtime, request.name));
  Sending sending(runtime);
  WD_TRY(const auto outcome,
         sending.send(access::system_actor(access::Role::security_administrator),
                      accounts::ResetAccount{known.account}, known.region));
  WD_TRY(const auto secret, secret_of(outcome));
  print_secret(console, request.name, secret);
  return ok();
}

Status close_user(Runtime& runtime, Console& console, const UserRequest& request) {
  WD_TRY(const auto known, known_account(runtime, request.name));
  WD_TRY(auto reason, (Text<200, 1>::parse(request.reason)));
  Sending sending(runtime);
  WD_TRY([[maybe_unused]] auto closed,
         sending.send(access::system_actor(),
                      accounts::CloseAccount{known.account, std::move(reason)}, known.region));
  console.out << console.choose("已停用 ", "closed ") << request.name << '\n';
  return ok();
}

// The registered query, asked by the tool itself.
Result<accounts::Accounts> accounts_page(Runtime& runtime, bus::ReaderParts& reader,
                                         const std::string& url_query) {
  const auto& queries = runtime.registry().queries();
  const auto found = std::ranges::find(queries, "accounts", &bus::QueryType::path);
  WD_ASSERT(found != queries.end());
  const auto now = runtime.clock().now();
  const auto zone = runtime.config().zone();
  const auto actor = access::system_actor();
  bus::QueryContext context{*reader.connection,
                            *reader.vault,
                            runtime.parameters(),
                            actor,
                            runtime.writer(),
                            now,
                            CivilDate::of(now, zone),
                            zone,
                            "zh"};
  WD_TRY(const auto answer, found->run({url_query, "", ""}, context));
  return codec::decode<accounts::Accounts>(answer.bytes);
}

Status list_users(Runtime& runtime, Console& console, const UserRequest& request) {
  WD_TRY(const auto region, RegionCode::parse(request.region));
  WD_TRY(auto reader, runtime.reader());
  std::string after;
  for (;;) {
    WD_TRY(const auto page, accounts_page(runtime, reader, "region=" + region.text() + after));
    for (const auto& row : page.rows) {
      console.out << row.name << '\t' << codec::name_of(row.role) << '\t' << row.region.code.text()
                  << '\t' << row.region.name << '\t' << row.display_name << '\t'
                  << codec::name_of(row.state) << '\n';
    }
    if (!page.next) return ok();
    after = "&after=" + *page.next;
  }
}

Status run(const Config& config, Console& console, const UserRequest& request) {
  const SystemClock clock;
  WD_TRY(auto runtime, Runtime::open(config, clock));
  runtime->start();
  switch (request.action) {
    case UserRequest::Action::add:
      return add_user(*runtime, console, request);
    case UserRequest::Action::list:
      return list_users(*runtime, console, request);
    case UserRequest::Action::reset:
      return reset_user(*runtime, console, request);
    case UserRequest::Action::close:
      return close_user(*runtime, console, request);
  }
  return ok();
}

}  // namespace

Result<OpenedAccount> open_account(Runtime& runtime, const NewAccount& account) {
  Sending sending(runtime);
  auto name = accounts::LoginName::parse(account.name);
  if (!name) return wrong_word("NAME", name.error());
  auto display_name = Text<30, 1>::parse(account.display_name);
  if (!display_name) return wrong_word("--display-name", display_name.error());
  OpenedAccount opened;
  opened.account = AccountId{sending.id()};
  WD_TRY(const auto outcome,
         sending.send(
             access::system_actor(),
             accounts::OpenAccount{opened.account, std::move(name).value(),
                                   std::move(display_name).value(), account.role, account.region},
             account.region));
  WD_TRY(opened.secret, secret_of(outcome));
  return opened;
}

int run_user(const Config& config, Console& console, const UserRequest& request) {
  const auto done = run(config, console, request);
  return done ? kExitOk : fail(console, done.error());
}

}  // namespace wangdi::app
