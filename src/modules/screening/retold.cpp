// SPDX-License-Identifier: Apache-2.0
// Visits as they are told when somebody's records are destroyed.
#include <algorithm>

#include "modules/screening/facts.hpp"
#include "modules/screening/tables.hpp"
#include "store/rows.hpp"

namespace wangdi::screening {
namespace {

bool is_among(std::span<const PersonId> persons, PersonId person) {
  return std::ranges::find(persons, person) != persons.end();
}

VisitRestated told(const VisitRow& row, std::span<const PersonId> gone) {
  VisitRestated event;
  event.household = row.household;
  event.occurred_at = row.occurred_at;
  event.day = row.day;
  event.recorded_at = row.recorded_at;
  event.actor = row.actor;
  event.outcome = row.outcome;
  event.revisit_by = row.revisit_by;
  event.corrected = row.corrected;
  event.sequence = row.sequence;
  if (!row.rounds.empty()) {
    event.rounds = codec::decode<CoveredRounds>(row.rounds).value_or(CoveredRounds{}).rounds;
  }
  if (!row.findings.empty()) {
    event.findings = codec::decode<Findings>(row.findings).value_or(Findings{}).findings;
    std::erase_if(event.findings.items,
                  [&](const Finding& finding) { return is_among(gone, finding.person); });
  }
  if (event.outcome == VisitOutcome::exception && event.findings.empty()) {
    event.outcome = VisitOutcome::all_well;
  }
  return event;
}

}  // namespace

CivilDate last_day_of(CivilDate day, CivilDate revisit_by, std::span<const CoveredRound> rounds) {
  auto last = std::max(day, revisit_by);
  for (const auto& round : rounds) last = std::max(last, round.ends_on);
  return last;
}

std::vector<ToldVisit> visits_without(store::Rows& rows, District district, HouseholdId household,
                                      std::span<const PersonId> gone,
                                      const std::map<VisitId, std::vector<PersonId>>& key_persons) {
  std::vector<ToldVisit> visits;
  for (const auto& row : rows.list(kVisit, district, household)) {
    ToldVisit visit{row.visit, row.grid, told(row, gone)};
    const auto named = key_persons.find(row.visit);
    if (named != key_persons.end()) {
      for (const auto person : named->second) {
        if (!is_among(gone, person)) visit.event.key_persons.items.push_back(person);
      }
    }
    visits.push_back(std::move(visit));
  }
  return visits;
}

}  // namespace wangdi::screening
