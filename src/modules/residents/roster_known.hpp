// SPDX-License-Identifier: Apache-2.0
// Who and what is there already when a roster is compared: doors and persons of the community as
// stored, and those of the rows before. Documents of the rest of the district are found by the
// vault's keyed hash; no person outside the community is decrypted but for such a hit.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "modules/residents/roster_row.hpp"
#include "modules/residents/rules.hpp"
#include "store/engine.hpp"
#include "vault/reader.hpp"

namespace wangdi::residents {

// Persons of one community that are compared; twice the largest known.
inline constexpr std::size_t kKnownPersonsMost = 200'000;

struct KnownDoor {
  HouseholdId household;
  BuildingId building;
  std::string unit, room;
  std::uint32_t row = 0;  // of the sheet; 0: stored
  std::int32_t persons = 0;
  std::vector<std::size_t> people;  // places in Known::persons
};

struct KnownPerson {
  PersonId person;
  std::size_t door = 0;
  std::uint32_t row = 0;  // of the sheet that brings or names the person; 0: none so far
  std::string name, number, phone;
  std::optional<CivilDate> birth_date;
  std::vector<KeyEntry> key_entries;
};

class Known {
 public:
  // Reads a community. Error: field_too_many for one beyond kKnownPersonsMost.
  static Result<Known> load(store::Connection& db, vault::Reader& vault,
                            const RegionCode& community);

  const KnownDoor* door(const std::string& key) const;
  std::size_t place_of(const KnownDoor& door) const {
    return static_cast<std::size_t>(&door - doors_.data());
  }
  const KnownDoor& door_at(std::size_t place) const { return doors_[place]; }
  const KnownPerson* by_id(PersonId person) const;
  const KnownPerson* by_number(const std::string& number) const;
  // Somebody of that door with that name, or with that phone, who may be the same person.
  const KnownPerson* same_name(const KnownDoor& door, const KnownPerson& person) const;
  const KnownPerson* same_phone(const KnownDoor& door, const KnownPerson& person) const;
  const KnownPerson* same_name_and_birth(const KnownPerson& person) const;

  std::size_t add_door(std::string key, KnownDoor door);
  void add_person(KnownPerson person);  // its door is set
  // Says that a row of the sheet means this person.
  void meet(PersonId person, std::uint32_t row);

 private:
  Status load_doors(store::Connection& db, vault::Reader& vault, const RegionCode& community);
  Status load_persons(store::Connection& db, vault::Reader& vault, const RegionCode& community);
  Status load_key_entries(store::Connection& db, const RegionCode& community);

  std::vector<KnownDoor> doors_;
  std::vector<KnownPerson> persons_;
  std::unordered_map<std::string, std::size_t> door_at_;
  std::unordered_map<HouseholdId, std::size_t> household_at_;
  std::unordered_map<PersonId, std::size_t> person_at_;
  std::unordered_map<std::string, std::size_t> number_at_;
  std::unordered_multimap<std::string, std::size_t> name_and_birth_at_;
};

// Where a person of the district lives; nothing when the row is gone.
struct PersonPlace {
  RegionCode grid;
};
Result<std::optional<PersonPlace>> place_of(store::Connection& db, District district,
                                            PersonId person);

std::span<const store::Statement> roster_statements();

}  // namespace wangdi::residents
