// SPDX-License-Identifier: Apache-2.0
// Rounds by region and level; figures of grids from doors and key members. These statements join
// the roster's rows where they stand, because a community's doors are counted in one pass.
#include "modules/screening/facts.hpp"

#include <algorithm>
#include <tuple>

#include "modules/screening/statements.hpp"
#include "modules/screening/tables.hpp"
#include "store/engine.hpp"

namespace wangdi::screening {
namespace {

// The numbers of VisitOutcome that the statements below are written with.
static_assert(static_cast<int>(VisitOutcome::all_well) == 1);
static_assert(static_cast<int>(VisitOutcome::exception) == 2);
static_assert(static_cast<int>(VisitOutcome::not_home) == 3);
static_assert(static_cast<int>(VisitOutcome::vacant) == 5);

constexpr store::Statement kRoundsOfRegion{
    "screening_rounds_of_region",
    "SELECT district, round, level, region, title, starts_on, due_on, ends_on FROM round"
    " WHERE district = $1 AND region = $2 AND ends_on >= $3 AND starts_on <= $3"
    " ORDER BY starts_on DESC, round LIMIT $4"};
constexpr store::Statement kRoundsInsideDistrict{
    "screening_rounds_inside_district",
    "SELECT district, round, level, region, title, starts_on, due_on, ends_on FROM round"
    " WHERE district = $1 AND region > $2 AND region < $2 || ':'"
    " AND ends_on >= $3 AND starts_on <= $3 ORDER BY level, region, starts_on DESC, round"
    " LIMIT $4"};
// Above the district there is no key to go by: the index of running rounds of a level is read.
constexpr store::Statement kRoundsOfLevel{
    "screening_rounds_of_level",
    "SELECT district, round, level, region, title, starts_on, due_on, ends_on FROM round"
    " WHERE level = $1 AND ends_on >= $2 AND starts_on <= $2 AND region > $3"
    " AND region < $3 || ':' ORDER BY ends_on, starts_on, region LIMIT $4"};
constexpr store::Statement kDoorsByGrid{
    "screening_doors_by_grid",
    "SELECT h.grid, COUNT(*), COUNT(CASE WHEN d.outcome IN (1, 2) AND d.day <= $1 THEN 1 END),"
    " COUNT(CASE WHEN d.outcome = 5 AND d.day <= $1 THEN 1 END),"
    " COUNT(CASE WHEN d.outcome = 3 AND d.revisit_by < $1 THEN 1 END)"
    " FROM household h LEFT JOIN door d ON d.district = h.district AND d.round = $2"
    " AND d.household = h.household"
    " WHERE h.district = $3 AND h.grid >= $4 AND h.grid < $4 || ':' GROUP BY h.grid"
    " ORDER BY h.grid"};
constexpr store::Statement kKeyPersonsByGrid{
    "screening_key_persons_by_grid",
    "SELECT h.grid, COUNT(DISTINCT k.person) FROM household h CROSS JOIN key_member k"
    " WHERE k.district = h.district AND k.household = h.household AND k.starts_on <= $1"
    " AND k.ends_on >= $1 AND h.district = $2 AND h.grid >= $3 AND h.grid < $3 || ':'"
    " GROUP BY h.grid ORDER BY h.grid"};
constexpr store::Statement kSeenByGrid{
    "screening_seen_by_grid",
    "SELECT h.grid, SUM(s.seen) FROM household h CROSS JOIN door_day s"
    " WHERE s.district = h.district AND s.household = h.household AND s.day = $1"
    " AND h.district = $2 AND h.grid >= $3 AND h.grid < $3 || ':'"
    " GROUP BY h.grid ORDER BY h.grid"};
constexpr store::Statement kAll[] = {kRoundsOfRegion, kRoundsInsideDistrict, kRoundsOfLevel,
                                     kDoorsByGrid,    kKeyPersonsByGrid,     kSeenByGrid};

struct CountedDoors {
  RegionCode grid;
  std::int64_t registered = 0;
  std::int64_t reached = 0;
  std::int64_t vacant = 0;
  std::int64_t lapsed = 0;
};
WD_DESCRIBE(CountedDoors, grid, registered, reached, vacant, lapsed)

struct GridCount {
  RegionCode grid;
  std::int64_t count = 0;
};
WD_DESCRIBE(GridCount, grid, count)

void take(std::vector<RoundFacts>& into, const std::vector<RoundRow>& rows) {
  for (const auto& row : rows) {
    if (into.size() == kRoundsMax) return;
    into.push_back({row.round, row.region, row.title, row.starts_on, row.due_on, row.ends_on});
  }
}

std::int64_t room_left(const std::vector<RoundFacts>& rounds) {
  return static_cast<std::int64_t>(kRoundsMax - rounds.size());
}

Status take_inside(store::Connection& db, const RegionCode& region, CivilDate day,
                   std::vector<RoundFacts>& rounds) {
  const auto district = region.district();
  if (!district.is_pseudo()) {
    WD_TRY(const auto rows, store::select<RoundRow>(db, kRoundsInsideDistrict, district, region,
                                                    day, room_left(rounds)));
    take(rounds, rows);
    return ok();
  }
  for (int level = static_cast<int>(region.level()) + 1;
       level <= static_cast<int>(RegionLevel::grid) && rounds.size() < kRoundsMax; ++level) {
    WD_TRY(auto rows, store::select<RoundRow>(db, kRoundsOfLevel, static_cast<RegionLevel>(level),
                                              day, region, room_left(rounds)));
    std::ranges::sort(rows, [](const RoundRow& a, const RoundRow& b) {
      return std::tie(a.region, b.starts_on, a.round) < std::tie(b.region, a.starts_on, b.round);
    });
    take(rounds, rows);
  }
  return ok();
}

// Adds counts to the figures of their grids; both are in order of code.
void spread(const std::vector<GridCount>& counts, std::int64_t GridFigures::* member,
            std::vector<GridFigures>& figures) {
  auto at = figures.begin();
  for (const auto& count : counts) {
    while (at != figures.end() && at->grid < count.grid) ++at;
    if (at == figures.end()) return;
    if (at->grid == count.grid) (*at).*member = count.count;
  }
}

}  // namespace

std::span<const store::Statement> fact_statements() { return kAll; }

Result<std::vector<RoundFacts>> rounds_over(store::Connection& db, const RegionCode& region,
                                            CivilDate day) {
  std::vector<RoundFacts> rounds;
  for (int level = 0; level <= static_cast<int>(region.level()); ++level) {
    const auto over = region.at(static_cast<RegionLevel>(level));
    WD_TRY(const auto rows, store::select<RoundRow>(db, kRoundsOfRegion, over.district(), over, day,
                                                    room_left(rounds)));
    take(rounds, rows);
  }
  return rounds;
}

Result<std::vector<DoorRecord>> records_of_door(store::Connection& db, District district,
                                                HouseholdId household) {
  std::vector<DoorRecord> records;
  WD_TRY([[maybe_unused]] auto read,
         db.by_key(kVisit.info(), 2, store::bind_all(district, household),
                   [&](const store::RowReader& reader) {
                     const auto visit = store::read_row<VisitRow>(reader);
                     records.push_back({visit.actor, visit.occurred_at, visit.exceptions > 0});
                     return true;
                   }));
  return records;
}

Result<bool> was_door_due(store::Connection& db, std::span<const RoundFacts> rounds,
                          HouseholdId household, District district, CivilDate day) {
  for (const auto& round : rounds) {
    WD_TRY(const auto door, store::get(db, kDoor, {district, round.round, household}));
    if (!door) return true;
    bool covered = false;
    for (const auto& visit : visits_at(*door)) {
      if (visit.day >= day) break;
      covered = is_reached(visit.outcome) || visit.outcome == VisitOutcome::vacant;
    }
    if (!covered) return true;
  }
  return false;
}

Result<std::vector<RoundFacts>> rounds_in_force(store::Connection& db, const RegionCode& region,
                                                CivilDate day) {
  WD_TRY(auto rounds, rounds_over(db, region, day));
  WD_TRY([[maybe_unused]] auto taken, take_inside(db, region, day, rounds));
  return rounds;
}

Result<std::vector<GridFigures>> grid_figures(store::Connection& db, const RegionCode& community,
                                              RoundId round, CivilDate day) {
  const auto district = community.district();
  WD_TRY(const auto doors,
         store::select<CountedDoors>(db, kDoorsByGrid, day, round, district, community));
  std::vector<GridFigures> figures;
  figures.reserve(doors.size());
  for (const auto& row : doors) {
    figures.push_back({row.grid, row.registered, row.reached, row.vacant, row.lapsed, 0, 0});
  }
  WD_TRY(const auto due, store::select<GridCount>(db, kKeyPersonsByGrid, day, district, community));
  spread(due, &GridFigures::key_due, figures);
  WD_TRY(const auto seen, store::select<GridCount>(db, kSeenByGrid, day, district, community));
  spread(seen, &GridFigures::key_seen, figures);
  return figures;
}

}  // namespace wangdi::screening
