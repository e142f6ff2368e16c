// SPDX-License-Identifier: Apache-2.0
// Command handlers of what restricts a person: the ground is checked, the hour counted,
// a second person and the level above brought in, the review that the person asks for decided.
#include "modules/status/commands.hpp"

#include <algorithm>

#include "common/parameters/parameters.hpp"
#include "modules/residents/facts.hpp"
#include "modules/screening/facts.hpp"
#include "modules/status/limits.hpp"
#include "modules/status/rules.hpp"
#include "modules/status/tables.hpp"
#include "vault/writer.hpp"

namespace wangdi::status {
namespace {

using bus::CommandContext;
using bus::Decision;
using residents::Ground;
using residents::KeyReason;
using residents::KeyTerm;

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

// Where an entry comes from: the term, and what the person may read of it.
struct Grounded {
  KeyTerm term;
  Ground ground;
  bool by_hand = true;
};

Ground ground_of(const SetStatus& command, CivilDate fact_on, const CommandContext& context) {
  Ground ground;
  ground.entry = command.entry;
  ground.source = command.source;
  ground.fact_on = fact_on;
  ground.office_role = context.actor.role;
  ground.office = context.actor.region;
  ground.set_on = context.today;
  return ground;
}

Result<Grounded> by_rule(const SetStatus& command, HouseholdId household, const RegionCode& grid,
                         CommandContext& context) {
  if (!command.visit) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/visit", ErrorCode::field_missing);
  }
  WD_TRY(const auto fact,
         screening::recorded_fact(household, *command.visit, command.person, context));
  if (!fact) return Error(ErrorCode::status_rule_not_met);
  WD_TRY(const auto proposals, proposals_for(*fact, grid, context.parameters, context.today));
  const auto found = std::ranges::find(proposals, key_group_of(command.group), &Proposal::group);
  if (found == proposals.end()) return Error(ErrorCode::status_rule_not_met);
  Grounded grounded{{found->group, found->starts_on, found->ends_on},
                    ground_of(command, found->fact_on, context),
                    fact->recorder == context.actor.account};
  grounded.ground.rule = std::string(found->rule);
  grounded.ground.visit = command.visit;
  return grounded;
}

Result<Grounded> by_document(const SetStatus& command, const RegionCode& grid,
                             CommandContext& context) {
  WD_TRY(const auto most,
         context.parameters.integer("status.document_days_most", grid, context.today));
  WD_TRY([[maybe_unused]] auto complete, check_document(command, context.today, most));
  Grounded grounded{{key_group_of(command.group), *command.starts_on, *command.ends_on},
                    ground_of(command, *command.issued_on, context)};
  grounded.ground.document = command.document;
  grounded.ground.document_number = command.document_number->text;
  grounded.ground.issuer = command.issuer->text;
  return grounded;
}

// Nobody is entered twice, nor again by a record that a review took the ground from.
Status check_earlier(const SetStatus& command, UnixMs lapsed_before, CommandContext& context) {
  for (const auto& row : context.rows.list(kEntry, context.region.district(), command.person)) {
    if (row.entry == command.entry) return Error(ErrorCode::command_id_reused);
    if (row.key_group != key_group_of(command.group)) continue;
    if (row.state == EntryState::waiting && row.set_at > lapsed_before) {
      return Error(ErrorCode::key_group_running);
    }
    const bool same_record = command.source == GroundSource::rule && row.visit == command.visit;
    if (row.state == EntryState::withdrawn && same_record) {
      return Error(ErrorCode::status_rule_not_met);
    }
  }
  return ok();
}

Status keep_ground(const SetStatus& command, const Grounded& grounded, CommandContext& context) {
  return residents::change_reasons(command.person, context, [&](std::vector<KeyReason>& reasons) {
    reasons.push_back({grounded.term.group, grounded.term.starts_on, command.reason.text,
                       std::nullopt, grounded.ground});
  });
}

// Changes the ground of one entry, or takes its words away.
enum class Keep : std::uint8_t { kept, removed };
Status change_ground(PersonId person, StatusEntryId entry, CommandContext& context,
                     const std::function<Keep(Ground&)>& change) {
  return residents::change_reasons(person, context, [&](std::vector<KeyReason>& reasons) {
    std::erase_if(reasons, [&](KeyReason& reason) {
      return reason.ground && reason.ground->entry == entry &&
             change(*reason.ground) == Keep::removed;
    });
  });
}

Result<Decision> set_status(const SetStatus& command, CommandContext& context) {
  WD_TRY(const auto person, person_of(command.person, context));
  const auto& [household, grid, birth_year] = person;
  WD_TRY(const auto limit, limit_of(grid, context));
  WD_TRY([[maybe_unused]] auto first, check_earlier(command, limit.lapsed_before, context));
  WD_TRY(auto grounded, command.source == GroundSource::rule
                            ? by_rule(command, household, grid, context)
                            : by_document(command, grid, context));
  WD_TRY(auto entering, residents::entering(command.person, grounded.term, context));
  std::optional<AlarmKind> over;
  if (grounded.by_hand) {
    WD_TRY(over, over_limit(limit, context));
  }
  grounded.ground.waits = over.has_value();
  WD_TRY([[maybe_unused]] auto kept, keep_ground(command, grounded, context));
  Decision decision;
  decision.held = over.has_value();
  const auto& ground = grounded.ground;
  decision.events.push_back(bus::event(
      command.person.value, grid,
      StatusSet{command.entry, household, grounded.term.group, grounded.term.starts_on,
                grounded.term.ends_on, command.source, ground.rule, ground.visit, ground.document,
                grounded.by_hand, ground.waits, context.actor.role, context.actor.region}));
  if (!over) {
    decision.events.push_back(bus::event(command.person.value, grid, std::move(entering)));
    return decision;
  }
  WD_TRY(auto alarm, alarm_of(*over, limit, context));
  if (alarm) decision.events.push_back(std::move(*alarm));
  return decision;
}

Result<EntryRow> entry_of(PersonId person, StatusEntryId entry, CommandContext& context) {
  const auto* stored = context.rows.find(kEntry, {context.region.district(), person, entry});
  if (stored == nullptr) return Error(ErrorCode::not_found);
  return *stored;
}

Result<Decision> confirm_status(const ConfirmStatus& command, CommandContext& context) {
  WD_TRY(const auto row, entry_of(command.person, command.entry, context));
  WD_TRY(const auto limit, limit_of(row.grid, context));
  if (row.state != EntryState::waiting || row.set_at <= limit.lapsed_before) {
    return Error(ErrorCode::already_decided);
  }
  if (row.set_by == context.actor.account) return Error(ErrorCode::second_person_needed);
  Decision decision;
  decision.events.push_back(bus::event(command.person.value, row.grid,
                                       StatusConfirmed{command.entry, command.confirmed}));
  if (command.confirmed) {
    WD_TRY(
        auto entering,
        residents::entering(command.person, {row.key_group, row.starts_on, row.ends_on}, context));
    decision.events.push_back(bus::event(command.person.value, row.grid, std::move(entering)));
  }
  WD_TRY([[maybe_unused]] auto kept,
         change_ground(command.person, command.entry, context, [&](Ground& ground) {
           ground.waits = false;
           return command.confirmed ? Keep::kept : Keep::removed;
         }));
  return decision;
}

Result<Decision> ask_review(const AskReview& command, CommandContext& context) {
  WD_TRY(const auto row, entry_of(command.person, command.entry, context));
  if (row.state != EntryState::in_force) return Error(ErrorCode::already_decided);
  if (row.review && !row.review_result) {
    return Error(ErrorCode::status_review_open).with("day", row.review_due_on.text());
  }
  WD_TRY(const auto days,
         context.parameters.integer("status.review_days", row.grid, context.today));
  // From the day the person asked, however late the phone sends it.
  const auto due_on = context.day.plus_days(static_cast<std::int32_t>(days));
  WD_TRY([[maybe_unused]] auto kept,
         change_ground(command.person, command.entry, context, [&](Ground& ground) {
           ground.review = residents::GroundReview{
               command.review, command.words.text, context.day, due_on, {}, {}, {}};
           return Keep::kept;
         }));
  Decision decision;
  decision.events.push_back(
      bus::event(command.person.value, row.grid,
                 ReviewAsked{command.entry, command.review, command.through, due_on}));
  return decision;
}

Result<Decision> decide_review(const DecideReview& command, CommandContext& context) {
  WD_TRY(const auto row, entry_of(command.person, command.entry, context));
  if (!row.review || row.review_result) return Error(ErrorCode::already_decided);
  const auto decider = context.actor.account;
  if (decider == row.set_by || decider == row.decided_by) {
    return Error(ErrorCode::second_person_needed);
  }
  Decision decision;
  decision.events.push_back(
      bus::event(command.person.value, row.grid, ReviewDecided{command.entry, command.result}));
  if (command.result == ReviewResult::withdrawn) {
    // Today still counts: who was seen this morning as a key person was due.
    WD_TRY(auto leaving,
           residents::leaving(command.person, {row.key_group, row.starts_on, row.ends_on},
                              context.today, context));
    if (leaving) {
      decision.events.push_back(bus::event(command.person.value, row.grid, std::move(*leaving)));
    }
  }
  WD_TRY([[maybe_unused]] auto kept,
         change_ground(command.person, command.entry, context, [&](Ground& ground) {
           if (!ground.review) ground.review = residents::GroundReview{};
           ground.review->result = command.result;
           ground.review->decided_on = context.today;
           ground.review->decided_because = command.reason.text;
           return Keep::kept;
         }));
  return decision;
}

Result<AlarmRow> alarm_of(const AnswerAlarm& command, CommandContext& context) {
  const auto* stored = context.rows.find(kAlarm, {command.region.district(), command.alarm});
  if (stored == nullptr || stored->region != command.region) return Error(ErrorCode::not_found);
  return *stored;
}

Result<Decision> answer_alarm(const AnswerAlarm& command, CommandContext& context) {
  WD_TRY(const auto row, alarm_of(command, context));
  if (!row.open) return Error(ErrorCode::already_decided);
  if (!answers(context.actor.role, row.kind, row.role)) {
    return Error(ErrorCode::status_level_above);
  }
  WD_TRY([[maybe_unused]] auto kept, context.vault.put(row.district, command.alarm.value,
                                                       vault::Field::note, command.words.text));
  Decision decision;
  decision.events.push_back(bus::event(command.alarm.value, row.region, AlarmAnswered{}));
  return decision;
}

template <class Command>
void foresee_person(const Command& command, const bus::Foresight& ahead) {
  const auto district = ahead.region.district();
  const auto household = residents::want_person(ahead.rows, district, command.person);
  ahead.rows.want_list(kEntry, district, command.person);
  if (!household) return;
  residents::want_household(ahead.rows, district, *household);
  residents::want_key_persons(ahead.rows, district, *household);
}

}  // namespace

