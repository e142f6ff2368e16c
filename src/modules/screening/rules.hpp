// SPDX-License-Identifier: Apache-2.0
// Rules of screening: pure functions. Which visit counts, what it counts for, which form is whole.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "modules/residents/messages.hpp"
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
// and per exception field_duplicate (a person named twice), person_not_in_household,
// date_in_future (arrival), all at once.
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

// A visit of a door in a round, as far as the counters of the round go.
struct DoorVisit {
  VisitId visit;
  UnixMs occurred_at = 0;
  CivilDate day;
  VisitOutcome outcome = VisitOutcome::all_well;
  CivilDate revisit_by;
  VisitTime time() const { return {occurred_at, visit}; }
  bool operator==(const DoorVisit&) const = default;
};
WD_DESCRIBE(DoorVisit, visit, occurred_at, day, outcome, revisit_by)

// What the visits of one door, in order of time, add to the counters of their round. On each day
// the latest visit up to then counts, so a later one changes nothing on the days before it.
struct DoorChange {
  DoorContribution at;
  int delta = 0;
};
std::vector<DoorChange> door_changes(std::span<const DoorVisit> visits);
// What counts at the door at the end of a day and which visit says so; nothing before the first
// visit, after a refusal, and while a promised revisit is not overdue.
struct StandingVisit {
  DoorCount counter;
  VisitTime visit;
};
std::optional<StandingVisit> standing_on(std::span<const DoorVisit> visits, CivilDate day);

// The visit that counts at a door.
struct Standing {
  VisitOutcome outcome = VisitOutcome::all_well;
  CivilDate revisit_by;  // of a visit that found nobody home
};
// What is asked of a door on a day of a round: a door not covered is overdue after the round's due
// day, or after the day of a promised revisit.
DoorStatus door_status(const std::optional<Standing>& standing, CivilDate due_on, CivilDate today);
// The last day on which the next visit is in time; nothing when none is due.
std::optional<CivilDate> visit_due_on(const std::optional<Standing>& standing, CivilDate due_on);

// Groups whose people are looked after, beside being watched for the disease.
constexpr bool needs_care(residents::KeyGroup group) {
  using enum residents::KeyGroup;
  switch (group) {
    case returnee:
    case key_region_returnee:
    case close_contact:
      return false;
    case living_alone_elder:
    case empty_nest_elder:
    case unattended_child:
    case disabled:
    case chronic_illness:
    case pregnant:
      return true;
  }
  return false;
}
// What is left to do shows before who lives there.
RoomStatus room_status(DoorStatus door, const std::optional<Standing>& standing, bool is_cared_for);

struct RoundDays {
  CivilDate starts_on;
  CivilDate ends_on;  // that day included
};
// Dates in order, and no other round of the same region on one of the days: a worker is never shown
// two lists for one task. Errors: round_dates_reversed, round_running.
Status check_round(const StartRound& form, std::span<const RoundDays> others);

}  // namespace wangdi::screening
