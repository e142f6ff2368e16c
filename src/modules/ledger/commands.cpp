// SPDX-License-Identifier: Apache-2.0
// Handing out slips, recording requests, answering them.
#include "modules/ledger/commands.hpp"

#include <algorithm>

#include "access/system_actor.hpp"
#include "access/tables.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/ledger/rules.hpp"
#include "modules/ledger/tables.hpp"
#include "modules/residents/facts.hpp"
#include "vault/writer.hpp"

namespace wangdi::ledger {
namespace {

using access::Role;
using bus::CommandContext;
using bus::Decision;
using vault::Field;

constexpr access::Roles kHanders = {Role::grid_worker, Role::community_officer};
constexpr access::Roles kAnswerers = {Role::community_officer};
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kEndedSlipsAtOnce = 100;

constexpr store::Statement kEndedSlips{
    "ledger_ended_slips",
    "SELECT district, slip, home, person, holder, code, expires_at, tries, used_at"
    " FROM ledger_slip WHERE district = $1 AND expires_at < $2 ORDER BY expires_at LIMIT $3"};
// Two texts of a request, each under the request's own key.
constexpr Field kWords = Field::note, kReason = Field::display;

Result<residents::StoredPerson> person_of(PersonId person, CommandContext& context) {
  auto found = residents::stored_person(context.rows, context.region.district(), person);
  if (!found) return Error(ErrorCode::not_found);
  return std::move(*found);
}

template <class Command>
Result<RegionCode> grid_of(const Command& command, CommandContext& context) {
  WD_TRY(auto person, person_of(command.person, context));
  return std::move(person.grid);
}

Result<std::int64_t> number(std::string_view name, CommandContext& context) {
  return context.parameters.integer(name, context.region, context.today);
}

// Only a guardian acts for a child.
Status check_child(PersonId person, const residents::StoredPerson& stored, Holder holder,
                   CommandContext& context) {
  WD_TRY(const auto years, number("ledger.guardian_under_years", context));
  WD_TRY(const auto text,
         context.vault.get(context.region.district(), person.value, Field::birth_date));
  const auto born = text ? CivilDate::parse(*text) : std::nullopt;
  return check_holder(holder, is_under(years, born, stored.birth_year, context.today), years);
}

// Slips that are over say for whom they were: they are kept no longer than they are good for.
Status forget_ended_slips(CommandContext& context) {
  WD_TRY(const auto ended,
         context.select<SlipRow>(kEndedSlips, access::kNation, context.now, kEndedSlipsAtOnce));
  for (const auto& row : ended) context.rows.erase(kSlip, {row.district, row.slip});
  return ok();
}

Result<Decision> make_slip(const MakeSlip& command, CommandContext& context, SlipCodes& codes) {
  WD_TRY(const auto person, person_of(command.person, context));
  WD_TRY([[maybe_unused]] auto child, check_child(command.person, person, command.holder, context));
  // A repeat must not make another code: the writer then finds the first answer.
  if (context.rows.find(kSlip, {access::kNation, command.slip}) != nullptr) {
    return Error(ErrorCode::command_id_reused);
  }
  WD_TRY([[maybe_unused]] auto forgotten, forget_ended_slips(context));
  WD_TRY(const auto days, number("ledger.slip_days", context));
  SlipCode answer{codes.make(), context.now + days * kDayMs};
  Decision decision;
  decision.events.push_back(
      bus::event(command.slip.value, person.grid,
                 SlipMade{command.person, command.holder, answer.expires_at}));
  decision.once = codec::encode(answer);
  SlipRow row;
  row.district = access::kNation;
  row.slip = command.slip;
  row.home = context.region.district();
  row.person = command.person;
  row.holder = command.holder;
  row.code = codes.mac(command.slip, answer.slip_code);
  row.expires_at = answer.expires_at;
  context.rows.put(kSlip, std::move(row));
  return decision;
}

Result<Decision> ask(const AskRequest& command, CommandContext& context) {
  const auto district = context.region.district();
  WD_TRY(const auto person, person_of(command.person, context));
  WD_TRY([[maybe_unused]] auto child, check_child(command.person, person, command.holder, context));
  if (context.rows.find(kRequest, {district, command.person, command.request}) != nullptr) {
    return Error(ErrorCode::command_id_reused);
  }
  WD_TRY(const auto most, number("ledger.open_requests_most", context));
  const auto open = std::ranges::count(context.rows.list(kRequest, district, command.person),
                                       RequestState::open, &StoredRequest::state);
  if (open >= most) {
    return Error(ErrorCode::requests_many).with("limit", std::to_string(most));
  }
  WD_TRY(const auto days, number("ledger.answer_days", context));
  WD_TRY([[maybe_unused]] auto kept,
         context.vault.put(district, command.request.value, kWords, command.words.text));
  const bool online = context.actor.account == access::kResidentAccount;
  Decision decision;
  decision.events.push_back(
      bus::event(command.request.value, person.grid,
                 RequestAsked{command.person, command.kind, command.holder,
                              online ? RequestWay::online : RequestWay::paper,
                              context.today.plus_days(static_cast<std::int32_t>(days))}));
  return decision;
}

Result<StoredRequest> request_of(const AnswerRequest& command, CommandContext& context) {
  const auto* row =
      context.rows.find(kRequest, {context.region.district(), command.person, command.request});
  if (row == nullptr) return Error(ErrorCode::not_found);
  return *row;
}

Result<Decision> answer(const AnswerRequest& command, CommandContext& context) {
  WD_TRY(const auto row, request_of(command, context));
  if (row.state != RequestState::open) return Error(ErrorCode::request_answered);
  WD_TRY([[maybe_unused]] auto kept,
         context.vault.put(row.district, command.request.value, kReason, command.reason.text));
  Decision decision;
  decision.events.push_back(bus::event(command.request.value, row.grid,
                                       RequestAnswered{command.person, command.verdict}));
  return decision;
}

// An older wording may come from a phone that was offline, one that is not there yet may not.
Result<Decision> give_notice(const GiveNotice& command, CommandContext& context) {
  WD_TRY(const auto person, person_of(command.person, context));
  WD_TRY([[maybe_unused]] auto child, check_child(command.person, person, command.holder, context));
  WD_TRY(const auto newest, number("ledger.notice_version", context));
  if (command.version < 1 || command.version > newest) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/version", ErrorCode::field_out_of_range,
            {{"least", "1"}, {"most", std::to_string(newest)}});
  }
  Decision decision;
  decision.events.push_back(bus::event(command.person.value, person.grid,
                                       NoticeGiven{command.version, command.way, command.holder}));
  return decision;
}

