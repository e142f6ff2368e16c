// SPDX-License-Identifier: Apache-2.0
// Command handlers of screening: load state and facts, call the rules.
#include "modules/screening/commands.hpp"

#include "common/parameters/parameters.hpp"
#include "modules/residents/facts.hpp"
#include "modules/screening/free_text.hpp"
#include "modules/screening/rules.hpp"
#include "modules/screening/tables.hpp"
#include "vault/writer.hpp"

namespace wangdi::screening {
namespace {

using access::Role;
using bus::CommandContext;
using bus::Decision;

constexpr access::Roles kVisitors = {Role::grid_worker, Role::community_officer};
constexpr access::Roles kPlanners = {Role::community_officer, Role::township_officer,
                                     Role::county_officer, Role::higher_officer};

using RegionRoundsKey = decltype(kRegionRounds)::Key;

template <class Command>
Result<RegionCode> household_region(const Command& command, CommandContext& context) {
  const auto facts =
      residents::household_facts(context.rows, context.region.district(), command.household);
  if (!facts) return Error(ErrorCode::not_found);
  return facts->grid;
}

std::vector<RoundTerm> terms_of(const RegionRoundsRow* row) {
  if (row == nullptr) return {};
  return codec::decode<RoundTerms>(row->rounds).value_or(RoundTerms{}).rounds.items;
}

// Rounds of every level above the door that run on the day; `find` gives what a level has.
template <class Find>
std::vector<CoveredRound> covering_rounds(const RegionCode& grid, CivilDate day, Find find) {
  std::vector<CoveredRound> covering;
  for (auto region = grid;; region = region.parent()) {
    for (const auto& term : terms_of(find({region.district(), region}))) {
      if (term.starts_on <= day && day <= term.ends_on) {
        covering.push_back({term.round, term.ends_on});
      }
    }
    if (region.level() == RegionLevel::nation) return covering;
  }
}

Result<VisitParameters> visit_parameters(const RegionCode& grid, CivilDate day,
                                         const Parameters& parameters) {
  WD_TRY(const auto alert, parameters.tenths("screening.temperature_alert_celsius", grid, day));
  WD_TRY(const auto revisit, parameters.integer("screening.revisit_within_days", grid, day));
  const auto celsius = Celsius::from_tenths(alert);
  WD_ASSERT(celsius.has_value());
  return VisitParameters{*celsius, static_cast<std::int32_t>(revisit)};
}

Result<VisitFacts> visit_facts(const RecordVisit& form, CivilDate day, CommandContext& context) {
  const auto district = context.region.district();
  const auto household = residents::household_facts(context.rows, district, form.household);
  if (!household) return Error(ErrorCode::not_found);
  VisitFacts facts;
  facts.day = day;
  WD_TRY(facts.parameters, visit_parameters(household->grid, day, context.parameters));
  for (const auto& exception : form.exceptions) {
    if (residents::household_of(context.rows, district, exception.person) != form.household) {
      facts.persons_elsewhere.push_back(exception.person);
    }
  }
  facts.key_persons = residents::key_persons(context.rows, district, form.household, day);
  facts.rounds = covering_rounds(household->grid, day, [&](const RegionRoundsKey& key) {
    return context.rows.find(kRegionRounds, key);
  });
  return facts;
}

Result<Decision> record_visit(const RecordVisit& command, CommandContext& context) {
  WD_TRY(const auto facts, visit_facts(command, context.day, context));
  WD_TRY(auto recorded, decide_visit(command, facts));
  if (context.rows.find(kVisit, {context.region.district(), command.household, command.visit})) {
    return Error(ErrorCode::command_id_reused);
  }
  WD_TRY([[maybe_unused]] auto kept, keep_text(command, context));
  WD_TRY(const auto grid, household_region(command, context));
  Decision decision;
  decision.events.push_back(bus::event(command.visit.value, grid, std::move(recorded)));
  return decision;
}

// What a visit of the day reads, before its batch and after it in the projection.
void foresee_door(const RecordVisit& form, CivilDate day, const bus::Foresight& ahead) {
  auto& rows = ahead.rows;
  const auto district = ahead.region.district();
  rows.want(kVisit, {district, form.household, form.visit});
  for (const auto& exception : form.exceptions) {
    residents::want_person(rows, district, exception.person);
    rows.want(kPersonDay, {district, exception.person, day});
  }
  if (residents::want_key_persons(rows, district, form.household)) {
    rows.want(kDoorDay, {district, form.household, day});
  }
  const auto household = residents::want_household(rows, district, form.household);
  if (!household) return;
  for (const auto& round : covering_rounds(household->grid, day, [&](const RegionRoundsKey& key) {
         return rows.want(kRegionRounds, key);
       })) {
    rows.want(kDoor, {district, round.round, form.household});
  }
}

void foresee_visit(const RecordVisit& command, const bus::Foresight& ahead) {
  foresee_door(command, ahead.day, ahead);
}

void foresee_correction(const CorrectVisit& command, const bus::Foresight& ahead) {
  const auto* stored =
      ahead.rows.want(kVisit, {ahead.region.district(), command.household, command.visit});
  const auto day = stored == nullptr ? ahead.day : stored->day;
  foresee_door({command.visit, command.household, command.outcome, command.exceptions, {}}, day,
               ahead);
}

// Why somebody changed or ended something is free text too: under the command that did it.
Status keep_reason(std::string_view reason, CommandContext& context) {
  return context.vault.put(context.region.district(), context.id.value, vault::Field::note, reason);
}

Result<Decision> correct_visit(const CorrectVisit& command, CommandContext& context) {
  const auto* stored =
      context.rows.find(kVisit, {context.region.district(), command.household, command.visit});
  if (stored == nullptr) return Error(ErrorCode::visit_unknown);
  const auto day = stored->day;
  const bool had_note = stored->has_note;
  const auto before = codec::decode<Findings>(stored->findings).value_or(Findings{}).findings;
  const RecordVisit form{command.visit, command.household, command.outcome, command.exceptions,
                         command.note};
  WD_TRY(const auto facts, visit_facts(form, day, context));
  WD_TRY(auto recorded, decide_visit(form, facts));
  WD_TRY([[maybe_unused]] auto kept, correct_text(form, before.items, context));
  WD_TRY([[maybe_unused]] auto reasoned, keep_reason(command.reason.text, context));
  WD_TRY(const auto grid, household_region(command, context));
  VisitCorrected corrected{recorded.household, recorded.outcome, std::move(recorded.findings),
                           recorded.revisit_by, form.note ? recorded.has_note : had_note};
  Decision decision;
  decision.events.push_back(bus::event(command.visit.value, grid, std::move(corrected)));
  return decision;
}

Result<Decision> start_round(const StartRound& command, CommandContext& context) {
  const auto* row = context.rows.find(kRegionRounds, {command.region.district(), command.region});
  std::vector<RoundDays> others;
  for (const auto& term : terms_of(row)) others.push_back({term.starts_on, term.ends_on});
  WD_TRY([[maybe_unused]] auto checked, check_round(command, others));
  if (context.rows.find(kRound, {command.region.district(), command.id})) {
    return Error(ErrorCode::command_id_reused);
  }
  Decision decision;
  decision.events.push_back(bus::event(
      command.id.value, command.region,
      RoundStarted{command.title.text, command.starts_on, command.due_on, command.ends_on}));
  return decision;
}

Result<Decision> end_round(const EndRound& command, CommandContext& context) {
  const auto* round = context.rows.find(kRound, {command.region.district(), command.round});
  if (round == nullptr || round->ends_on < context.today) {
    return Error(ErrorCode::round_not_running);
  }
  const auto region = round->region;
  WD_TRY([[maybe_unused]] auto reasoned, keep_reason(command.reason.text, context));
  Decision decision;
  decision.events.push_back(bus::event(command.round.value, region, RoundEnded{context.today}));
  return decision;
}

Result<RegionCode> round_region(const EndRound& command, CommandContext& context) {
  const auto* round = context.rows.find(kRound, {command.region.district(), command.round});
  if (round == nullptr) return Error(ErrorCode::not_found);
  return round->region;
}

}  // namespace

void register_commands(bus::Registry& registry) {
  registry.command<RecordVisit>(
      {kVisitors, household_region<RecordVisit>, "记一次走访", "Record a visit", foresee_visit},
      record_visit);
  registry.command<CorrectVisit>({kVisitors, household_region<CorrectVisit>, "更正一次走访",
                                  "Correct a visit", foresee_correction},
                                 correct_visit);
  registry.command<StartRound>(
      {kPlanners,
       [](const StartRound& command, CommandContext&) -> Result<RegionCode> {
         return command.region;
       },
       "开始一轮排查", "Start a screening round"},
      start_round);
  registry.command<EndRound>({kPlanners, round_region, "结束一轮排查", "End a screening round"},
                             end_round);
}

}  // namespace wangdi::screening
