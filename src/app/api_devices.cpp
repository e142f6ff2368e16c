// SPDX-License-Identifier: Apache-2.0
// Phones' own keys: enrolling one, a code for another, the list, and what a phone may keep whose
// session has ended.
#include "app/api_proof.hpp"
#include "modules/accounts/messages.hpp"

namespace wangdi::app {

using http::Method;
using http::Request;
using http::ResponderPtr;
using http::Response;

namespace {

constexpr std::string_view kListPath = "/api/v1/session/devices";

}  // namespace

void Api::add_device_routes(http::Server& server) {
  server.route(
      {Method::post, "/api/v1/session/device",
       [this](Request request, const ResponderPtr& to) { enrol_device(std::move(request), to); }});
  server.route({Method::post, "/api/v1/session/device/code",
                [this](Request request, const ResponderPtr& to) {
                  make_device_code(std::move(request), to);
                }});
  server.route(
      {Method::get, std::string(kListPath),
       [this](const Request& request, const ResponderPtr& to) { list_devices(request, to); }});
  server.route(
      {Method::del, std::string(kListPath) + "/*",
       [this](const Request& request, const ResponderPtr& to) { end_device(request, to); }});
  server.route(
      {Method::post, "/api/v1/device-state", [this](Request request, const ResponderPtr& to) {
         tell_device_state(std::move(request), to);
       }});
}

void Api::enrol_device(Request request, const ResponderPtr& to) {
  auto read = read_proof<accounts::EnrolDevice>(request);
  if (!read) return fail(read.error(), request, *to);
  auto& [proof, form] = *read;
  using Enrolled = Result<access::Gatekeeper::EnrolledDevice>;
  parts_.gatekeeper.enrol_device(
      {std::move(proof.token), std::move(form.public_key.text), std::move(form.signature.text)},
      [this, to, request = std::move(request)](Enrolled enrolled) {
        if (!enrolled) return fail(enrolled.error(), request, *to);
        to->send(json_answer(accounts::EnrolledDevice{enrolled->key.text(), enrolled->entered_at}));
      });
}

void Api::make_device_code(Request request, const ResponderPtr& to) {
  auto read = read_proof<accounts::MakeDeviceCode>(request);
  if (!read) return fail(read.error(), request, *to);
  auto& [proof, form] = *read;
  proof.password = std::move(form.password.text);
  using Code = Result<access::Gatekeeper::DeviceCode>;
  parts_.gatekeeper.make_device_code(
      std::move(proof), [this, to, request = std::move(request)](Code code) {
        if (!code) return fail(code.error(), request, *to);
        to->send(json_answer(accounts::DeviceCode{std::move(code->code), code->ends_at}));
      });
}

void Api::list_devices(const Request& request, const ResponderPtr& to) {
  const auto visitor = this->visitor(request, Needs::session);
  if (!visitor) return fail(visitor.error(), request, *to);
  const auto list = parts_.gatekeeper.devices(visitor->token);
  if (!list) return fail(list.error(), request, *to);
  accounts::Devices view;
  view.most = static_cast<std::int64_t>(list->most);
  for (const auto& device : list->devices) {
    view.rows.items.push_back({device.key.text(), device.since, device.last_used,
                               device.is_this ? std::optional(true) : std::nullopt});
  }
  to->send(json_answer(view));
}

void Api::end_device(const Request& request, const ResponderPtr& to) {
  const auto visitor = this->visitor(request, Needs::session);
  if (!visitor) return fail(visitor.error(), request, *to);
  const auto key =
      access::DeviceKeyId::parse(std::string_view(request.path).substr(kListPath.size() + 1));
  if (!key) return fail(Error(ErrorCode::not_found), request, *to);
  parts_.gatekeeper.end_device(
      visitor->token, *key, [this, to, caller = Caller(request)](const Status& ended) {
        if (ended) return to->send(Response(204));
        parts_.log.error("request_failed", ended.error(), caller.request_id);
        to->send(http::problem(ended.error(), caller.language, caller.request_id));
      });
}

// Without a session: it is asked because there is none any more.
void Api::tell_device_state(Request request, const ResponderPtr& to) {
  if (has_token_in_url(request)) return fail(Error(ErrorCode::token_in_url), request, *to);
  if (bearer_token(request)) return fail(Error(ErrorCode::not_found), request, *to);
  if (auto is_private = expect_private_line(request); !is_private) {
    return fail(is_private.error(), request, *to);
  }
  if (auto json = expect_json(request); !json) return fail(json.error(), request, *to);
  const auto form = codec::decode<accounts::AskDeviceState>(request.body);
  if (!form) return fail(form.error(), request, *to);
  // What is no id is no known id: one answer for both.
  const auto keep = parts_.gatekeeper.device_state(
      access::DeviceKeyId::parse(form->key.text).value_or(access::DeviceKeyId()), form->entered_at,
      request.client_address);
  if (!keep) return fail(keep.error(), request, *to);
  to->send(json_answer(accounts::DeviceState{*keep}));
}

}  // namespace wangdi::app
