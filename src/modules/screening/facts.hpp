// SPDX-License-Identifier: Apache-2.0
// What other modules may ask of screening: the rounds that run, and the exact figures of a
// community's grids (the counters know communities and districts only).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/civil_date.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "modules/screening/messages.hpp"
#include "types/region_code.hpp"

namespace wangdi::store {
class Connection;
class Rows;
struct Statement;
}  // namespace wangdi::store
namespace wangdi::bus {
struct CommandContext;
}  // namespace wangdi::bus

namespace wangdi::bus {
struct CommandContext;
struct QueryContext;
}  // namespace wangdi::bus

namespace wangdi::screening {

struct RoundFacts {
  RoundId round;
  RegionCode region;
  std::string title;
  CivilDate starts_on;
  CivilDate due_on;
  CivilDate ends_on;  // that day included
};

// At most so many rounds are given, the narrowest left out first.
inline constexpr std::size_t kRoundsMax = 200;

// Rounds that run on the day and whose region contains `region` or lies inside it: the widest first
// and of one region the one that began last first. The first one that contains a region is the
// round its doors are shown in.
Result<std::vector<RoundFacts>> rounds_in_force(store::Connection& db, const RegionCode& region,
                                                CivilDate day);
// Only those that contain `region`.
Result<std::vector<RoundFacts>> rounds_over(store::Connection& db, const RegionCode& region,
                                            CivilDate day);

// Households of a grid at the end of a day. Sums over the grids equal the community's counters of
// the same day, but for doors erased since: `registered` and the visits are as of now.
struct GridFigures {
  RegionCode grid;
  std::int64_t registered = 0;
  std::int64_t reached = 0;  // in the round
  std::int64_t vacant = 0;   // confirmed at the door in the round
  std::int64_t lapsed = 0;   // nobody was home and the day of the promised revisit has passed
  std::int64_t key_due = 0;  // persons in some key group on the day
  std::int64_t key_seen = 0;
};

// One entry for each grid of the community (or for the one grid) that has households, by code. With
// a nil round everything of a round is zero.
Result<std::vector<GridFigures>> grid_figures(store::Connection& db, const RegionCode& community,
                                              RoundId round, CivilDate day);

// Coverage 1 is reached / due; refused and not at home count as not covered.
constexpr std::int64_t households_due(std::int64_t registered, std::int64_t vacant) {
  return registered - vacant;
}
// Households that are late: until the round's due day those whose promised revisit lapsed, from the
// day after it everyone not covered.
constexpr std::int64_t households_overdue(CivilDate day, CivilDate due_on, std::int64_t due,
                                          std::int64_t reached, std::int64_t lapsed) {
  return day > due_on ? due - reached : lapsed;
}

// What a visit found of one person, as far as a rule about that person can rest on it.
struct RecordedFact {
  HouseholdId household;
  VisitId visit;
  PersonId person;
  RegionCode grid;
  CivilDate day;
  AccountId recorder;
  Contact contact = Contact::none;
  std::optional<CivilDate> arrived_on;  // where the person came back
  std::optional<RegionCode> from;
};
// Nothing when the visit is not there or found nothing of the person.
Result<std::optional<RecordedFact>> recorded_fact(HouseholdId household, VisitId visit,
                                                  PersonId person, bus::CommandContext& context);
// Of the visits of a region since a day that found something, latest first; at most kFactVisits are
// looked at. Only returns and contacts are given.
inline constexpr std::int64_t kFactVisits = 500;
Result<std::vector<RecordedFact>> recorded_facts(const RegionCode& region, CivilDate since,
                                                 bus::QueryContext& context);

// The last day on which anything of a visit counts: its own, that of a promised revisit, the last
// of the rounds it was made for. Its time to be kept begins then.
CivilDate last_day_of(CivilDate day, CivilDate revisit_by, std::span<const CoveredRound> rounds);

// A household's visits as they stand in the rows, told without some of its people. Who is left out
// must not show: a visit of which nothing is left to report was one where all were well.
struct ToldVisit {
  VisitId visit;
  RegionCode grid;
  VisitRestated event;
};
// `key_persons`: of each visit, as its record names them.
std::vector<ToldVisit> visits_without(store::Rows& rows, District district, HouseholdId household,
                                      std::span<const PersonId> gone,
                                      const std::map<VisitId, std::vector<PersonId>>& key_persons);
// Takes what the vault holds of a visit: its note, and its part of the journeys of these persons.
Status forget_visit_text(VisitId visit, std::span<const PersonId> returned,
                         bus::CommandContext& context);

// The visits of one door, for whoever asks who had to do with it.
struct DoorRecord {
  AccountId recorder;
  UnixMs occurred_at = 0;
  bool has_findings = false;
};
Result<std::vector<DoorRecord>> records_of_door(store::Connection& db, District district,
                                                HouseholdId household);
// Whether a door was still to be gone to on a day in one of the rounds: nobody was met and it was
// not found vacant on an earlier day of the round.
Result<bool> was_door_due(store::Connection& db, std::span<const RoundFacts> rounds,
                          HouseholdId household, District district, CivilDate day);

// The catalogue of the module's statements.
std::vector<store::Statement> statements();

}  // namespace wangdi::screening
