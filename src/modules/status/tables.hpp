// SPDX-License-Identifier: Apache-2.0
// The tables of what restricts a person: ids, choices, days and counts.
#pragma once

#include "modules/status/messages.hpp"
#include "store/table.hpp"

namespace wangdi::status {

struct EntryRow {
  District district;
  PersonId person;
  StatusEntryId entry;
  HouseholdId household;
  RegionCode grid;
  KeyGroup key_group{};
  CivilDate starts_on;
  CivilDate ends_on;
  GroundSource source{};
  std::optional<VisitId> visit;
  EntryState state{};
  bool counts = false;  // against the limit of its hour
  AccountId set_by;
  access::Role set_role{};
  UnixMs set_at = 0;
  AccountId decided_by;  // the second person, or nil
  std::optional<ReviewId> review;
  AskedThrough asked_through{};
  CivilDate review_due_on;
  std::optional<ReviewResult> review_result;
  AccountId reviewed_by;
};
WD_DESCRIBE(EntryRow, district, person, entry, household, grid, key_group, starts_on, ends_on,
            source, visit, state, counts, set_by, set_role, set_at, decided_by, review,
            asked_through, review_due_on, review_result, reviewed_by)
inline constexpr store::Index kEntryIndexes[] = {
    {"set_at", "district, set_at, counts"},
    {"state", "district, state, set_at"},
    {"review", "district, review_result, review_due_on"},
};
inline constexpr store::Table<EntryRow, 3> kEntry{"status_entry", kEntryIndexes};

struct AlarmRow {
  District district;
  AlarmId alarm;
  RegionCode region;  // of the officer's office, or the district
  AlarmKind kind{};
  AccountId caused_by;
  access::Role role{};
  std::int64_t count = 0;
  std::int64_t minutes = 0;
  UnixMs raised_at = 0;
  bool open = true;
  AccountId answered_by;
  UnixMs answered_at = 0;
};
WD_DESCRIBE(AlarmRow, district, alarm, region, kind, caused_by, role, count, minutes, raised_at,
            open, answered_by, answered_at)
// Above the district there is no key to go by.
inline constexpr store::Index kAlarmIndexes[] = {{"open", "open, region"}};
inline constexpr store::Table<AlarmRow, 2> kAlarm{"status_alarm", kAlarmIndexes};

}  // namespace wangdi::status
