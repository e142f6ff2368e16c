// SPDX-License-Identifier: Apache-2.0
// Visits of residents.
#include "app/resident_desk.hpp"

#include <cstring>

#include "access/gatekeeper.hpp"
#include "access/system_actor.hpp"
#include "app/api_support.hpp"
#include "app/sending.hpp"
#include "base/hex.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/ledger/queries.hpp"

namespace wangdi::app {

using http::Method;
using http::Request;
using http::ResponderPtr;
using http::Response;

namespace {

constexpr std::string_view kPath = "/api/v1/resident/visit";
constexpr std::size_t kVisitsMax = 10'000;
constexpr std::size_t kOpeningsMax = 20;
constexpr std::int64_t kComeAgainMs = 5'000;

// What the desk asks of a reader: never from outside.
struct PersonParams {
  PersonId person;
};
WD_DESCRIBE(PersonParams, person)

Error too_many(std::int64_t wait_ms) {
  return Error(ErrorCode::too_many_requests)
      .with("seconds", std::to_string((wait_ms + 999) / 1'000));
}

access::ThrottleKey key_of(const Request& request) {
  constexpr std::string_view kKind = "resident";
  return {crypto::sha256({crypto::bytes_of(kKind), crypto::bytes_of(request.client_address)})};
}

// No program comes here, whatever its token is for.
Status expect_a_person(const Request& request) {
  if (has_token_in_url(request)) return Error(ErrorCode::token_in_url);
  if (bearer_token(request)) return Error(ErrorCode::not_found);
  return ok();
}

crypto::Digest visit_key(std::string_view token) {
  return crypto::sha256({crypto::bytes_of(token)});
}

}  // namespace

std::size_t ResidentDesk::KeyHash::operator()(const Key& key) const {
  std::size_t hash = 0;
  std::memcpy(&hash, key.data(), sizeof hash);
  return hash;
}

Status ResidentDesk::read_rules(const Parameters& parameters, CivilDate today,
                                ResidentDeskParts& parts) {
  WD_TRY(const auto minutes, parameters.integer("ledger.visit_minutes", {}, today));
  WD_TRY(parts.tries_max, parameters.integer("ledger.slip_tries", {}, today));
  WD_TRY(const auto free, parameters.integer("ledger.address_failures_free", {}, today));
  WD_TRY(const auto delay, parameters.integer("ledger.address_delay_seconds_max", {}, today));
  parts.by_address = {static_cast<int>(free), delay * 1'000};
  parts.visit_ms = minutes * 60'000;
  return ok();
}

ResidentDesk::ResidentDesk(ResidentDeskParts parts) : parts_(parts), by_address_(parts.by_address) {
  view_.path = "resident/visit";
  view_.run = [](const bus::QueryInput& input, bus::QueryContext& context) -> Result<bus::Answer> {
    WD_TRY(const auto params, codec::decode<PersonParams>(input.body));
    WD_TRY(const auto view, ledger::ledger_view(params.person, context));
    bus::Answer answer;
    codec::encode(view, answer.bytes);
    return answer;
  };
}

void ResidentDesk::add_routes(http::Server& server) {
  server.route({Method::post, std::string(kPath),
                [this](Request request, const ResponderPtr& to) { open(std::move(request), to); }});
  server.route({Method::get, std::string(kPath),
                [this](const Request& request, const ResponderPtr& to) { look(request, to); }});
  server.route({Method::del, std::string(kPath),
                [this](const Request& request, const ResponderPtr& to) { leave(request, to); }});
  server.route({Method::post, "/api/v1/resident/requests",
                [this](Request request, const ResponderPtr& to) { ask(std::move(request), to); }});
}

void ResidentDesk::fail(const Error& error, const Request& request, http::Responder& to) const {
  parts_.log.error("resident_failed", error, request.request_id);
  to.send(http::problem(error, request));
}

Status ResidentDesk::may_open(const access::ThrottleKey& from) {
  const std::lock_guard lock(mutex_);
  const auto now_ms = parts_.clock.monotonic_ms();
  std::erase_if(visits_, [&](const auto& entry) { return entry.second.ends_ms <= now_ms; });
  if (opening_ >= kOpeningsMax || visits_.size() + opening_ >= kVisitsMax) {
    return too_many(kComeAgainMs);
  }
  if (const auto wait = by_address_.wait(from, now_ms); wait > 0) return too_many(wait);
  by_address_.count(from, now_ms);  // taken back where the code was right
  ++opening_;
  return ok();
}

std::string ResidentDesk::begin(const ledger::OpenedSlip& slip, Visit& visit) {
  const std::lock_guard lock(mutex_);
  const auto now_ms = parts_.clock.monotonic_ms();
  const auto token = to_hex(random_.take<16>());
  visit = {slip, to_hex(random_.take<16>()), now_ms + parts_.visit_ms,
           parts_.clock.now() + parts_.visit_ms};
  visits_[visit_key(token)] = visit;
  return token;
}

Result<ResidentDesk::Visit> ResidentDesk::visit_of(const Request& request) {
  WD_TRY([[maybe_unused]] auto is_person, expect_a_person(request));
  const auto token = resident_token(request);
  if (token.empty()) return Error(ErrorCode::slip_ended);
  const std::lock_guard lock(mutex_);
  const auto found = visits_.find(visit_key(token));
  if (found == visits_.end() || found->second.ends_ms <= parts_.clock.monotonic_ms()) {
    return Error(ErrorCode::slip_ended);
  }
  const bool writes = request.method != Method::get && request.method != Method::head;
  if (writes && !access::same_secret(request.header("x-csrf-token"), found->second.csrf)) {
    return Error(ErrorCode::csrf_missing);
  }
  return found->second;
}

void ResidentDesk::open(Request request, const ResponderPtr& to) {
  if (auto person = expect_a_person(request); !person) return fail(person.error(), request, *to);
  if (auto is_private = expect_private_line(request); !is_private) {
    return fail(is_private.error(), request, *to);
  }
  if (auto json = expect_json(request); !json) return fail(json.error(), request, *to);
  auto form = codec::decode<ledger::OpenSlip>(request.body);
  request.body.clear();
  if (!form) return fail(form.error(), request, *to);
  const auto from = key_of(request);
  if (auto may = may_open(from); !may) return fail(may.error(), request, *to);
  auto opened = std::make_shared<std::optional<ledger::OpenedSlip>>();
  auto shared = std::make_shared<Request>(std::move(request));
  auto queued = parts_.writer.submit_job(
      [this, opened, form = std::move(*form)](store::Rows& rows, vault::Writer&) {
        *opened = ledger::use_slip(rows, parts_.codes, form.slip, form.slip_code.text,
                                   parts_.tries_max, parts_.clock.now());
        return ok();
      },
      [this, opened, shared, from, to](const Status& status) {
        end_opening(from, !status ? Opening::failed : *opened ? Opening::opened : Opening::wrong);
        if (!status) return fail(status.error(), *shared, *to);
        if (!*opened) return fail(Error(ErrorCode::slip_not_valid), *shared, *to);
        Visit visit;
        auto token = begin(**opened, visit);
        answer_view(*shared, std::move(visit), Opens::yes, std::move(token), to);
      });
  if (queued) return;
  end_opening(from, Opening::failed);
  fail(queued.error(), *shared, *to);
}

void ResidentDesk::end_opening(const access::ThrottleKey& from, Opening how) {
  const std::lock_guard lock(mutex_);
  --opening_;
  if (how != Opening::wrong) by_address_.take_back(from);
}

void ResidentDesk::end(std::string_view token) {
  const std::lock_guard lock(mutex_);
  visits_.erase(visit_key(token));
}

Error ResidentDesk::error_of_view(const Error& error, std::string_view token, Opens opens) {
  if (error.code() != ErrorCode::not_found) return error;
  end(token);
  return Error(opens == Opens::yes ? ErrorCode::slip_not_valid : ErrorCode::slip_ended);
}

void ResidentDesk::look(const Request& request, const ResponderPtr& to) {
  auto visit = visit_of(request);
  if (!visit) return fail(visit.error(), request, *to);
  answer_view(request, std::move(*visit), Opens::no, std::string(resident_token(request)), to);
}

void ResidentDesk::leave(const Request& request, const ResponderPtr& to) {
  if (auto visit = visit_of(request); !visit) return fail(visit.error(), request, *to);
  end(resident_token(request));
  Response response(204);
  set_resident_cookie(response, request.secure, {}, 0);
  to->send(std::move(response));
}

void ResidentDesk::answer_view(const Request& request, Visit visit, Opens opens, std::string token,
                               const ResponderPtr& to) {
  const Caller caller(request);
  const auto region = RegionCode::of(visit.slip.home);
  if (!region) return fail(region.error(), request, *to);
  bus::QueryRequest query{&view_,
                          access::resident_actor(*region),
                          "",
                          codec::encode(PersonParams{visit.slip.person}),
                          "application/json",
                          caller.language == Language::kEnglish ? "en" : "zh"};
  auto done = [this, caller, opens, token = std::move(token), visit = std::move(visit),
               to](Result<bus::Answer> answer) {
    auto view = answer ? codec::decode<ledger::LedgerView>(answer->bytes)
                       : Result<ledger::LedgerView>(answer.error());
    if (!view) {
      const auto error = error_of_view(view.error(), token, opens);
      parts_.log.error("resident_failed", error, caller.request_id);
      to->send(http::problem(error, caller.language, caller.request_id));
      return;
    }
    view->slip = visit.slip.slip;
    view->holder = visit.slip.holder;
    view->csrf = visit.csrf;
    view->ends_at = visit.ends_at;
    auto response = json_answer(*view);
    if (opens == Opens::yes) {
      set_resident_cookie(response, caller.secure, token, parts_.visit_ms / 1'000);
    }
    to->send(std::move(response));
  };
  auto queued = parts_.queries.submit(std::move(query), std::move(done));
  if (!queued) fail(queued.error(), request, *to);
}

void ResidentDesk::ask(Request request, const ResponderPtr& to) {
  auto visit = visit_of(request);
  if (!visit) return fail(visit.error(), request, *to);
  if (auto json = expect_json(request); !json) return fail(json.error(), request, *to);
  auto form = codec::decode<ledger::AskOnline>(request.body);
  request.body.clear();
  if (!form) return fail(form.error(), request, *to);
  const auto region = RegionCode::of(visit->slip.home);
  if (!region) return fail(region.error(), request, *to);
  const ledger::AskRequest asked{form->request, visit->slip.person, form->kind, visit->slip.holder,
                                 std::move(form->words)};
  std::vector<bus::PreparedCommand> commands;
  commands.push_back(
      prepared_command(CommandId{form->request.value}, asked, *region, parts_.clock.now()));
  auto shared = std::make_shared<Request>(std::move(request));
  auto done = [this, shared, visit = *visit, to](std::vector<bus::Outcome> outcomes) {
    const auto& outcome = outcomes.front();
    const bool saved = outcome.status == bus::CommandStatus::applied ||
                       outcome.status == bus::CommandStatus::duplicate;
    std::string token(resident_token(*shared));
    if (saved) return answer_view(*shared, visit, Opens::no, std::move(token), to);
    const auto error = outcome.error.value_or(Error(ErrorCode::internal));
    fail(error_of_view(error, token, Opens::no), *shared, *to);
  };
  auto queued = parts_.writer.submit(access::resident_actor(*region), std::move(commands), done);
  if (!queued) fail(queued.error(), *shared, *to);
}

}  // namespace wangdi::app
