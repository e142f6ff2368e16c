// SPDX-License-Identifier: Apache-2.0
// Rows to views: the doors of a grid and the drawing of a building. Both show each door as it
// stands in the round of the day; the numbers are those of the counters.
#include "modules/screening/queries.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "modules/regions/facts.hpp"
#include "modules/residents/facts.hpp"
#include "modules/screening/facts.hpp"
#include "modules/screening/rules.hpp"
#include "modules/screening/statements.hpp"
#include "modules/screening/views.hpp"
#include "modules/screening/visit_records.hpp"

namespace wangdi::screening {
namespace {

using bus::QueryContext;
using residents::DoorFacts;

// A visit at a door: the one that counts in a round, or the last one at all.
struct DoorVisit {
  HouseholdId household;
  VisitId visit;
  UnixMs at = 0;
  VisitOutcome outcome = VisitOutcome::all_well;
  CivilDate revisit_by;
};
WD_DESCRIBE(DoorVisit, household, visit, at, outcome, revisit_by)
using DoorVisits = std::unordered_map<HouseholdId, DoorVisit>;

// CROSS JOIN with its conditions under WHERE is the same join everywhere, and keeps SQLite to the
// order that is written.
constexpr store::Statement kStandingInGrid{
    "screening_standing_in_grid",
    "SELECT d.household, d.visit, d.occurred_at, d.outcome, d.revisit_by FROM household h"
    " CROSS JOIN door d WHERE d.district = h.district AND d.round = $1"
    " AND d.household = h.household AND h.district = $2 AND h.grid = $3"};
constexpr store::Statement kStandingInBuilding{
    "screening_standing_in_building",
    "SELECT d.household, d.visit, d.occurred_at, d.outcome, d.revisit_by FROM household h"
    " CROSS JOIN door d WHERE d.district = h.district AND d.round = $1"
    " AND d.household = h.household AND h.district = $2 AND h.building = $3"};
// Ids of visits are in order of the time at which the forms were opened: near enough for a reminder
// of what was last, and read without going through a household's whole history.
constexpr store::Statement kLastInGrid{
    "screening_last_in_grid",
    "SELECT v.household, v.visit, v.occurred_at, v.outcome, v.revisit_by FROM household h"
    " CROSS JOIN visit v WHERE v.district = h.district AND v.household = h.household AND v.visit ="
    " (SELECT w.visit FROM visit w WHERE w.district = h.district AND w.household = h.household"
    " ORDER BY w.visit DESC LIMIT 1) AND h.district = $1 AND h.grid = $2"};
constexpr store::Statement kLastInBuilding{
    "screening_last_in_building",
    "SELECT v.household, v.visit, v.occurred_at, v.outcome, v.revisit_by FROM household h"
    " CROSS JOIN visit v WHERE v.district = h.district AND v.household = h.household AND v.visit ="
    " (SELECT w.visit FROM visit w WHERE w.district = h.district AND w.household = h.household"
    " ORDER BY w.visit DESC LIMIT 1) AND h.district = $1 AND h.building = $2"};
constexpr store::Statement kSeenInGrid{
    "screening_seen_in_grid",
    "SELECT COALESCE(SUM(s.seen), 0) FROM household h CROSS JOIN door_day s"
    " WHERE s.district = h.district AND s.household = h.household AND s.day = $1"
    " AND h.district = $2 AND h.grid = $3"};
constexpr store::Statement kLastSequence{
    "screening_last_sequence",
    "SELECT COALESCE(MAX(sequence), 0) FROM journal WHERE district = $1"};
constexpr store::Statement kAll[] = {kStandingInGrid, kStandingInBuilding, kLastInGrid,
                                     kLastInBuilding, kSeenInGrid,         kLastSequence};

struct Number {
  std::int64_t value = 0;
};
WD_DESCRIBE(Number, value)

DoorVisits by_household(const std::vector<DoorVisit>& visits) {
  DoorVisits found;
  found.reserve(visits.size());
  for (const auto& visit : visits) found.emplace(visit.household, visit);
  return found;
}

// How the doors of a place stand, whatever the place is.
struct Stand {
  std::optional<RoundFacts> round;
  DoorVisits standing;  // in the round
  DoorVisits last;

