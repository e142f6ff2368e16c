// SPDX-License-Identifier: Apache-2.0
// Erasing a person or a household: what the vault holds of them, and every row that is theirs.
#pragma once

#include "common/bus/registry.hpp"
#include "modules/residents/messages.hpp"

namespace wangdi::residents {

// The registry knows what other modules keep of a person.
Result<bus::Decision> erase_person(const ErasePerson& command, bus::CommandContext& context,
                                   const bus::Registry& registry);
void person_erased(const PersonErased& event, const bus::Recorded& frame, store::Rows& rows);
void household_erased(const HouseholdErased& event, const bus::Recorded& frame, store::Rows& rows);
// Key persons are counted from the day on which an entry begins; these are the days that change.
void count_key_days(const List<CivilDate, 64>& from, const List<CivilDate, 64>& until,
                    const bus::Recorded& frame, store::Rows& rows);

}  // namespace wangdi::residents
