// SPDX-License-Identifier: Apache-2.0
// What other modules may ask of the roster: inside a write batch, and for lists.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_date.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "modules/residents/messages.hpp"
#include "types/region_code.hpp"

namespace wangdi::store {
class Connection;
class Rows;
}  // namespace wangdi::store
namespace wangdi::vault {
class Reader;
}

namespace wangdi::residents {

struct HouseholdFacts {
  RegionCode grid;
  BuildingId building;
  std::int32_t persons = 0;
  HouseholdState state = HouseholdState::occupied;
};

// Nothing when there is no such household in the district.
std::optional<HouseholdFacts> household_facts(store::Rows& rows, District district,
                                              HouseholdId household);

// The household a person belongs to; nothing when there is no such person in the district.
std::optional<HouseholdId> household_of(store::Rows& rows, District district, PersonId person);

// Persons of the household that are in some key group on the day.
std::vector<PersonId> key_persons(store::Rows& rows, District district, HouseholdId household,
                                  CivilDate day);

// ---- before a batch on a database server, for bus::Foresight: nothing until it was fetched ----

std::optional<HouseholdFacts> want_household(store::Rows& rows, District district,
                                             HouseholdId household);
// The household of the person.
std::optional<HouseholdId> want_person(store::Rows& rows, District district, PersonId person);
// Whether the household has entries of key groups, as far as known.
bool want_key_persons(store::Rows& rows, District district, HouseholdId household);

// ---- for lists: read from a snapshot, names masked ----

struct PersonFacts {
  PersonId person;
  std::string name_masked;
  Sex sex = Sex::unknown;
  std::optional<std::int32_t> birth_year;
  Relation relation = Relation::other;
  std::vector<KeyGroup> key_groups;  // in force on the day
};

struct DoorFacts {
  HouseholdId household;
  RegionCode grid;
  BuildingId building;
  std::string unit;
  std::int32_t floor = 0;
  std::string room;
  HouseholdState state = HouseholdState::occupied;
  std::vector<PersonFacts> persons;
};

// All doors of a grid, or of one building, ordered by building, unit, floor and room as a person
// would walk them. A grid and a building are small (limits: 2,500 doors); errors when larger.
inline constexpr std::size_t kDoorsMax = 2500;
Result<std::vector<DoorFacts>> doors_of_grid(store::Connection& db, vault::Reader& vault,
                                             const RegionCode& grid, CivilDate day);
Result<std::vector<DoorFacts>> doors_of_building(store::Connection& db, vault::Reader& vault,
                                                 District district, BuildingId building,
                                                 CivilDate day);

// The grid of a household as stored; nothing when there is none.
Result<std::optional<RegionCode>> stored_grid(store::Connection& db, District district,
                                              HouseholdId household);

// ---- how a door is written ----

enum class DoorLanguage : std::uint8_t { chinese, english };
struct DoorName {
  std::string_view building;
  std::string_view unit;
  std::string_view room;
};
// 3幢2单元402室, in English Bldg 3, unit 2, room 402, whether the building is called 3 or 3幢; any
// other name stays as it is. The web app's door_label gives the same.
std::string door_label(const DoorName& door, DoorLanguage language);

}  // namespace wangdi::residents
