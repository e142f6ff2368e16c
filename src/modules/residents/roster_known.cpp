// SPDX-License-Identifier: Apache-2.0
// Loading a community and looking somebody up in it.
#include "modules/residents/roster_known.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "modules/residents/commands.hpp"
#include "modules/residents/tables.hpp"

namespace wangdi::residents {
namespace {

using vault::Field;

// No order is asked for: with one by person the engine would walk the whole district.
// A community's grids are the codes between its own and its own with the character behind '9'.
constexpr store::Statement kDoorsOfCommunity{
    "residents_roster_doors",
    "SELECT household, building FROM household WHERE district = $1 AND grid >= $2 AND grid < $3"
    " LIMIT $4"};
constexpr store::Statement kPersonsOfCommunity{
    "residents_roster_persons",
    "SELECT p.person, p.household FROM household h JOIN person p ON p.district = h.district"
    " AND p.household = h.household WHERE h.district = $1 AND h.grid >= $2 AND h.grid < $3"
    " LIMIT $4"};
constexpr store::Statement kMembersOfCommunity{
    "residents_roster_members",
    "SELECT k.person, k.key_group, k.starts_on, k.ends_on FROM household h JOIN key_member k"
    " ON k.district = h.district AND k.household = h.household"
    " WHERE h.district = $1 AND h.grid >= $2 AND h.grid < $3"};
constexpr store::Statement kPlaceOfPerson{
    "residents_roster_place",
    "SELECT h.grid FROM person p JOIN household h ON h.district = p.district"
    " AND h.household = p.household WHERE p.district = $1 AND p.person = $2"};
constexpr store::Statement kAll[] = {kDoorsOfCommunity, kPersonsOfCommunity, kMembersOfCommunity,
                                     kPlaceOfPerson};

struct DoorRow {
  HouseholdId household;
  BuildingId building;
};
WD_DESCRIBE(DoorRow, household, building)
struct PersonAtDoor {
  PersonId person;
  HouseholdId household;
};
WD_DESCRIBE(PersonAtDoor, person, household)
struct MemberRow {
  PersonId person;
  KeyGroup key_group{};
  CivilDate starts_on;
  CivilDate ends_on;
};
WD_DESCRIBE(MemberRow, person, key_group, starts_on, ends_on)
struct PlaceRow {
  RegionCode grid;
};
WD_DESCRIBE(PlaceRow, grid)

template <class Row>
Result<std::vector<Row>> of_community(store::Connection& db, const store::Statement& statement,
                                      const RegionCode& community) {
  const auto limit = static_cast<std::int64_t>(kKnownPersonsMost) + 1;
  WD_TRY(auto rows, store::select<Row>(db, statement, community.district(), community,
                                       community.text() + ":", limit));
  if (rows.size() > kKnownPersonsMost) {
    return Error(ErrorCode::field_too_many).with("limit", std::to_string(kKnownPersonsMost));
  }
  return rows;
}

std::string name_and_birth(const KnownPerson& person) {
  if (!person.birth_date) return {};
  return text::fold(person.name) + person.birth_date->text();
}

// Two documents are two people; so are two known days of birth.
bool are_two_people(const KnownPerson& a, const KnownPerson& b) {
  if (!a.number.empty() && !b.number.empty() && a.number != b.number) return true;
  return a.birth_date && b.birth_date && *a.birth_date != *b.birth_date;
}

}  // namespace

std::span<const store::Statement> roster_statements() { return kAll; }

Result<std::optional<PersonPlace>> place_of(store::Connection& db, District district,
                                            PersonId person) {
  WD_TRY(const auto row, store::select_one<PlaceRow>(db, kPlaceOfPerson, district, person));
  if (!row) return std::optional<PersonPlace>();
  return std::optional(PersonPlace{row->grid});
}

Result<Known> Known::load(store::Connection& db, vault::Reader& vault,
                          const RegionCode& community) {
  Known known;
  WD_TRY([[maybe_unused]] auto doors, known.load_doors(db, vault, community));
  WD_TRY([[maybe_unused]] auto persons, known.load_persons(db, vault, community));
  WD_TRY([[maybe_unused]] auto entries, known.load_key_entries(db, community));
  return known;
}

Status Known::load_doors(store::Connection& db, vault::Reader& vault, const RegionCode& community) {
  WD_TRY(auto rows, of_community<DoorRow>(db, kDoorsOfCommunity, community));
  std::ranges::sort(rows, {}, &DoorRow::household);
  std::vector<Uuid> subjects;
  subjects.reserve(rows.size());
  for (const auto& row : rows) subjects.push_back(row.household.value);
  WD_TRY(const auto values,
         vault.get_many(community.district(), subjects, {Field::unit, Field::room}));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    KnownDoor door;
    door.household = rows[i].household;
    door.building = rows[i].building;
    door.unit = values[i].get(Field::unit);
    door.room = values[i].get(Field::room);
    auto key = door_key(door.building, door.unit, door.room);
    add_door(std::move(key), std::move(door));
  }
  return ok();
}

