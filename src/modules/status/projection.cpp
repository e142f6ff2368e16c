// SPDX-License-Identifier: Apache-2.0
// Events of what restricts a person into their tables.
#include "modules/status/projection.hpp"

#include "modules/status/tables.hpp"

namespace wangdi::status {
namespace {

using bus::Recorded;
using store::Rows;

void status_set(const StatusSet& event, const Recorded& frame, Rows& rows) {
  EntryRow row;
  row.district = frame.position.district;
  row.person = PersonId{frame.subject};
  row.entry = event.entry;
  row.household = event.household;
  row.grid = frame.region;
  row.key_group = event.group;
  row.starts_on = event.starts_on;
  row.ends_on = event.ends_on;
  row.source = event.source;
  row.visit = event.visit;
  row.state = event.waits ? EntryState::waiting : EntryState::in_force;
  row.counts = event.by_hand && !event.waits;
  row.set_by = frame.actor;
  row.set_role = event.role;
  row.set_at = frame.recorded_at;
  rows.put(kEntry, std::move(row));
}

template <class Change>
void change_entry(StatusEntryId entry, const Recorded& frame, Rows& rows, Change change) {
  const auto* stored = rows.find(kEntry, {frame.position.district, PersonId{frame.subject}, entry});
  if (stored == nullptr) return;
  auto row = *stored;
  change(row);
  rows.put(kEntry, std::move(row));
}

void status_confirmed(const StatusConfirmed& event, const Recorded& frame, Rows& rows) {
  change_entry(event.entry, frame, rows, [&](EntryRow& row) {
    row.state = event.confirmed ? EntryState::in_force : EntryState::rejected;
    row.decided_by = frame.actor;
  });
}

void review_asked(const ReviewAsked& event, const Recorded& frame, Rows& rows) {
  change_entry(event.entry, frame, rows, [&](EntryRow& row) {
    row.review = event.review;
    row.asked_through = event.through;
    row.review_due_on = event.due_on;
    row.review_result.reset();
    row.reviewed_by = {};
  });
}

void review_decided(const ReviewDecided& event, const Recorded& frame, Rows& rows) {
  change_entry(event.entry, frame, rows, [&](EntryRow& row) {
    row.review_result = event.result;
    row.reviewed_by = frame.actor;
    if (event.result == ReviewResult::withdrawn) row.state = EntryState::withdrawn;
  });
}

void alarm_raised(const AlarmRaised& event, const Recorded& frame, Rows& rows) {
  AlarmRow row;
  row.district = frame.position.district;
  row.alarm = AlarmId{frame.subject};
  row.region = frame.region;
  row.kind = event.kind;
  row.caused_by = frame.actor;
  row.role = event.role;
  row.count = event.count;
  row.minutes = event.minutes;
  row.raised_at = frame.recorded_at;
  rows.put(kAlarm, std::move(row));
}

void alarm_answered(const AlarmAnswered&, const Recorded& frame, Rows& rows) {
  const auto* stored = rows.find(kAlarm, {frame.position.district, AlarmId{frame.subject}});
  if (stored == nullptr) return;
  auto row = *stored;
  row.open = false;
  row.answered_by = frame.actor;
  row.answered_at = frame.recorded_at;
  rows.put(kAlarm, std::move(row));
}

// Who was erased leaves nothing here either.
void person_erased(const residents::PersonErased&, const Recorded& frame, Rows& rows) {
  const auto district = frame.position.district;
  for (const auto& entry : rows.list(kEntry, district, PersonId{frame.subject})) {
    rows.erase(kEntry, {district, entry.person, entry.entry});
  }
}

}  // namespace

void register_projections(bus::Registry& registry) {
  registry.project<StatusSet>(status_set);
  registry.project<StatusConfirmed>(status_confirmed);
  registry.project<ReviewAsked>(review_asked);
  registry.project<ReviewDecided>(review_decided);
  registry.project<AlarmRaised>(alarm_raised);
  registry.project<AlarmAnswered>(alarm_answered);
  registry.project<residents::PersonErased>(person_erased);
}

}  // namespace wangdi::status