// Each request has a key of its own.
Status erase_texts(PersonId person, CommandContext& context) {
  const auto district = context.region.district();
  for (const auto& row : context.rows.list(kRequest, district, person)) {
    WD_TRY([[maybe_unused]] auto erased, context.vault.erase(district, row.request.value));
  }
  return ok();
}

}  // namespace

void register_commands(bus::Registry& registry, ModuleParts parts) {
  registry.command<MakeSlip>(
      {kHanders, grid_of<MakeSlip>, "给居民一张查阅条", "Hand a resident a slip to look", nullptr,
       true},
      [codes = parts.codes](const MakeSlip& command, CommandContext& context) {
        WD_ASSERT(codes != nullptr);
        return make_slip(command, context, *codes);
      });
  registry.command<AskRequest>(
      {kHanders, grid_of<AskRequest>, "替居民记一件申请", "Record a resident's request"}, ask);
  registry.command<AnswerRequest>(
      {kAnswerers,
       [](const AnswerRequest& command, CommandContext& context) -> Result<RegionCode> {
         WD_TRY(auto row, request_of(command, context));
         return std::move(row.grid);
       },
       "答复一件申请", "Answer a resident's request"},
      answer);
  registry.command<GiveNotice>({kHanders, grid_of<GiveNotice>, "记下已告知",
                                "Record that somebody was told how their data are used"},
                               give_notice);
  registry.erase_with_person(erase_texts);
}

}  // namespace wangdi::ledger
