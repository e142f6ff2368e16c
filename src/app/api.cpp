// SPDX-License-Identifier: Apache-2.0
// Who asks, queries, the stream, and what operators and browsers fetch.
#include "app/api.hpp"

#include <charconv>

#include "app/api_support.hpp"
#include "app/description.hpp"
#include "app/metrics.hpp"
#include "app/readiness.hpp"

namespace wangdi::app {

using http::Method;
using http::Request;
using http::ResponderPtr;
using http::Response;

namespace {

constexpr std::string_view kOwnAccountPath = "accounts/me";

// Names and numbers only, so nothing needs escaping.
Response alarm_answer(const journal::Alarm& alarm) {
  std::string text = R"({"status":"read_only","reason":")";
  text.append(journal::name_of(alarm.reason)).append(R"(","place":")");
  text.append(place_text(alarm)).append(R"("})");
  return Response::json(503, std::move(text));
}

}  // namespace

Api::Api(ApiParts parts)
    : parts_(std::move(parts)),
      intake_(std::make_shared<Intake>(IntakeParts{parts_.registry, parts_.writer, parts_.vault,
                                                   parts_.restores, parts_.clock, parts_.watch})) {
  for (const auto& type : parts_.registry.queries()) {
    if (type.path == kOwnAccountPath) me_ = &type;
  }
  WD_ASSERT(me_ != nullptr);
  parts_.phone.server_key = intake_->public_point();
}

void Api::add_routes(http::Server& server) {
  add_session_routes(server);
  add_device_routes(server);
  server.route(
      {Method::post, "/api/v1/commands",
       [this](const Request& request, const ResponderPtr& to) { take_commands(request, to); }});
  server.route(
      {Method::get, "/api/v1/stream",
       [this](const Request& request, const ResponderPtr& to) { open_stream(request, to); }});
  for (const auto& type : parts_.registry.queries()) add_query_route(server, type);
  add_operator_routes(server);
}

// What a program shows never comes from a page: no cookie is sent along by itself, so there is
// nothing a foreign page could use, and no CSRF token is asked for.
Result<Api::Visitor> Api::program(const Request& request, std::string secret, Needs needs) const {
  if (request.has_header("cookie")) return Error(ErrorCode::token_with_cookie);
  WD_TRY([[maybe_unused]] auto is_private, expect_private_line(request));
  auto actor = parts_.gatekeeper.find_program(secret);
  crypto::wipe(secret);
  if (!actor) return actor.error();
  if (needs != Needs::person_or_program) return Error(ErrorCode::not_found);
  Visitor visitor;
  visitor.session.actor = std::move(*actor);
  return visitor;
}

Result<Api::Visitor> Api::visitor(const Request& request, Needs needs) const {
  if (has_token_in_url(request)) return Error(ErrorCode::token_in_url);
  if (auto secret = bearer_token(request)) return program(request, std::move(*secret), needs);
  const auto token = session_token(request);
  if (token.empty()) return Error(ErrorCode::login_required);
  auto session = parts_.gatekeeper.find(token);
  if (!session) return Error(ErrorCode::login_required);
  if (needs != Needs::session && session->must_set_password) {
    return Error(session->password_is_old ? ErrorCode::password_expired
                                          : ErrorCode::password_change_required);
  }
  if (needs != Needs::session && session->must_enrol_factor) {
    return Error(ErrorCode::factor_required);
  }
  const bool writes = request.method != Method::get && request.method != Method::head;
  if (writes && !access::same_secret(request.header("x-csrf-token"), session->csrf)) {
    return Error(ErrorCode::csrf_missing);
  }
  return Visitor{std::move(*session), std::string(token)};
}

void Api::fail(const Error& error, const Request& request, http::Responder& to) const {
  parts_.log.error("request_failed", error, request.request_id);
  to.send(http::problem(error, request));
}

void Api::add_query_route(http::Server& server, const bus::QueryType& type) {
  const auto method = type.method == bus::QueryMethod::get ? Method::get : Method::post;
  server.route({method, "/api/v1/" + type.path,
                [this, &type](Request request, const ResponderPtr& to) {
                  run_query(type, std::move(request), to);
                },
                type.body_bytes_max});
}

