// SPDX-License-Identifier: Apache-2.0
// Facts of the roster, read through the batch.
#include "modules/residents/facts.hpp"

#include <algorithm>

#include "modules/residents/tables.hpp"
#include "store/rows.hpp"

namespace wangdi::residents {

namespace {

constexpr store::Statement kErasedSince{
    "residents_erased_since",
    "SELECT COUNT(*) AS count FROM erased_person WHERE district = $1 AND erased_on >= $2"};

constexpr store::Statement kDoorsErasedSince{
    "residents_doors_erased_since",
    "SELECT COUNT(*) AS count FROM erased_household WHERE district = $1 AND erased_on >= $2"};

struct ErasedCountRow {
  std::int64_t count = 0;
};
WD_DESCRIBE(ErasedCountRow, count)

std::optional<HouseholdFacts> facts_of(const HouseholdRow* row) {
  if (row == nullptr) return std::nullopt;
  return HouseholdFacts{row->grid, row->building, row->persons, row->state};
}

}  // namespace

std::optional<HouseholdFacts> household_facts(store::Rows& rows, District district,
                                              HouseholdId household) {
  return facts_of(rows.find(kHousehold, {district, household}));
}

Result<std::int64_t> erased_since(store::Connection& db, District district, CivilDate day) {
  WD_TRY(const auto row, store::select_one<ErasedCountRow>(db, kErasedSince, district, day));
  return row ? row->count : 0;
}

Result<std::int64_t> doors_erased_since(store::Connection& db, District district, CivilDate day) {
  WD_TRY(const auto row, store::select_one<ErasedCountRow>(db, kDoorsErasedSince, district, day));
  return row ? row->count : 0;
}

std::optional<HouseholdId> household_of(store::Rows& rows, District district, PersonId person) {
  const auto* row = rows.find(kPerson, {district, person});
  if (row == nullptr) return std::nullopt;
  return row->household;
}

std::optional<StoredPerson> stored_person(store::Rows& rows, District district, PersonId person) {
  const auto* row = rows.find(kPerson, {district, person});
  if (row == nullptr) return std::nullopt;
  StoredPerson stored{row->household, {}, row->birth_year};
  const auto* household = rows.find(kHousehold, {district, stored.household});
  if (household == nullptr) return std::nullopt;
  stored.grid = household->grid;
  return stored;
}

Result<std::optional<StoredPerson>> stored_person(store::Connection& db, District district,
                                                  PersonId person) {
  WD_TRY(const auto row, store::get(db, kPerson, {district, person}));
  if (!row) return std::optional<StoredPerson>();
  WD_TRY(const auto household, store::get(db, kHousehold, {district, row->household}));
  if (!household) return std::optional<StoredPerson>();
  return std::optional(StoredPerson{row->household, household->grid, row->birth_year});
}

Result<std::optional<HouseholdId>> household_of_subject(store::Connection& db, District district,
                                                        const Uuid& subject) {
  WD_TRY(const auto person, store::get(db, kPerson, {district, PersonId{subject}}));
  if (person) return std::optional(person->household);
  WD_TRY(const auto household, store::get(db, kHousehold, {district, HouseholdId{subject}}));
  return household ? std::optional(household->household) : std::nullopt;
}

Result<bool> has_key_person(store::Connection& db, District district, HouseholdId household,
                            CivilDate day) {
  bool found = false;
  WD_TRY([[maybe_unused]] auto read,
         db.by_key(kKeyMember.info(), 2, store::bind_all(district, household),
                   [&](const store::RowReader& reader) {
                     const auto entry = store::read_row<KeyMemberRow>(reader);
                     found = entry.starts_on <= day && day <= entry.ends_on;
                     return !found;
                   }));
  return found;
}

std::vector<PersonId> key_persons(store::Rows& rows, District district, HouseholdId household,
                                  CivilDate day) {
  std::vector<PersonId> persons;
  for (const auto& entry : rows.list(kKeyMember, district, household)) {
    if (day < entry.starts_on || day > entry.ends_on) continue;
    if (persons.empty() || persons.back() != entry.person) persons.push_back(entry.person);
  }
  return persons;
}

std::optional<HouseholdFacts> want_household(store::Rows& rows, District district,
                                             HouseholdId household) {
  return facts_of(rows.want(kHousehold, {district, household}));
}

std::optional<HouseholdId> want_person(store::Rows& rows, District district, PersonId person) {
  const auto* row = rows.want(kPerson, {district, person});
  if (row == nullptr) return std::nullopt;
  return row->household;
}

bool want_key_persons(store::Rows& rows, District district, HouseholdId household) {
  const auto* entries = rows.want_list(kKeyMember, district, household);
  return entries != nullptr && !entries->empty();
}

std::string door_label(const DoorName& door, DoorLanguage language) {
  constexpr std::string_view kWord = "幢";
  const bool said = door.building.ends_with(kWord);
  const auto bare = door.building.substr(0, door.building.size() - (said ? kWord.size() : 0));
  const bool numbered =
      !bare.empty() && std::ranges::all_of(bare, [](char c) { return c >= '0' && c <= '9'; });
  std::string label;
  if (language == DoorLanguage::english) {
    label.append(numbered ? "Bldg " : "").append(numbered ? bare : door.building);
    if (!door.unit.empty()) label.append(", unit ").append(door.unit);
    return label.append(", room ").append(door.room);
  }
  label.append(door.building);
  if (numbered && !said) label.append(kWord);
  if (!door.unit.empty()) label.append(door.unit).append("单元");
  return label.append(door.room).append("室");
}

}  // namespace wangdi::residents
