// SPDX-License-Identifier: Apache-2.0
// Facts of the roster, read through the batch.
#include "modules/residents/facts.hpp"

#include "modules/residents/tables.hpp"
#include "store/rows.hpp"

namespace wangdi::residents {

std::optional<HouseholdFacts> household_facts(store::Rows& rows, District district,
                                              HouseholdId household) {
  const auto* row = rows.find(kHousehold, {district, household});
  if (row == nullptr) return std::nullopt;
  return HouseholdFacts{row->grid, row->building, row->persons, row->state};
}

std::optional<HouseholdId> household_of(store::Rows& rows, District district, PersonId person) {
  const auto* row = rows.find(kPerson, {district, person});
  if (row == nullptr) return std::nullopt;
  return row->household;
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

}  // namespace wangdi::residents