void register_commands(bus::Registry& registry) {
  constexpr access::Roles kAbove = {access::Role::township_officer, access::Role::county_officer,
                                    access::Role::higher_officer};
  registry.command<SetStatus>({access::kOfficers, grid_of<SetStatus>, "按规则或凭文书认定",
                               "Set a status by a rule or a document", foresee_person<SetStatus>},
                              set_status);
  registry.command<ConfirmStatus>(
      {access::kOfficers, grid_of<ConfirmStatus>, "第二人确认认定",
       "Confirm a status as the second person", foresee_person<ConfirmStatus>},
      confirm_status);
  registry.command<AskReview>({access::kFieldAndDistrict, grid_of<AskReview>, "本人要求复核",
                               "The person asks for review", foresee_person<AskReview>},
                              ask_review);
  registry.command<DecideReview>({access::kOfficers, grid_of<DecideReview>, "答复复核",
                                  "Decide a review", foresee_person<DecideReview>},
                                 decide_review);
  registry.command<AnswerAlarm>(
      {kAbove,
       [](const AnswerAlarm& command, CommandContext& context) -> Result<RegionCode> {
         WD_TRY(const auto row, alarm_of(command, context));
         return row.region;
       },
       "回应警报", "Answer an alarm"},
      answer_alarm);
}

}  // namespace wangdi::status
