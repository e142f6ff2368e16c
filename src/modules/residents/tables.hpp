// SPDX-License-Identifier: Apache-2.0
// The tables of the roster. Doors, names and numbers are not here but in the vault.
#pragma once

#include "modules/residents/messages.hpp"
#include "store/table.hpp"

namespace wangdi::residents {

struct HouseholdRow {
  District district;
  HouseholdId household;
  RegionCode grid;
  BuildingId building;
  HouseholdState state = HouseholdState::occupied;
  std::int32_t persons = 0;
  std::int64_t sequence = 0;  // of the last record about it or its persons
};
WD_DESCRIBE(HouseholdRow, district, household, grid, building, state, persons, sequence)
inline constexpr store::Index kHouseholdIndexes[] = {
    {"grid", "district, grid, building, household"},
    {"building", "district, building, household"},
};
inline constexpr store::Table<HouseholdRow, 2> kHousehold{"household", kHouseholdIndexes};

struct PersonRow {
  District district;
  PersonId person;
  HouseholdId household;
  DocumentKind document_kind = DocumentKind::none;
  Sex sex = Sex::unknown;
  std::optional<std::int32_t> birth_year;
  Relation relation = Relation::other;
  std::int64_t sequence = 0;
};
WD_DESCRIBE(PersonRow, district, person, household, document_kind, sex, birth_year, relation,
            sequence)
inline constexpr store::Index kPersonIndexes[] = {
    {"household", "district, household, person"},
};
inline constexpr store::Table<PersonRow, 2> kPerson{"person", kPersonIndexes};

// One entry of a person in a key group. A later entry in the same group is a row of its own, so
// that figures of past days stay true; key order lets a household's entries be listed at once.
struct KeyMemberRow {
  District district;
  HouseholdId household;
  PersonId person;
  KeyGroup key_group{};
  CivilDate starts_on;
  CivilDate ends_on;  // that day included
};
WD_DESCRIBE(KeyMemberRow, district, household, person, key_group, starts_on, ends_on)
inline constexpr store::Table<KeyMemberRow, 5> kKeyMember{"key_member"};

// Whose data were erased, so that nobody is registered under that id again. It says nothing else.
struct ErasedPersonRow {
  District district;
  PersonId person;
  CivilDate erased_on;
};
WD_DESCRIBE(ErasedPersonRow, district, person, erased_on)
inline constexpr store::Table<ErasedPersonRow, 2> kErasedPerson{"erased_person"};

// What was corrected, for conflicts: values only where they are not personal.
struct FieldChangeRow {
  District district;
  Uuid subject;
  std::string field;
  std::int64_t sequence = 0;
  std::optional<std::string> before;
  std::optional<std::string> after;
  AccountId actor;
  UnixMs recorded_at = 0;
};
WD_DESCRIBE(FieldChangeRow, district, subject, field, sequence, before, after, actor, recorded_at)
inline constexpr store::Table<FieldChangeRow, 4> kFieldChange{"field_change"};

}  // namespace wangdi::residents
