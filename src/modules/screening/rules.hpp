// SPDX-License-Identifier: Apache-2.0
// Rules of screening: pure functions. Which visit counts, what it counts for, which form is whole.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "modules/screening/messages.hpp"

namespace wangdi::screening {

// Parameters in force on the day of a visit, from parameters/screening.csv.
struct VisitParameters {
  Celsius temperature_alert;             // screening.temperature_alert_celsius: fever is above it
  std::int32_t revisit_within_days = 0;  // screening.revisit_within_days: 0 = the same day
};

// What the handler found out for a visit.
struct VisitFacts {
  std::vector<PersonId> persons_elsewhere;  // named in the form, not of this household
  std::vector<PersonId> key_persons;
  std::vector<CoveredRound> rounds;
  CivilDate day;
  VisitParameters parameters;
};

// A form that is whole gives the event. Errors: visit_needs_exception, visit_outcome_contradiction,
// and per exception person_not_in_household, date_in_future (arrival), all at once.
Result<VisitRecorded> decide_visit(const RecordVisit& form, const VisitFacts& facts);

// The household answered: its people were met or vouched for.
constexpr bool is_reached(VisitOutcome outcome) {
  return outcome == VisitOutcome::all_well || outcome == VisitOutcome::exception;
}

// When a visit took place; of two at the same millisecond the greater id counts, so that every
// order of arrival gives the same result.
struct VisitTime {
  UnixMs occurred_at = 0;
  VisitId visit;
  auto operator<=>(const VisitTime&) const = default;
};

// Which counter a door's latest visit moves, and on which day; nothing for a refusal.
enum class DoorCount : std::uint8_t { reached, vacant, revisit_lapsed };
struct DoorContribution {
  DoorCount counter;
  CivilDate day;
};
// `revisit_by` + 1 is the first day on which a promised revisit is overdue.
std::optional<DoorContribution> contribution(VisitOutcome outcome, CivilDate day,
                                             CivilDate revisit_by);

// Dates of a round in order. Errors: round_dates_reversed.
Status check_round(const StartRound& form);

}  // namespace wangdi::screening
