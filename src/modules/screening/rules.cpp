// SPDX-License-Identifier: Apache-2.0
// Decisions of screening.
#include "modules/screening/rules.hpp"

#include <algorithm>

namespace wangdi::screening {
namespace {

bool says_something(const VisitException& exception) {
  return exception.temperature || !exception.symptoms.empty() || exception.returned ||
         exception.contact.value_or(Contact::none) != Contact::none;
}

Error check_exceptions(const RecordVisit& form, const VisitFacts& facts) {
  Error wrong(ErrorCode::invalid_fields);
  for (std::size_t i = 0; i < form.exceptions.size(); ++i) {
    const auto& exception = form.exceptions.items[i];
    const auto at = "/exceptions/" + std::to_string(i);
    const auto before = std::span(form.exceptions.items).first(i);
    if (std::ranges::find(before, exception.person, &VisitException::person) != before.end()) {
      wrong.add_field({at + "/person", ErrorCode::field_duplicate, {}});
    }
    if (std::ranges::find(facts.persons_elsewhere, exception.person) !=
        facts.persons_elsewhere.end()) {
      wrong.add_field({at + "/person", ErrorCode::person_not_in_household, {}});
    }
    if (!says_something(exception)) {
      wrong.add_field({at, ErrorCode::visit_needs_exception, {}});
    }
    if (exception.returned && exception.returned->on > facts.day) {
      wrong.add_field({at + "/returned/on", ErrorCode::date_in_future, {}});
    }
  }
  return wrong;
}

Finding finding_of(const VisitException& exception, const VisitParameters& parameters) {
  Finding finding;
  finding.person = exception.person;
  finding.temperature = exception.temperature;
  finding.fever = exception.temperature && *exception.temperature > parameters.temperature_alert;
  finding.symptoms = exception.symptoms;
  finding.returned = exception.returned.has_value();
  finding.contact = exception.contact.value_or(Contact::none);
  return finding;
}

}  // namespace

Result<VisitRecorded> decide_visit(const RecordVisit& form, const VisitFacts& facts) {
  if (form.outcome == VisitOutcome::exception && form.exceptions.empty()) {
    return Error(ErrorCode::visit_needs_exception);
  }
  if (form.outcome != VisitOutcome::exception && !form.exceptions.empty()) {
    const auto* outcome = codec::choice_of(form.outcome);
    return Error(ErrorCode::visit_outcome_contradiction)
        .with("outcome", std::string(outcome->title_zh))
        .with("outcome_en", std::string(outcome->title_en));
  }
  auto wrong = check_exceptions(form, facts);
  if (!wrong.fields().empty()) {
    const auto count = wrong.fields().size();
    return std::move(wrong).with("count", std::to_string(count));
  }
  VisitRecorded event;
  event.household = form.household;
  event.outcome = form.outcome;
  for (const auto& exception : form.exceptions) {
    event.findings.items.push_back(finding_of(exception, facts.parameters));
  }
  event.key_persons.items = facts.key_persons;
  event.rounds.items = facts.rounds;
  event.revisit_by = facts.day.plus_days(facts.parameters.revisit_within_days);
  event.has_note = form.note && !form.note->empty();
  return event;
}

std::optional<DoorContribution> contribution(VisitOutcome outcome, CivilDate day,
                                             CivilDate revisit_by) {
  switch (outcome) {
    case VisitOutcome::all_well:
    case VisitOutcome::exception:
      return DoorContribution{DoorCount::reached, day};
    case VisitOutcome::vacant:
      return DoorContribution{DoorCount::vacant, day};
    case VisitOutcome::not_home:
      return DoorContribution{DoorCount::revisit_lapsed, revisit_by.plus_days(1)};
    case VisitOutcome::refused:
      return std::nullopt;
  }
  return std::nullopt;
}

std::vector<DoorChange> door_changes(std::span<const DoorVisit> visits) {
  std::vector<DoorChange> changes;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    const auto counted = contribution(visits[i].outcome, visits[i].day, visits[i].revisit_by);
    if (!counted) continue;
    const bool is_last = i + 1 == visits.size();
    // Followed before it had any effect, like a revisit that was kept.
    if (!is_last && visits[i + 1].day <= counted->day) continue;
    changes.push_back({*counted, 1});
    if (!is_last) changes.push_back({{counted->counter, visits[i + 1].day}, -1});
  }
  return changes;
}

std::optional<StandingVisit> standing_on(std::span<const DoorVisit> visits, CivilDate day) {
  const auto after = std::ranges::upper_bound(visits, day, {}, &DoorVisit::day);
  if (after == visits.begin()) return std::nullopt;
  const auto& visit = *std::prev(after);
  const auto counted = contribution(visit.outcome, visit.day, visit.revisit_by);
  if (!counted || counted->day > day) return std::nullopt;
  return StandingVisit{counted->counter, visit.time()};
}

DoorStatus door_status(const std::optional<Standing>& standing, CivilDate due_on, CivilDate today) {
  if (standing) {
    switch (standing->outcome) {
      case VisitOutcome::all_well:
      case VisitOutcome::exception:
        return DoorStatus::done;
      case VisitOutcome::vacant:
        return DoorStatus::vacant;
      case VisitOutcome::not_home:
        if (today > standing->revisit_by) return DoorStatus::overdue;
        break;
      case VisitOutcome::refused:
        break;
    }
  }
  return today > due_on ? DoorStatus::overdue : DoorStatus::due;
}

std::optional<CivilDate> visit_due_on(const std::optional<Standing>& standing, CivilDate due_on) {
  if (!standing || standing->outcome == VisitOutcome::refused) return due_on;
  if (standing->outcome == VisitOutcome::not_home) return std::min(standing->revisit_by, due_on);
  return std::nullopt;
}

RoomStatus room_status(DoorStatus door, const std::optional<Standing>& standing,
                       bool is_cared_for) {
  switch (door) {
    case DoorStatus::overdue:
      return RoomStatus::overdue;
    case DoorStatus::due:
      return RoomStatus::due;
    case DoorStatus::vacant:
      return RoomStatus::vacant;
    case DoorStatus::done:
      break;
  }
  if (standing && standing->outcome == VisitOutcome::exception) return RoomStatus::exception;
  return is_cared_for ? RoomStatus::care : RoomStatus::ok;
}

Status check_round(const StartRound& form, std::span<const RoundDays> others) {
  if (form.due_on < form.starts_on || form.ends_on < form.due_on) {
    return Error(ErrorCode::round_dates_reversed);
  }
  const auto overlaps = [&](const RoundDays& other) {
    return other.starts_on <= form.ends_on && form.starts_on <= other.ends_on;
  };
  if (std::ranges::any_of(others, overlaps)) return Error(ErrorCode::round_running);
  return ok();
}

}  // namespace wangdi::screening
