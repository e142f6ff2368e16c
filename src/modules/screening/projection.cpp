// SPDX-License-Identifier: Apache-2.0
// Visits and rounds into their tables, and each door's contribution into the counters.
#include "modules/screening/projection.hpp"

#include <algorithm>

#include "common/indicators/indicators.hpp"
#include "modules/residents/messages.hpp"
#include "modules/screening/rules.hpp"
#include "modules/screening/tables.hpp"

namespace wangdi::screening {
namespace {

using bus::Recorded;
using indicators::Indicator;
using store::Rows;

Indicator indicator_of(DoorCount counter) {
  switch (counter) {
    case DoorCount::reached:
      return Indicator::households_reached;
    case DoorCount::vacant:
      return Indicator::households_vacant;
    case DoorCount::revisit_lapsed:
      return Indicator::revisits_lapsed;
  }
  return Indicator::households_reached;
}

void count_changes(std::span<const DoorVisit> visits, const VisitRow& visit, RoundId round,
                   int sign, Rows& rows) {
  for (const auto& change : door_changes(visits)) {
    indicators::count(rows, visit.grid, change.at.day, indicator_of(change.at.counter), round,
                      sign * change.delta);
  }
}

// Puts a visit, or what it was corrected to, among the round's visits of the door. The latest in
// corrected time stands there; the days before it keep what counted then.
void show_at_door(const VisitRow& visit, RoundId round, Rows& rows) {
  const auto* stored = rows.find(kDoor, {visit.district, round, visit.household});
  auto visits = stored ? visits_at(*stored) : std::vector<DoorVisit>();
  count_changes(visits, visit, round, -1, rows);
  std::erase_if(visits, [&](const DoorVisit& one) { return one.visit == visit.visit; });
  const DoorVisit coming{visit.visit, visit.occurred_at, visit.day, visit.outcome,
                         visit.revisit_by};
  visits.insert(std::ranges::upper_bound(visits, coming.time(), {}, &DoorVisit::time), coming);
  count_changes(visits, visit, round, 1, rows);

  const auto last = visits.back();
  visits.pop_back();
  if (visits.size() > kEarlierVisitsMax) visits.erase(visits.begin());
  DoorRow door{visit.district, round,        visit.household, last.visit, last.occurred_at,
               last.day,       last.outcome, last.revisit_by, {}};
  if (!visits.empty()) door.earlier = codec::encode(EarlierVisits{{std::move(visits)}});
  rows.put(kDoor, std::move(door));
}

// Behind most doors nobody is in a key group: such a visit says nothing here and writes no row,
// which saves a command a fifth of the pages it would change.
void show_on_day(const VisitRow& visit, Rows& rows) {
  if (visit.key_persons == 0) return;
  const auto* stored = rows.find(kDoorDay, {visit.district, visit.household, visit.day});
  std::int32_t before = 0;
  if (stored != nullptr) {
    if (VisitTime{visit.occurred_at, visit.visit} < VisitTime{stored->occurred_at, stored->visit}) {
      return;
    }
    before = stored->seen;
  }
  const std::int32_t seen = is_reached(visit.outcome) ? visit.key_persons : 0;
  indicators::count(rows, visit.grid, visit.day, Indicator::key_persons_seen, {}, seen - before);
  rows.put(kDoorDay,
           {visit.district, visit.household, visit.day, visit.visit, visit.occurred_at, seen});
}

// Adds the findings of a visit (or takes them back) and counts the persons for whom that is the
// first, or was the only one, of the day.
void count_findings(const VisitRow& visit, const FindingList& findings, int sign, Rows& rows) {
  for (const auto& finding : findings) {
    PersonDayRow row{visit.district, finding.person, visit.day, 0, 0};
    if (const auto* stored = rows.find(kPersonDay, {row.district, row.person, row.day})) {
      row = *stored;
    }
    const bool was_exception = row.exceptions > 0;
    const bool was_fever = row.fevers > 0;
    row.exceptions += sign;
    row.fevers += finding.fever ? sign : 0;
    indicators::count(rows, visit.grid, visit.day, Indicator::exceptions, {},
                      (row.exceptions > 0) - was_exception);
    indicators::count(rows, visit.grid, visit.day, Indicator::fevers, {},
                      (row.fevers > 0) - was_fever);
    rows.put(kPersonDay, row);
  }
}

FindingList findings_of(const VisitRow& visit) {
  if (visit.findings.empty()) return {};
  return codec::decode<Findings>(visit.findings).value_or(Findings{}).findings;
}

void take_findings(VisitRow& row, const FindingList& findings) {
  row.exceptions = static_cast<std::int32_t>(findings.size());
  row.fevers = 0;
  for (const auto& finding : findings) row.fevers += finding.fever;
  row.findings = findings.empty() ? std::string() : codec::encode(Findings{findings});
}

void show(const VisitRow& visit, Rows& rows) {
  if (!visit.rounds.empty()) {
    if (const auto covered = codec::decode<CoveredRounds>(visit.rounds)) {
      for (const auto& round : covered->rounds) show_at_door(visit, round.round, rows);
    }
  }
  show_on_day(visit, rows);
}

// A visit that no table has yet.
void show_new(VisitRow row, const FindingList& findings, const List<CoveredRound, 16>& rounds,
              Rows& rows) {
  take_findings(row, findings);
  indicators::count(rows, row.grid, row.day, Indicator::visits, {}, 1);
  count_findings(row, findings, 1, rows);
  for (const auto& round : rounds) show_at_door(row, round.round, rows);
  show_on_day(row, rows);
  rows.put(kVisit, std::move(row));
}

// What a visit and a visit told anew say alike.
template <class Event>
VisitRow row_of(const Event& event, const Recorded& frame) {
  VisitRow row;
  row.district = frame.position.district;
  row.household = event.household;
  row.visit = VisitId{frame.subject};
  row.grid = frame.region;
  row.outcome = event.outcome;
  row.key_persons = static_cast<std::int32_t>(event.key_persons.size());
  row.revisit_by = event.revisit_by;
  if (!event.rounds.empty()) row.rounds = codec::encode(CoveredRounds{event.rounds});
  return row;
}

void visit_recorded(const VisitRecorded& event, const Recorded& frame, Rows& rows) {
  auto row = row_of(event, frame);
  row.occurred_at = frame.occurred_at;
  row.day = frame.day;
  row.recorded_at = frame.recorded_at;
  row.actor = frame.actor;
  row.has_note = event.has_note;
  row.sequence = frame.position.sequence;
  show_new(std::move(row), event.findings, event.rounds, rows);
}

void visit_restated(const VisitRestated& event, const Recorded& frame, Rows& rows) {
  auto row = row_of(event, frame);
  row.occurred_at = event.occurred_at;
  row.day = event.day;
  row.recorded_at = event.recorded_at;
  row.actor = event.actor;
  row.corrected = event.corrected;
  row.sequence = event.sequence;
  show_new(std::move(row), event.findings, event.rounds, rows);
}

void visit_corrected(const VisitCorrected& event, const Recorded& frame, Rows& rows) {
  const auto* stored =
      rows.find(kVisit, {frame.position.district, event.household, VisitId{frame.subject}});
  if (stored == nullptr) return;
  auto row = *stored;
  count_findings(row, findings_of(row), -1, rows);
  row.outcome = event.outcome;
  row.revisit_by = event.revisit_by;
  row.has_note = event.has_note;
  row.corrected = true;
  row.sequence = frame.position.sequence;
  take_findings(row, event.findings);
  count_findings(row, event.findings, 1, rows);
  show(row, rows);
  rows.put(kVisit, std::move(row));
}

// What was found of the person leaves the visits of their door; what was counted stays counted.
void person_erased(const residents::PersonErased& event, const Recorded& frame, Rows& rows) {
  const auto district = frame.position.district;
  const PersonId person{frame.subject};
  for (const auto& day : rows.list(kPersonDay, district, person)) {
    rows.erase(kPersonDay, store::Table<PersonDayRow, 3>::key_of(day));
  }
  for (const auto& visit : rows.list(kVisit, district, event.household)) {
    auto findings = findings_of(visit);
    const auto gone = std::erase_if(
        findings.items, [&](const Finding& finding) { return finding.person == person; });
    if (gone == 0) continue;
    auto row = visit;
    row.findings = findings.empty() ? std::string() : codec::encode(Findings{findings});
    rows.put(kVisit, std::move(row));
  }
}

// From the day of the erasure on the door counts nowhere: it is not registered any more, so that it
// must not be reached either. What the days before it counted stays.
void stop_counting(const DoorRow& door, const Recorded& frame, Rows& rows) {
  for (const auto& change : door_changes(visits_at(door))) {
    const auto day = std::max(change.at.day, frame.day);
    indicators::count(rows, frame.region, day, indicator_of(change.at.counter), door.round,
                      -change.delta);
  }
}

void household_erased(const residents::HouseholdErased&, const Recorded& frame, Rows& rows) {
  const auto district = frame.position.district;
  const HouseholdId household{frame.subject};
  for (const auto& visit : rows.list(kVisit, district, household)) {
    const auto covered = visit.rounds.empty()
                             ? CoveredRounds{}
                             : codec::decode<CoveredRounds>(visit.rounds).value_or(CoveredRounds{});
    for (const auto& round : covered.rounds) {
      const auto* stored = rows.find(kDoor, {district, round.round, household});
      if (stored == nullptr) continue;
      const auto door = *stored;
      stop_counting(door, frame, rows);
      rows.erase(kDoor, {district, round.round, household});
    }
    rows.erase(kVisit, {district, household, visit.visit});
  }
  for (const auto& day : rows.list(kDoorDay, district, household)) {
    rows.erase(kDoorDay, {district, household, day.day});
  }
}

RoundTerms terms_of(const RegionRoundsRow* row) {
  if (row == nullptr) return {};
  return codec::decode<RoundTerms>(row->rounds).value_or(RoundTerms{});
}

void keep_term(const RoundRow& round, Rows& rows) {
  auto terms = terms_of(rows.find(kRegionRounds, {round.district, round.region}));
  std::erase_if(terms.rounds.items,
                [&](const RoundTerm& term) { return term.round == round.round; });
  auto& kept = terms.rounds.items;
  if (kept.size() == kTermsMax) kept.erase(std::ranges::min_element(kept, {}, &RoundTerm::ends_on));
  kept.push_back({round.round, round.starts_on, round.ends_on});
  rows.put(kRegionRounds, {round.district, round.region, codec::encode(terms)});
}

void round_started(const RoundStarted& event, const Recorded& frame, Rows& rows) {
  const RoundRow row{frame.position.district,
                     RoundId{frame.subject},
                     frame.region.level(),
                     frame.region,
                     event.title,
                     event.starts_on,
                     event.due_on,
                     event.ends_on};
  keep_term(row, rows);
  rows.put(kRound, row);
}

void round_ended(const RoundEnded& event, const Recorded& frame, Rows& rows) {
  const auto* stored = rows.find(kRound, {frame.position.district, RoundId{frame.subject}});
  if (stored == nullptr) return;
  auto row = *stored;
  row.ends_on = event.ends_on;
  keep_term(row, rows);
  rows.put(kRound, row);
}

}  // namespace

void register_projections(bus::Registry& registry) {
  registry.project<RoundStarted>(round_started);
  registry.project<RoundEnded>(round_ended);
  registry.project<VisitRecorded>(visit_recorded);
  registry.project<VisitCorrected>(visit_corrected);
  registry.project<VisitRestated>(visit_restated);
  registry.project<residents::PersonErased>(person_erased);
  registry.project<residents::HouseholdErased>(household_erased);
}

}  // namespace wangdi::screening
