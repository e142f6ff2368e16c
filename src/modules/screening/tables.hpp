// SPDX-License-Identifier: Apache-2.0
// The tables of screening.
#pragma once

#include "modules/screening/messages.hpp"
#include "modules/screening/rules.hpp"
#include "store/table.hpp"

namespace wangdi::screening {

struct RoundRow {
  District district;  // of the round's region; a pseudo-district above the county
  RoundId round;
  RegionLevel level = RegionLevel::nation;  // of the region
  RegionCode region;
  std::string title;
  CivilDate starts_on;
  CivilDate due_on;
  CivilDate ends_on;  // that day included
};
WD_DESCRIBE(RoundRow, district, round, level, region, title, starts_on, due_on, ends_on)
inline constexpr store::Index kRoundIndexes[] = {
    {"region", "district, region, ends_on"},
    // Boards above the county ask for the rounds of every district that run on a day.
    {"running", "level, ends_on, starts_on, region"},
};
inline constexpr store::Table<RoundRow, 2> kRound{"round", kRoundIndexes};

// The rounds over exactly this region, packed, so that a visit asks once for each level above it.
struct RoundTerm {
  RoundId round;
  CivilDate starts_on;
  CivilDate ends_on;
};
WD_DESCRIBE(RoundTerm, round, starts_on, ends_on)
inline constexpr std::size_t kTermsMax = 400;  // the one that ended first makes room
struct RoundTerms {
  List<RoundTerm, kTermsMax> rounds;
};
WD_DESCRIBE(RoundTerms, rounds)

struct RegionRoundsRow {
  District district;
  RegionCode region;
  std::string rounds;  // JSON of RoundTerms
};
WD_DESCRIBE(RegionRoundsRow, district, region, rounds)
inline constexpr store::Table<RegionRoundsRow, 2> kRegionRounds{"region_rounds"};

// One visit: a fact that stays. Two visits to one door both stay.
struct VisitRow {
  District district;
  HouseholdId household;
  VisitId visit;
  RegionCode grid;
  UnixMs occurred_at = 0;
  CivilDate day;
  UnixMs recorded_at = 0;
  AccountId actor;
  VisitOutcome outcome = VisitOutcome::all_well;
  std::int32_t exceptions = 0;
  std::int32_t fevers = 0;
  std::int32_t key_persons = 0;
  CivilDate revisit_by;
  std::string rounds;    // JSON of CoveredRounds
  std::string findings;  // JSON of Findings
  bool has_note = false;
  bool corrected = false;
  std::int64_t sequence = 0;
};
WD_DESCRIBE(VisitRow, district, household, visit, grid, occurred_at, day, recorded_at, actor,
            outcome, exceptions, fevers, key_persons, revisit_by, rounds, findings, has_note,
            corrected, sequence)
inline constexpr store::Index kVisitIndexes[] = {
    // The records behind a figure of a community and day.
    {"day", "district, day, grid, occurred_at"},
};
inline constexpr store::Table<VisitRow, 3> kVisit{"visit", kVisitIndexes};

struct CoveredRounds {
  List<CoveredRound, 16> rounds;
};
WD_DESCRIBE(CoveredRounds, rounds)
using FindingList = List<Finding, limits::kExceptionsPerVisit>;
struct Findings {
  FindingList findings;
};
WD_DESCRIBE(Findings, findings)

// Where a door stands in a round: the visit that is latest in corrected time counts.
struct DoorRow {
  District district;
  RoundId round;
  HouseholdId household;
  VisitId visit;
  UnixMs occurred_at = 0;
  CivilDate day;
  VisitOutcome outcome = VisitOutcome::all_well;
  CivilDate revisit_by;
  std::string earlier;  // EarlierVisits; empty when there are none
};
WD_DESCRIBE(DoorRow, district, round, household, visit, occurred_at, day, outcome, revisit_by,
            earlier)
// The round's visits of the door before the one that counts: what past days are counted from. Of
// very many the oldest are dropped; the days they counted for stay as they are.
inline constexpr std::size_t kEarlierVisitsMax = 63;
struct EarlierVisits {
  List<DoorVisit, kEarlierVisitsMax> visits;  // in order of time
};
WD_DESCRIBE(EarlierVisits, visits)
// All the round's visits of a door that are known, in order of time.
inline std::vector<DoorVisit> visits_at(const DoorRow& door) {
  std::vector<DoorVisit> visits;
  if (!door.earlier.empty()) {
    if (auto earlier = codec::decode<EarlierVisits>(door.earlier)) {
      visits = std::move(earlier->visits.items);
    }
  }
  visits.push_back({door.visit, door.occurred_at, door.day, door.outcome, door.revisit_by});
  return visits;
}
inline constexpr store::Table<DoorRow, 3> kDoor{"door"};

// Key persons seen at a door on a day: of the day's visits that had key persons to see the latest
// counts. No row where there were none.
struct DoorDayRow {
  District district;
  HouseholdId household;
  CivilDate day;
  VisitId visit;
  UnixMs occurred_at = 0;
  std::int32_t seen = 0;
};
WD_DESCRIBE(DoorDayRow, district, household, day, visit, occurred_at, seen)
inline constexpr store::Table<DoorDayRow, 3> kDoorDay{"door_day"};

// In how many visits of a day something was found of a person: the figures count persons, however
// often they were met.
struct PersonDayRow {
  District district;
  PersonId person;
  CivilDate day;
  std::int32_t exceptions = 0;
  std::int32_t fevers = 0;
};
WD_DESCRIBE(PersonDayRow, district, person, day, exceptions, fevers)
inline constexpr store::Table<PersonDayRow, 3> kPersonDay{"person_day"};

}  // namespace wangdi::screening