Status Known::load_persons(store::Connection& db, vault::Reader& vault,
                           const RegionCode& community) {
  WD_TRY(auto rows, of_community<PersonAtDoor>(db, kPersonsOfCommunity, community));
  std::ranges::sort(rows, {}, &PersonAtDoor::person);  // neighbours in the vault follow each other
  std::vector<Uuid> subjects;
  subjects.reserve(rows.size());
  for (const auto& row : rows) subjects.push_back(row.person.value);
  WD_TRY(const auto values,
         vault.get_many(community.district(), subjects,
                        {Field::name, Field::document_number, Field::phone, Field::birth_date}));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto door = household_at_.find(rows[i].household);
    if (door == household_at_.end()) continue;
    KnownPerson person;
    person.person = rows[i].person;
    person.door = door->second;
    person.name = values[i].get(Field::name);
    person.number = values[i].get(Field::document_number);
    person.phone = values[i].get(Field::phone);
    person.birth_date = CivilDate::parse(values[i].get(Field::birth_date));
    add_person(std::move(person));
  }
  return ok();
}

Status Known::load_key_entries(store::Connection& db, const RegionCode& community) {
  WD_TRY(const auto rows, store::select<MemberRow>(db, kMembersOfCommunity, community.district(),
                                                   community, community.text() + ":"));
  for (const auto& row : rows) {
    const auto found = person_at_.find(row.person);
    if (found == person_at_.end()) continue;
    persons_[found->second].key_entries.push_back({row.key_group, {row.starts_on, row.ends_on}});
  }
  return ok();
}

const KnownDoor* Known::door(const std::string& key) const {
  const auto found = door_at_.find(key);
  return found == door_at_.end() ? nullptr : &doors_[found->second];
}

const KnownPerson* Known::by_id(PersonId person) const {
  const auto found = person_at_.find(person);
  return found == person_at_.end() ? nullptr : &persons_[found->second];
}

const KnownPerson* Known::by_number(const std::string& number) const {
  const auto found = number_at_.find(vault::normalised(number));
  return found == number_at_.end() ? nullptr : &persons_[found->second];
}

const KnownPerson* Known::same_name(const KnownDoor& door, const KnownPerson& person) const {
  const auto name = text::fold(person.name);
  for (const auto place : door.people) {
    const auto& other = persons_[place];
    if (text::fold(other.name) == name && !are_two_people(other, person)) return &other;
  }
  return nullptr;
}

const KnownPerson* Known::same_phone(const KnownDoor& door, const KnownPerson& person) const {
  if (person.phone.empty()) return nullptr;
  for (const auto place : door.people) {
    const auto& other = persons_[place];
    if (other.phone == person.phone && !are_two_people(other, person)) return &other;
  }
  return nullptr;
}

const KnownPerson* Known::same_name_and_birth(const KnownPerson& person) const {
  const auto key = name_and_birth(person);
  if (key.empty()) return nullptr;
  const auto [from, to] = name_and_birth_at_.equal_range(key);
  for (auto at = from; at != to; ++at) {
    const auto& other = persons_[at->second];
    if (!are_two_people(other, person)) return &other;
  }
  return nullptr;
}

void Known::meet(PersonId person, std::uint32_t row) { persons_[person_at_.at(person)].row = row; }

std::size_t Known::add_door(std::string key, KnownDoor door) {
  const auto place = doors_.size();
  door_at_.try_emplace(std::move(key), place);
  household_at_.try_emplace(door.household, place);
  doors_.push_back(std::move(door));
  return place;
}

void Known::add_person(KnownPerson person) {
  const auto place = persons_.size();
  auto& door = doors_[person.door];
  door.people.push_back(place);
  ++door.persons;
  person_at_.try_emplace(person.person, place);
  if (!person.number.empty()) number_at_.try_emplace(vault::normalised(person.number), place);
  if (auto key = name_and_birth(person); !key.empty()) {
    name_and_birth_at_.emplace(std::move(key), place);
  }
  persons_.push_back(std::move(person));
}

}  // namespace wangdi::residents
