// SPDX-License-Identifier: Apache-2.0
// Doors with their persons for lists: rows from the snapshot, doors and names from the vault.
#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "base/text.hpp"
#include "modules/residents/facts.hpp"
#include "modules/residents/statements.hpp"
#include "modules/residents/tables.hpp"
#include "store/engine.hpp"
#include "vault/reader.hpp"

namespace wangdi::residents {
namespace {

using vault::Field;

constexpr store::Statement kHouseholdsOfGrid{
    "residents_households_of_grid",
    "SELECT district, household, grid, building, state, persons, sequence FROM household"
    " WHERE district = $1 AND grid = $2 ORDER BY building, household LIMIT $3"};
constexpr store::Statement kHouseholdsOfBuilding{
    "residents_households_of_building",
    "SELECT district, household, grid, building, state, persons, sequence FROM household"
    " WHERE district = $1 AND building = $2 ORDER BY household LIMIT $3"};
constexpr store::Statement kPersonsOfGrid{
    "residents_persons_of_grid",
    "SELECT p.district, p.person, p.household, p.document_kind, p.sex, p.birth_year, p.relation,"
    " p.sequence FROM household h JOIN person p ON p.district = h.district"
    " AND p.household = h.household WHERE h.district = $1 AND h.grid = $2"
    " ORDER BY p.household, p.relation, p.person"};
constexpr store::Statement kPersonsOfBuilding{
    "residents_persons_of_building",
    "SELECT p.district, p.person, p.household, p.document_kind, p.sex, p.birth_year, p.relation,"
    " p.sequence FROM household h JOIN person p ON p.district = h.district"
    " AND p.household = h.household WHERE h.district = $1 AND h.building = $2"
    " ORDER BY p.household, p.relation, p.person"};
constexpr store::Statement kMembersOfGrid{
    "residents_members_of_grid",
    "SELECT k.district, k.household, k.person, k.key_group, k.starts_on, k.ends_on"
    " FROM household h JOIN key_member k ON k.district = h.district"
    " AND k.household = h.household WHERE h.district = $1 AND h.grid = $2"
    " ORDER BY k.household, k.person, k.key_group"};
constexpr store::Statement kMembersOfBuilding{
    "residents_members_of_building",
    "SELECT k.district, k.household, k.person, k.key_group, k.starts_on, k.ends_on"
    " FROM household h JOIN key_member k ON k.district = h.district"
    " AND k.household = h.household WHERE h.district = $1 AND h.building = $2"
    " ORDER BY k.household, k.person, k.key_group"};
constexpr store::Statement kAll[] = {kHouseholdsOfGrid,  kHouseholdsOfBuilding, kPersonsOfGrid,
                                     kPersonsOfBuilding, kMembersOfGrid,        kMembersOfBuilding};

std::int32_t number_in(std::string_view text) {
  std::int32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// 101 before 1001, "2" before "10", and letters as they are.
bool walks_before(std::string_view a, std::string_view b) {
  const auto left = number_in(a);
  const auto right = number_in(b);
  return left != right ? left < right : a < b;
}

struct Found {
  std::vector<HouseholdRow> households;
  std::vector<PersonRow> persons;
  std::vector<KeyMemberRow> members;
};

Result<std::vector<DoorFacts>> with_persons(Found found, vault::Reader& vault, CivilDate day) {
  if (found.households.size() > kDoorsMax) {
    return Error(ErrorCode::field_too_many).with("limit", std::to_string(kDoorsMax));
  }
  std::vector<DoorFacts> doors;
  if (found.households.empty()) return doors;
  const auto district = found.households.front().district;
  std::vector<Uuid> subjects;
  for (const auto& row : found.households) subjects.push_back(row.household.value);
  WD_TRY(const auto places,
         vault.get_many(district, subjects, {Field::unit, Field::floor, Field::room}));
  std::unordered_map<HouseholdId, std::size_t> at;
  for (std::size_t i = 0; i < found.households.size(); ++i) {
    const auto& row = found.households[i];
    at.emplace(row.household, i);
    doors.push_back({row.household,
                     row.grid,
                     row.building,
                     std::string(places[i].get(Field::unit)),
                     number_in(places[i].get(Field::floor)),
                     std::string(places[i].get(Field::room)),
                     row.state,
                     {}});
  }
  subjects.clear();
  for (const auto& row : found.persons) subjects.push_back(row.person.value);
  WD_TRY(const auto names, vault.get_many(district, subjects, {Field::name}));
  std::unordered_map<PersonId, PersonFacts*> people;
  for (auto& door : doors) {
    door.persons.reserve(static_cast<std::size_t>(found.households[at.at(door.household)].persons));
  }
  for (std::size_t i = 0; i < found.persons.size(); ++i) {
    const auto& row = found.persons[i];
    auto& persons = doors[at.at(row.household)].persons;
    persons.push_back({row.person,
                       text::mask_name(names[i].get(Field::name)),
                       row.sex,
                       row.birth_year,
                       row.relation,
                       {}});
  }
  for (auto& door : doors) {
    for (auto& person : door.persons) people.emplace(person.person, &person);
  }
  for (const auto& member : found.members) {
    if (day < member.starts_on || day > member.ends_on) continue;
    if (const auto person = people.find(member.person); person != people.end()) {
      person->second->key_groups.push_back(member.key_group);
    }
  }
  std::ranges::sort(doors, [](const DoorFacts& a, const DoorFacts& b) {
    if (a.building != b.building) return a.building < b.building;
    if (a.unit != b.unit) return walks_before(a.unit, b.unit);
    if (a.floor != b.floor) return a.floor > b.floor;
    return walks_before(a.room, b.room);
  });
  return doors;
}

constexpr std::int64_t kDoorsRead = static_cast<std::int64_t>(kDoorsMax) + 1;

}  // namespace

std::span<const store::Statement> door_statements() { return kAll; }

Result<std::vector<DoorFacts>> doors_of_grid(store::Connection& db, vault::Reader& vault,
                                             const RegionCode& grid, CivilDate day) {
  const auto district = grid.district();
  Found found;
  WD_TRY(found.households,
         store::select<HouseholdRow>(db, kHouseholdsOfGrid, district, grid, kDoorsRead));
  WD_TRY(found.persons, store::select<PersonRow>(db, kPersonsOfGrid, district, grid));
  WD_TRY(found.members, store::select<KeyMemberRow>(db, kMembersOfGrid, district, grid));
  return with_persons(std::move(found), vault, day);
}

Result<std::vector<DoorFacts>> doors_of_building(store::Connection& db, vault::Reader& vault,
                                                 District district, BuildingId building,
                                                 CivilDate day) {
  Found found;
  WD_TRY(found.households,
         store::select<HouseholdRow>(db, kHouseholdsOfBuilding, district, building, kDoorsRead));
  WD_TRY(found.persons, store::select<PersonRow>(db, kPersonsOfBuilding, district, building));
  WD_TRY(found.members, store::select<KeyMemberRow>(db, kMembersOfBuilding, district, building));
  return with_persons(std::move(found), vault, day);
}

Result<std::optional<RegionCode>> stored_grid(store::Connection& db, District district,
                                              HouseholdId household) {
  WD_TRY(const auto row, store::get(db, kHousehold, {district, household}));
  if (!row) return std::optional<RegionCode>();
  return std::optional<RegionCode>(row->grid);
}

}  // namespace wangdi::residents