void Api::run_query(const bus::QueryType& type, Request request, const ResponderPtr& to) {
  auto visitor = this->visitor(request, Needs::person_or_program);
  if (!visitor) return fail(visitor.error(), request, *to);
  // Before anything is said about proofs: whom it is not for, learns nothing.
  if (!bus::is_for(visitor->session.actor, type.roles, type.token_use)) {
    return fail(Error(ErrorCode::not_found), request, *to);
  }
  if (type.needs_fresh_proof && !visitor->session.actor.is_fresh) {
    return fail(Error(ErrorCode::fresh_proof_required), request, *to);
  }
  if (type.method == bus::QueryMethod::post && !type.takes_file) {
    if (auto json = expect_json(request); !json) return fail(json.error(), request, *to);
  }
  const Caller caller(request);
  bus::QueryRequest query{&type,
                          visitor->session.actor,
                          std::move(request.query),
                          std::move(request.body),
                          std::string(request.header("content-type")),
                          caller.language == Language::kEnglish ? "en" : "zh"};
  auto queued =
      parts_.queries.submit(std::move(query), [this, caller, to](Result<bus::Answer> answer) {
        if (!answer) {
          parts_.log.error("query_failed", answer.error(), caller.request_id);
          to->send(http::problem(answer.error(), caller.language, caller.request_id));
          return;
        }
        Response response(answer->status);
        put_view(response, std::string(answer->content_type), std::move(answer->bytes), caller);
        if (!answer->file_name.empty()) response.attachment(answer->file_name);
        to->send(std::move(response));
      });
  if (!queued) fail(queued.error(), request, *to);
}

void Api::open_stream(const Request& request, const ResponderPtr& to) {
  auto visitor = this->visitor(request, Needs::own_secret);
  if (!visitor) return fail(visitor.error(), request, *to);
  std::optional<std::int64_t> known;
  if (const auto last = request.header("last-event-id"); !last.empty()) {
    std::int64_t number = 0;
    const auto read = std::from_chars(last.data(), last.data() + last.size(), number);
    if (read.ec == std::errc() && read.ptr == last.data() + last.size()) known = number;
  }
  parts_.hub.add(to->open_stream(), visitor->session, known);
}

namespace {

std::string ready_text(const std::vector<std::string>& warnings) {
  std::string names;
  for (const auto& name : warnings) {
    names.append(names.empty() ? "" : ",").append(1, '"').append(name).append(1, '"');
  }
  if (names.empty()) return R"({"status":"ready"})";
  return R"({"status":"ready","warnings":[)" + names + "]}";
}

}  // namespace

void Api::add_operator_routes(http::Server& server) {
  auto description = std::make_shared<const std::string>(api_description(parts_.registry));
  server.route(
      {Method::get, "/openapi.json", [description](const Request&, const ResponderPtr& to) {
         to->send(Response::json(200, *description));
       }});
  // Alive: the network thread answers. Ready: the writer takes work as well, commands included.
  server.route({Method::get, "/health", [](const Request&, const ResponderPtr& to) {
                  to->send(Response::json(200, R"({"status":"ok"})"));
                }});
  auto readiness = std::make_shared<Readiness>(parts_.writer, parts_.clock);
  server.route(
      {Method::get, "/ready", [this, readiness](const Request& request, const ResponderPtr& to) {
         if (const auto alarm = parts_.guard.alarm()) return to->send(alarm_answer(*alarm));
         readiness->ask([this, to, caller = Caller(request)](const Status& status) {
           to->send(status ? Response::json(200, ready_text(parts_.warnings()))
                           : http::problem(status.error(), caller.language, caller.request_id));
         });
       }});
  // Counts only, but nobody else's business: the collector runs on this machine.
  server.route({Method::get, "/metrics", [this](const Request& request, const ResponderPtr& to) {
                  if (!request.client_is_loopback) {
                    return to->send(http::problem(Error(ErrorCode::not_found), request));
                  }
                  Response response;
                  response.body(std::string(kMetricsContentType), parts_.metrics());
                  to->send(std::move(response));
                }});
}

}  // namespace wangdi::app
