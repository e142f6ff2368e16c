// SPDX-License-Identifier: Apache-2.0
// Events of the roster into its tables and counters.
#include "modules/residents/projection.hpp"

#include "common/indicators/indicators.hpp"
#include "modules/residents/erasure.hpp"
#include "modules/residents/household_tables.hpp"

namespace wangdi::residents {
namespace {

using bus::Recorded;
using indicators::Indicator;
using store::Rows;

void note_changes(const List<FieldCorrected, 16>& changes, const Recorded& frame, Rows& rows) {
  for (const auto& change : changes) {
    rows.put(kFieldChange,
             {frame.position.district, frame.subject, change.field, frame.position.sequence,
              change.before, change.after, frame.actor, frame.recorded_at});
  }
}

void touch_household(HouseholdId household, const Recorded& frame, Rows& rows, int persons) {
  const auto* stored = rows.find(kHousehold, {frame.position.district, household});
  if (stored == nullptr) return;
  auto row = *stored;
  row.persons += persons;
  row.sequence = frame.position.sequence;
  rows.put(kHousehold, std::move(row));
}

void household_added(const HouseholdAdded& event, const Recorded& frame, Rows& rows) {
  rows.put(kHousehold, {frame.position.district, HouseholdId{frame.subject}, event.grid,
                        event.building, event.state, 0, frame.position.sequence});
  indicators::count(rows, event.grid, frame.day, Indicator::households_registered, {}, 1);
}

void household_corrected(const HouseholdCorrected& event, const Recorded& frame, Rows& rows) {
  const HouseholdId id{frame.subject};
  const auto* stored = rows.find(kHousehold, {frame.position.district, id});
  if (stored == nullptr) return;
  auto row = *stored;
  row.state = event.state;
  row.sequence = frame.position.sequence;
  rows.put(kHousehold, std::move(row));
  note_changes(event.changes, frame, rows);
}

void person_added(const PersonAdded& event, const Recorded& frame, Rows& rows) {
  rows.put(kPerson,
           {frame.position.district, PersonId{frame.subject}, event.household, event.document_kind,
            event.sex, event.birth_year, event.relation, frame.position.sequence});
  touch_household(event.household, frame, rows, 1);
  indicators::count(rows, frame.region, frame.day, Indicator::persons_registered, {}, 1);
}

void person_corrected(const PersonCorrected& event, const Recorded& frame, Rows& rows) {
  const PersonId id{frame.subject};
  const auto* stored = rows.find(kPerson, {frame.position.district, id});
  if (stored == nullptr) return;
  auto row = *stored;
  row.document_kind = event.document_kind;
  row.sex = event.sex;
  row.birth_year = event.birth_year;
  row.relation = event.relation;
  row.sequence = frame.position.sequence;
  const auto household = row.household;
  rows.put(kPerson, row);
  touch_household(household, frame, rows, 0);
  note_changes(event.changes, frame, rows);
}

void key_group_added(const KeyGroupAdded& event, const Recorded& frame, Rows& rows) {
  rows.put(kKeyMember, {frame.position.district, event.household, PersonId{frame.subject},
                        event.group, event.starts_on, event.ends_on});
  touch_household(event.household, frame, rows, 0);
  count_key_days(event.counted_from, event.counted_until, frame, rows);
}

void key_group_ended(const KeyGroupEnded& event, const Recorded& frame, Rows& rows) {
  const auto* stored =
      rows.find(kKeyMember, {frame.position.district, event.household, PersonId{frame.subject},
                             event.group, event.starts_on});
  if (stored == nullptr) return;
  auto row = *stored;
  row.ends_on = event.ends_on;
  rows.put(kKeyMember, row);
  touch_household(event.household, frame, rows, 0);
  count_key_days(event.counted_from, event.counted_until, frame, rows);
}

void erased_person_kept(const ErasedPersonKept& event, const Recorded& frame, Rows& rows) {
  rows.put(kErasedPerson, {frame.position.district, PersonId{frame.subject}, event.erased_on});
}

void erased_household_kept(const ErasedHouseholdKept& event, const Recorded& frame, Rows& rows) {
  rows.put(kErasedHousehold,
           {frame.position.district, HouseholdId{frame.subject}, event.erased_on});
}

}  // namespace

void register_projections(bus::Registry& registry) {
  registry.project<HouseholdAdded>(household_added);
  registry.project<HouseholdCorrected>(household_corrected);
  registry.project<PersonAdded>(person_added);
  registry.project<PersonCorrected>(person_corrected);
  registry.project<KeyGroupAdded>(key_group_added);
  registry.project<KeyGroupEnded>(key_group_ended);
  registry.project<PersonErased>(person_erased);
  registry.project<ErasedPersonKept>(erased_person_kept);
  registry.project<HouseholdErased>(household_erased);
  registry.project<ErasedHouseholdKept>(erased_household_kept);
}

}  // namespace wangdi::residents