  std::optional<Standing> at(HouseholdId household) const {
    const auto found = standing.find(household);
    if (found == standing.end()) return std::nullopt;
    return Standing{found->second.outcome, found->second.revisit_by};
  }
  std::optional<LastVisit> last_at(HouseholdId household) const {
    for (const auto* visits : {&standing, &last}) {
      if (const auto found = visits->find(household); found != visits->end()) {
        return LastVisit{found->second.visit, found->second.outcome, found->second.at};
      }
    }
    return std::nullopt;
  }
  DoorStatus status(HouseholdId household, CivilDate today) const {
    return round ? door_status(at(household), round->due_on, today) : DoorStatus::due;
  }
};

Result<Stand> stand_of(const std::vector<DoorVisit>& last, const RegionCode& grid,
                       QueryContext& context) {
  Stand stand;
  stand.last = by_household(last);
  WD_TRY(auto rounds, rounds_over(context.db, grid, context.today));
  if (!rounds.empty()) stand.round = std::move(rounds.front());
  return stand;
}

std::optional<RoundView> round_view(const std::optional<RoundFacts>& round) {
  if (!round) return std::nullopt;
  return RoundView{round->round,     round->region, round->title,
                   round->starts_on, round->due_on, round->ends_on};
}

// ---- doors of a grid ----

bool is_key_person(const DoorPerson& person) { return !person.key_groups.empty(); }

std::vector<DoorPerson> persons_of(DoorFacts& facts) {
  std::vector<DoorPerson> persons;
  persons.reserve(facts.persons.size());
  for (auto& person : facts.persons) {
    persons.push_back({person.person, std::move(person.name_masked), person.sex, person.birth_year,
                       person.relation, std::move(person.key_groups)});
  }
  return persons;
}

void count(const Door& door, DoorsView& view) {
  auto& counts = view.households;
  switch (door.status) {
    case DoorStatus::overdue:
      ++counts.overdue;
      break;
    case DoorStatus::due:
      break;
    case DoorStatus::done:
      ++counts.done;
      break;
    case DoorStatus::vacant:
      ++counts.vacant;
      return;  // nobody there to be screened
  }
  ++counts.due;
}

// Overdue first, the longest overdue before the others; else as a person would walk them.
void order(std::vector<Door>& doors) {
  std::ranges::stable_sort(doors, [](const Door& a, const Door& b) {
    if (a.status != b.status) return a.status < b.status;
    return a.status == DoorStatus::overdue && a.due_on < b.due_on;
  });
}

Status name_buildings(std::vector<Door>& doors, District district, store::Connection& db) {
  std::unordered_map<BuildingId, std::string> names;
  for (auto& door : doors) {
    const auto [known, added] = names.try_emplace(door.building.id);
    if (added) {
      WD_TRY(auto building, regions::building_facts(db, district, door.building.id));
      if (building) known->second = std::move(building->name);
    }
    door.building.name = known->second;
  }
  return ok();
}

Result<DoorsView> doors(const DoorsParams& params, QueryContext& context) {
  if (params.grid.level() != RegionLevel::grid) return Error(ErrorCode::not_found);
  const auto district = params.grid.district();
  const RegionCode places[] = {params.grid, params.grid.parent()};
  WD_TRY(auto names, regions::region_names(context.db, places));
  if (names.front().empty()) return Error(ErrorCode::not_found);

  WD_TRY(const auto last, store::select<DoorVisit>(context.db, kLastInGrid, district, params.grid));
  WD_TRY(auto stand, stand_of(last, params.grid, context));
  if (stand.round) {
    WD_TRY(const auto rows, store::select<DoorVisit>(context.db, kStandingInGrid,
                                                     stand.round->round, district, params.grid));
    stand.standing = by_household(rows);
  }
  WD_TRY(auto facts,
         residents::doors_of_grid(context.db, context.vault, params.grid, context.today));

  DoorsView view;
  view.grid = params.grid;
  view.grid_name = std::move(names.front());
  view.community_name = std::move(names.back());
  view.round = round_view(stand.round);
  view.as_of = context.now;
  view.doors.reserve(facts.size());
  for (auto& row : facts) {
    Door door{row.household,
              {row.building, {}},
              std::move(row.unit),
              row.floor,
              std::move(row.room),
              row.state,
              stand.status(row.household, context.today),
              std::nullopt,
              stand.last_at(row.household),
              persons_of(row)};
    if (stand.round) door.due_on = visit_due_on(stand.at(row.household), stand.round->due_on);
    count(door, view);
    view.key_persons.due += std::ranges::count_if(door.persons, is_key_person);
    view.doors.push_back(std::move(door));
  }
  WD_TRY([[maybe_unused]] auto named, name_buildings(view.doors, district, context.db));
  order(view.doors);
  WD_TRY(const auto seen,
         store::select_one<Number>(context.db, kSeenInGrid, context.today, district, params.grid));
  view.key_persons.done = seen ? seen->value : 0;
  WD_TRY(const auto sequence, store::select_one<Number>(context.db, kLastSequence, district));
  view.position = {district.number, sequence ? sequence->value : 0};
  return view;
}

// ---- the drawing of a building ----

bool has_care(const DoorFacts& door) {
  return std::ranges::any_of(door.persons, [](const residents::PersonFacts& person) {
    return std::ranges::any_of(person.key_groups, needs_care);
  });
}

// The doors come in walking order: by unit, the highest floor first.
RoomView& add_room(const DoorFacts& door, std::vector<UnitView>& units) {
  if (units.empty() || units.back().unit != door.unit) units.push_back({door.unit, {}});
  auto& floors = units.back().floors;
  if (floors.empty() || floors.back().floor != door.floor) floors.push_back({door.floor, {}});
  return floors.back().rooms.emplace_back();
}

Result<BuildingView> building(const BuildingParams& params, QueryContext& context) {
  const auto district = params.community.district();
  WD_TRY(auto facts, regions::building_facts(context.db, district, params.building));
  if (!facts) return Error(ErrorCode::not_found);
  WD_TRY(const auto last,
         store::select<DoorVisit>(context.db, kLastInBuilding, district, params.building));
  WD_TRY(auto stand, stand_of(last, facts->grid, context));
  if (stand.round) {
    WD_TRY(const auto rows,
           store::select<DoorVisit>(context.db, kStandingInBuilding, stand.round->round, district,
                                    params.building));
    stand.standing = by_household(rows);
  }
  WD_TRY(const auto doors_there, residents::doors_of_building(context.db, context.vault, district,
                                                              params.building, context.today));
  BuildingView view;
  view.building = {params.building, facts->grid,  std::nullopt,  std::nullopt,
                   facts->name,     facts->units, facts->floors, facts->rooms_per_floor};
  view.round = round_view(stand.round);
  view.as_of = context.now;
  std::map<RoomStatus, std::int64_t> counts;
  for (const auto& choice : codec::choices<RoomStatus>()) {
    counts[static_cast<RoomStatus>(choice.value)] = 0;
  }
  for (const auto& door : doors_there) {
    const auto status = room_status(stand.status(door.household, context.today),
                                    stand.at(door.household), has_care(door));
    ++counts[status];
    add_room(door, view.units) = {door.household, door.room, status,
                                  static_cast<std::int32_t>(door.persons.size()),
                                  stand.last_at(door.household)};
  }
  for (const auto& [status, number] : counts) view.counts.push_back({status, number});
  return view;
}

Result<RegionCode> building_region(const BuildingParams& params, QueryContext& context) {
  WD_TRY(const auto facts,
         regions::building_facts(context.db, params.community.district(), params.building));
  if (!facts || !params.community.contains(facts->grid)) return Error(ErrorCode::not_found);
  return facts->grid;
}

}  // namespace

std::vector<store::Statement> statements() {
  std::vector<store::Statement> all(std::begin(kAll), std::end(kAll));
  for (const auto part : {fact_statements(), record_statements(), recorded_fact_statements()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

void register_queries(bus::Registry& registry) {
  registry.query<DoorsParams, DoorsView>(
      {bus::QueryMethod::get, "screening/doors", access::kFieldAndDistrict,
       [](const DoorsParams& params, QueryContext&) -> Result<RegionCode> { return params.grid; },
       "今天的门", "Doors of a grid"},
      doors);
  registry.query<BuildingParams, BuildingView>(
      {bus::QueryMethod::get, "screening/building", access::kFieldAndDistrict, building_region,
       "楼幢图", "Drawing of a building"},
      building);
  registry.query<VisitsParams, VisitRecords>(
      {bus::QueryMethod::get, "screening/visits", access::kFieldAndDistrict, visits_region,
       "数字背后的走访", "Visits behind a figure"},
      visit_records);
}

}  // namespace wangdi::screening
