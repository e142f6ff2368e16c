// SPDX-License-Identifier: Apache-2.0
// Log-in, log-out, who am I, and setting a password.
#include "app/api_proof.hpp"
#include "modules/accounts/messages.hpp"

namespace wangdi::app {

using http::Method;
using http::Request;
using http::ResponderPtr;
using http::Response;

namespace {

// The cookie lives a little longer than the session, so that an ended session is told as such.
constexpr std::int64_t kCookieSpareSeconds = 86'400;

std::int64_t seconds_left(const access::Session& session, UnixMs now) {
  return (session.expires_at - now) / 1'000 + kCookieSpareSeconds;
}

// A member that is only there when true.
std::optional<bool> only_if(bool condition) {
  return condition ? std::optional(true) : std::nullopt;
}

}  // namespace

void Api::add_session_routes(http::Server& server) {
  const auto path = "/api/v1/session";
  server.route({Method::post, path, [this](Request request, const ResponderPtr& to) {
                  log_in(std::move(request), to);
                }});
  server.route({Method::get, path,
                [this](const Request& request, const ResponderPtr& to) { who_am_i(request, to); }});
  server.route({Method::del, path,
                [this](const Request& request, const ResponderPtr& to) { log_out(request, to); }});
  server.route(
      {Method::post, "/api/v1/session/password", [this](Request request, const ResponderPtr& to) {
         change_password(std::move(request), to);
       }});
  server.route(
      {Method::post, "/api/v1/session/factor",
       [this](Request request, const ResponderPtr& to) { offer_factor(std::move(request), to); }});
  server.route({Method::post, "/api/v1/session/factor/confirm",
                [this](Request request, const ResponderPtr& to) {
                  confirm_factor(std::move(request), to);
                }});
  server.route(
      {Method::post, "/api/v1/session/proof",
       [this](Request request, const ResponderPtr& to) { prove(std::move(request), to); }});
}

void Api::answer_session(const Request& request, const access::Session& session,
                         std::optional<access::Opened> opened, const ResponderPtr& to) {
  const Caller caller(request);
  auto answer = [this, caller, session, opened = std::move(opened), to](Result<bus::Answer> me) {
    auto account = me ? codec::decode<accounts::AccountView>(me->bytes)
                      : Result<accounts::AccountView>(me.error());
    if (!account) {
      parts_.log.error("session_failed", account.error(), caller.request_id);
      to->send(http::problem(account.error(), caller.language, caller.request_id));
      return;
    }
    const auto now = parts_.clock.now();
    auto response = json_answer(
        accounts::SessionView{std::move(*account), session.csrf, session.expires_at, parts_.demo,
                              only_if(session.must_set_password), only_if(session.password_is_old),
                              only_if(session.has_factor), only_if(session.must_enrol_factor),
                              only_if(parts_.guard.is_alarmed()), only_if(session.has_device_key),
                              session.device_entered_at, parts_.phone, now});
    if (opened) {
      set_session_cookie(response, caller.secure, opened->token, seconds_left(session, now));
      set_device_cookie(response, caller.secure, opened->device_mark);
    }
    to->send(std::move(response));
  };
  auto queued = parts_.queries.submit(
      {me_, session.actor, "", "", "", caller.language == Language::kEnglish ? "en" : "zh"},
      std::move(answer));
  if (!queued) fail(queued.error(), request, *to);
}

void Api::log_in(Request request, const ResponderPtr& to) {
  if (auto is_private = expect_private_line(request); !is_private) {
    return fail(is_private.error(), request, *to);
  }
  if (auto json = expect_json(request); !json) return fail(json.error(), request, *to);
  auto form = codec::decode<accounts::OpenSession>(request.body);
  request.body.clear();
  if (!form) return fail(form.error(), request, *to);
  access::Login login;
  login.account = std::move(form->account.text);
  login.password = std::move(form->password.text);
  if (form->code) login.code = std::move(form->code->text);
  if (form->device) {
    login.device = access::DeviceLogin{std::move(form->device->key.text),
                                       std::move(form->device->challenge.text),
                                       std::move(form->device->signature.text)};
  }
  login.client_address = request.client_address;
  login.device_mark = device_mark(request);
  parts_.gatekeeper.log_in(std::move(login),
                           [this, to, request = std::move(request)](Result<access::Opened> opened) {
                             if (!opened) return fail(opened.error(), request, *to);
                             const auto session = opened->session;
                             answer_session(request, session, std::move(*opened), to);
                           });
}

void Api::who_am_i(const Request& request, const ResponderPtr& to) {
  const auto visitor = this->visitor(request, Needs::session);
  if (!visitor) return fail(visitor.error(), request, *to);
  answer_session(request, visitor->session, std::nullopt, to);
}

void Api::log_out(const Request& request, const ResponderPtr& to) {
  const auto visitor = this->visitor(request, Needs::session);
  if (!visitor) return fail(visitor.error(), request, *to);
  parts_.gatekeeper.log_out(visitor->token, [this, to, caller = Caller(request)](Status ended) {
    if (!ended) {
      parts_.log.error("log_out_failed", ended.error(), caller.request_id);
      return to->send(http::problem(ended.error(), caller.language, caller.request_id));
    }
    Response response(204);
    set_session_cookie(response, caller.secure, "", 0);
    // The phone's own cache of views goes too; the sealed outbox stays.
    response.header("Clear-Site-Data", "\"cache\"");
    to->send(std::move(response));
  });
}

void Api::change_password(Request request, const ResponderPtr& to) {
  auto visitor = this->visitor(request, Needs::session);
  if (!visitor) return fail(visitor.error(), request, *to);
  if (auto json = expect_json(request); !json) return fail(json.error(), request, *to);
  auto form = codec::decode<accounts::ChangePassword>(request.body);
  request.body.clear();
  if (!form) return fail(form.error(), request, *to);
  access::Gatekeeper::PasswordChange change;
  change.token = visitor->token;
  change.current = std::move(form->current.text);
  change.next = std::move(form->next.text);
  change.client_address = request.client_address;
  change.device_mark = device_mark(request);
  parts_.gatekeeper.change_password(
      std::move(change), [this, to, request = std::move(request)](Result<access::Opened> opened) {
        if (!opened) return fail(opened.error(), request, *to);
        const auto session = opened->session;
        answer_session(request, session, std::move(*opened), to);
      });
}

void Api::offer_factor(Request request, const ResponderPtr& to) {
  auto read = read_proof<accounts::OfferFactor>(request);
  if (!read) return fail(read.error(), request, *to);
  auto& [proof, form] = *read;
  proof.password = std::move(form.password.text);
  if (form.code) proof.code = std::move(form.code->text);
  using Offer = access::Gatekeeper::FactorOffer;
  parts_.gatekeeper.offer_factor(std::move(proof), [this, to, request = std::move(request)](
                                                       Result<Offer> offer) {
    if (!offer) return fail(offer.error(), request, *to);
    to->send(json_answer(accounts::FactorOffer{std::move(offer->secret), std::move(offer->uri)}));
  });
}

void Api::confirm_factor(Request request, const ResponderPtr& to) {
  auto read = read_proof<accounts::ConfirmFactor>(request);
  if (!read) return fail(read.error(), request, *to);
  auto& [proof, form] = *read;
  proof.code = std::move(form.code.text);
  using Codes = Result<std::vector<std::string>>;
  parts_.gatekeeper.confirm_factor(
      std::move(proof), [this, to, request = std::move(request)](Codes codes) {
        if (!codes) return fail(codes.error(), request, *to);
        to->send(json_answer(accounts::RecoveryCodes{{std::move(*codes)}}));
      });
}

void Api::prove(Request request, const ResponderPtr& to) {
  auto read = read_proof<accounts::ProveSession>(request);
  if (!read) return fail(read.error(), request, *to);
  auto& [proof, form] = *read;
  if (form.password) proof.password = std::move(form.password->text);
  if (form.code) proof.code = std::move(form.code->text);
  parts_.gatekeeper.prove(std::move(proof),
                          [this, to, request = std::move(request)](Status proved) {
                            if (!proved) return fail(proved.error(), request, *to);
                            to->send(Response(204));
                          });
}

}  // namespace wangdi::app
