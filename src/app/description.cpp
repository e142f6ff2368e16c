// SPDX-License-Identifier: Apache-2.0
// Registry -> ApiDescription.
#include "app/description.hpp"

#include <algorithm>
#include <deque>

#include "app/version.hpp"
#include "codec/openapi.hpp"
#include "common/bus/messages.hpp"
#include "modules/accounts/messages.hpp"
#include "modules/ledger/views.hpp"
#include "modules/residents/roster_messages.hpp"

namespace wangdi::app {
namespace {

using codec::Operation;
using codec::OperationMethod;

constexpr std::string_view kSheet =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

// Texts that the operations' views point into.
class Texts {
 public:
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

 private:
  std::deque<std::string> kept_;
};

std::vector<std::string_view> names_of(access::Roles roles) {
  std::vector<std::string_view> names;
  for (const auto& choice : codec::choices<access::Role>()) {
    if (roles.contains(static_cast<access::Role>(choice.value))) names.push_back(choice.name);
  }
  return names;
}

std::string_view use_of(std::optional<access::TokenUse> use) {
  return use ? codec::name_of(*use) : std::string_view();
}

Operation operation_of(const bus::QueryType& query, Texts& texts) {
  Operation operation;
  operation.method =
      query.method == bus::QueryMethod::get ? OperationMethod::get : OperationMethod::post;
  operation.path = texts.keep("/api/v1/" + query.path);
  auto id = query.path;
  std::ranges::replace(id, '/', '_');
  operation.operation_id =
      texts.keep(id + (query.method == bus::QueryMethod::post && query.takes_file ? "_file" : ""));
  operation.tag = texts.keep(query.path.substr(0, query.path.find('/')));
  operation.summary_zh = query.summary_zh;
  operation.summary_en = query.summary_en;
  operation.roles = names_of(query.roles);
  operation.writes = query.method == bus::QueryMethod::post;
  operation.takes_token = query.token_use.has_value();
  operation.token_use = use_of(query.token_use);
  if (query.method == bus::QueryMethod::get || query.takes_file) {
    operation.params = query.params;
  } else {
    operation.body = query.params;
  }
  if (query.takes_file) operation.body_media = "application/octet-stream";
  operation.view = query.view;
  if (query.gives_file) {
    operation.view_media = query.file_media.empty() ? kSheet : query.file_media;
  }
  return operation;
}

struct Named {
  std::string_view path;
  std::string_view name;
  std::string_view zh, en;
};

// What somebody who is logged in sends about the own session; without a view it answers 204.
template <class Body>
void add_session_post(std::vector<Operation>& operations, const Named& named,
                      const codec::TypeInfo* view) {
  Operation post{OperationMethod::post, named.path, named.name, "session", named.zh, named.en};
  post.writes = true;
  if (view == nullptr) post.status = 204;
  post.body = &codec::kType<Body>;
  post.view = view;
  operations.push_back(std::move(post));
}

void add_session(std::vector<Operation>& operations) {
  const auto* view = &codec::kType<accounts::SessionView>;
  Operation log_in{
      OperationMethod::post, "/api/v1/session", "session_open", "session", "登录", "Log in"};
  log_in.logged_in = false;
  log_in.body = &codec::kType<accounts::OpenSession>;
  log_in.view = view;
  operations.push_back(log_in);
  Operation who{
      OperationMethod::get, "/api/v1/session", "session", "session", "我是谁", "Who am I"};
  who.view = view;
  operations.push_back(who);
  Operation log_out{
      OperationMethod::del, "/api/v1/session", "session_close", "session", "退出", "Log out"};
  log_out.writes = true;
  log_out.status = 204;
  operations.push_back(log_out);
  add_session_post<accounts::ChangePassword>(
      operations, {"/api/v1/session/password", "session_password", "改密码", "Change the password"},
      view);
  add_session_post<accounts::OfferFactor>(
      operations,
      {"/api/v1/session/factor", "session_factor", "开通动态口令：取密钥",
       "Set up one-time codes: get the secret"},
      &codec::kType<accounts::FactorOffer>);
  add_session_post<accounts::ConfirmFactor>(
      operations,
      {"/api/v1/session/factor/confirm", "session_factor_confirm", "开通动态口令：输入第一个口令",
       "Set up one-time codes: the first code"},
      &codec::kType<accounts::RecoveryCodes>);
  add_session_post<accounts::ProveSession>(
      operations,
      {"/api/v1/session/proof", "session_proof", "再核对一次是不是本人", "Show again who is there"},
      nullptr);
}

void add_devices(std::vector<Operation>& operations) {
  add_session_post<accounts::EnrolDevice>(
      operations, {"/api/v1/session/device", "session_device", "登记这台手机", "Enrol this phone"},
      &codec::kType<accounts::EnrolledDevice>);
  add_session_post<accounts::MakeDeviceCode>(operations,
                                             {"/api/v1/session/device/code", "session_device_code",
                                              "为另一台手机取登记码", "A code for another phone"},
                                             &codec::kType<accounts::DeviceCode>);
  Operation list{OperationMethod::get, "/api/v1/session/devices", "session_devices", "session",
                 "已登记的手机",       "Enrolled phones"};
  list.view = &codec::kType<accounts::Devices>;
  operations.push_back(list);
  Operation end{OperationMethod::del, "/api/v1/session/devices/{key}",
                "session_device_end", "session",
                "移除一台手机",       "Remove a phone"};
  end.writes = true;
  end.status = 204;
  end.path_params = &codec::kType<accounts::DeviceParams>;
  operations.push_back(end);
  Operation state{OperationMethod::post, "/api/v1/device-state", "device_state", "session",
                  "手机上可以留下什么",  "What a phone may keep"};
  state.logged_in = false;
  state.body = &codec::kType<accounts::AskDeviceState>;
  state.view = &codec::kType<accounts::DeviceState>;
  operations.push_back(state);
}

// Residents come without an account: what opens their visit is the code of a slip.
void add_resident(std::vector<Operation>& operations) {
  constexpr std::string_view kVisit = "/api/v1/resident/visit", kTag = "resident";
  const auto* view = &codec::kType<ledger::LedgerView>;
  Operation open{OperationMethod::post,    kVisit,
                 "resident_open",          kTag,
                 "凭查阅条打开自己的记录", "Open one's own record by a slip"};
  open.logged_in = false;
  open.body = &codec::kType<ledger::OpenSlip>;
  open.view = view;
  operations.push_back(open);
  Operation look{OperationMethod::get,     kVisit, "resident_look", kTag, "谁看过我的信息",
                 "Who looked at my record"};
  look.logged_in = false;
  look.view = view;
  operations.push_back(look);
  Operation leave{OperationMethod::del, kVisit, "resident_leave", kTag, "看完了", "End the visit"};
  leave.logged_in = false;
  leave.writes = true;
  leave.status = 204;
  operations.push_back(leave);
  Operation ask{OperationMethod::post, "/api/v1/resident/requests", "resident_ask", kTag,
                "提一件申请",          "Ask for something"};
  ask.logged_in = false;
  ask.writes = true;
  ask.body = &codec::kType<ledger::AskOnline>;
  ask.view = view;
  operations.push_back(ask);
}

void add_commands(std::vector<Operation>& operations) {
  Operation batch{OperationMethod::post,
                  "/api/v1/commands",
                  "commands",
                  "commands",
                  "一批命令，逐条给出结果",
                  "A batch of commands, answered one by one"};
  batch.writes = true;
  batch.takes_token = true;
  batch.body = &codec::kType<bus::CommandBatch>;
  batch.view = &codec::kType<bus::CommandBatchResult>;
  operations.push_back(batch);
  Operation stream{OperationMethod::get,
                   "/api/v1/stream",
                   "stream",
                   "stream",
                   "实时变化（SSE）",
                   "Live changes (server-sent events)"};
  stream.view_media = "text/event-stream";
  operations.push_back(stream);
}

}  // namespace

std::string api_description(const bus::Registry& registry) {
  Texts texts;
  codec::ApiDescription api{"Wangdi 网底", kVersion,
                            "Community epidemic prevention: what is recorded once at a door "
                            "becomes a list, a figure and a report at every level."};
  add_session(api.operations);
  add_devices(api.operations);
  add_resident(api.operations);
  add_commands(api.operations);
  for (const auto& query : registry.queries()) api.operations.push_back(operation_of(query, texts));
  // The path of imports answers a trial with its result and an import with its job. Which rule a
  // document's number follows depends on its kind.
  api.further_types = {&codec::kType<residents::ImportStarted>, &codec::kType<ledger::SlipCode>,
                       &codec::kType<IdNumber>};
  std::deque<std::vector<std::string_view>> roles;
  for (const auto& [name, command] : registry.commands()) {
    api.commands.push_back({command.name, command.body, roles.emplace_back(names_of(command.roles)),
                            use_of(command.token_use)});
  }
  return codec::openapi(api);
}

}  // namespace wangdi::app
