// SPDX-License-Identifier: Apache-2.0
// Asks the journal and the other modules.
#include "modules/audit/grounds.hpp"

#include <algorithm>

#include "modules/ledger/facts.hpp"
#include "modules/residents/facts.hpp"

namespace wangdi::audit {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kRecordsAtOnce = 10'000;

bool is_registration(std::string_view type) {
  return type == "residents.household_added" || type == "residents.person_added";
}
// Visits are asked by their doors: they may be recorded long after they took place.
bool is_about_residents(std::string_view type) {
  return type.starts_with("residents.") || type.starts_with("status.") ||
         type.starts_with("ledger.");
}
// Somebody has to look at the person: a second person, a review, a new member of a group.
bool is_entry(std::string_view type) {
  return type.starts_with("status.") || type.starts_with("residents.key_group_");
}

}  // namespace

// The journal is in the order of its recording but for clocks that were set back: then a few
// records more or fewer are looked at.
Result<std::int64_t> Grounds::first_record_at(UnixMs instant) {
  WD_TRY(const auto last, journal::last_seal(db_, place_.district));
  std::int64_t low = 0, high = last ? last->last_sequence : 0;  // records up to low are earlier
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    WD_TRY(const auto record, journal::headers_after(db_, {place_.district, middle}, 1));
    if (!record.empty() && record.front().recorded_at < instant) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Status Grounds::read_journal(UnixMs from, UnixMs until,
                             const std::function<Status(const journal::RecordHeader&)>& each) {
  WD_TRY(auto after, first_record_at(from));
  for (bool more = true; more;) {
    WD_TRY(const auto records,
           journal::headers_after(db_, {place_.district, after}, kRecordsAtOnce));
    more = std::ssize(records) == kRecordsAtOnce;
    for (const auto& record : records) {
      if (record.recorded_at >= until) return ok();
      after = record.sequence;
      WD_TRY([[maybe_unused]] auto taken, each(record));
    }
  }
  return ok();
}

Status Grounds::load(std::span<const AccountId> readers) {
  for (const auto reader : readers) own_[reader];
  const auto start = place_.day.start(place_.zone);
  const auto before = std::max(limits_.ground_hours * kHourMs, limits_.follow_up_days * kDayMs);
  const auto after = kDayMs + limits_.ground_hours * kHourMs;
  WD_TRY([[maybe_unused]] auto read,
         read_journal(start - before, start + after,
                      [this](const journal::RecordHeader& record) { return note(record); }));
  WD_TRY(const auto asked,
         ledger::asked_about(db_, place_.district, start - limits_.requests_days * kDayMs));
  for (const auto person : asked) {
    WD_TRY(const auto household, household_of(person.value));
    requested_.insert(household);
  }
  return ok();
}

Status Grounds::note(const journal::RecordHeader& record) {
  if (is_entry(record.type)) entries_[record.subject].push_back(record.recorded_at);
  const auto reader = own_.find(record.actor);
  if (reader == own_.end()) return ok();
  records_[record.actor].push_back(record.recorded_at);
  if (is_registration(record.type)) registered_.insert(record.actor);
  if (!is_about_residents(record.type)) return ok();
  WD_TRY(const auto household, household_of(record.subject));
  reader->second[household].push_back(record.recorded_at);
  return ok();
}

Result<Uuid> Grounds::household_of(const Uuid& subject) {
  if (subject.is_nil()) return subject;
  const auto found = households_.find(subject);
  if (found != households_.end()) return found->second;
  WD_TRY(const auto household, residents::household_of_subject(db_, place_.district, subject));
  const auto id = household ? household->value : subject;
  households_.emplace(subject, id);
  return id;
}

Result<const Grounds::Known*> Grounds::known(const Uuid& household) {
  auto found = known_.find(household);
  if (found == known_.end()) {
    Known known;
    WD_TRY(known.visits, screening::records_of_door(db_, place_.district, HouseholdId{household}));
    WD_TRY(known.has_key_person,
           residents::has_key_person(db_, place_.district, HouseholdId{household}, place_.day));
    found = known_.emplace(household, std::move(known)).first;
  }
  return &found->second;
}

bool Grounds::is_around(UnixMs record, UnixMs read) const {
  const auto span = limits_.ground_hours * kHourMs;
  return record >= read - span && record <= read + span;
}

bool Grounds::waits(const Known& known, const Uuid& subject, const Uuid& household,
                    UnixMs at) const {
  if (requested_.contains(household)) return true;
  const auto since = at - limits_.follow_up_days * kDayMs;
  const auto is_recent = [&](UnixMs when) { return when >= since && when <= at; };
  if (std::ranges::any_of(known.visits, [&](const screening::DoorRecord& visit) {
        return visit.has_findings && is_recent(visit.occurred_at);
      })) {
    return true;
  }
  const auto entries = entries_.find(subject);
  return entries != entries_.end() && std::ranges::any_of(entries->second, is_recent);
}

Result<Ground> Grounds::of_read(AccountId reader, const Uuid& subject, const Uuid& household,
                                UnixMs at) {
  if (household.is_nil()) return Ground::none;
  const auto& own = own_[reader];
  const auto recorded = own.find(household);
  const auto around = [&](UnixMs record) { return is_around(record, at); };
  if (recorded != own.end() && std::ranges::any_of(recorded->second, around)) {
    return Ground::own_record;
  }
  WD_TRY(const auto* here, known(household));
  if (std::ranges::any_of(here->visits, [&](const screening::DoorRecord& visit) {
        return visit.recorder == reader && around(visit.occurred_at);
      })) {
    return Ground::own_record;
  }
  if (waits(*here, subject, household, at)) return Ground::work_waits;
  if (here->has_key_person) return Ground::key_person;
  WD_TRY(const bool due, is_due(reader, household, at));
  return due ? Ground::door_due : Ground::none;
}

Result<const accounts::Office*> Grounds::office(AccountId account, UnixMs at) {
  auto found = offices_.find(account);
  if (found == offices_.end()) {
    WD_TRY(auto office, accounts::office_of(db_, account, at));
    found = offices_.emplace(account, std::move(office)).first;
  }
  return found->second ? &*found->second : nullptr;
}

// Only who walks from door to door has doors to go to; reading one is work on the day it is gone
// to.
Result<bool> Grounds::is_due(AccountId reader, const Uuid& household, UnixMs at) {
  WD_TRY(const auto* from, office(reader, at));
  if (from == nullptr || from->role != access::Role::grid_worker) return false;
  auto found = rounds_.find(from->region);
  if (found == rounds_.end()) {
    WD_TRY(auto rounds, screening::rounds_over(db_, from->region, place_.day));
    found = rounds_.emplace(from->region, std::move(rounds)).first;
  }
  return screening::was_door_due(db_, found->second, HouseholdId{household}, place_.district,
                                 place_.day);
}

Status Grounds::load_earlier(const std::unordered_map<AccountId, std::vector<Uuid>>& asked) {
  if (asked.empty()) return ok();
  const auto start = place_.day.start(place_.zone);
  const auto from = start - limits_.same_window_days * kDayMs - limits_.ground_hours * kHourMs;
  return read_journal(from, start, [&](const journal::RecordHeader& record) -> Status {
    const auto reader = asked.find(record.actor);
    if (reader == asked.end()) return ok();
    if (!is_about_residents(record.type)) return ok();
    WD_TRY(const auto household, household_of(record.subject));
    if (std::ranges::find(reader->second, household) == reader->second.end()) return ok();
    earlier_[record.actor][household].push_back(record.recorded_at);
    return ok();
  });
}

Result<bool> Grounds::recorded_earlier(AccountId reader, const Uuid& household, UnixMs at) {
  const auto around = [&](UnixMs record) { return is_around(record, at); };
  const auto& records = earlier_[reader];
  const auto recorded = records.find(household);
  if (recorded != records.end() && std::ranges::any_of(recorded->second, around)) return true;
  WD_TRY(const auto* here, known(household));
  return std::ranges::any_of(here->visits, [&](const screening::DoorRecord& visit) {
    return visit.recorder == reader && around(visit.occurred_at);
  });
}

std::vector<UnixMs> Grounds::records_of(AccountId account) const {
  const auto found = records_.find(account);
  if (found == records_.end()) return {};
  auto records = found->second;
  std::ranges::sort(records);
  return records;
}

}  // namespace wangdi::audit
