// SPDX-License-Identifier: Apache-2.0
// Following entries and requests through the journal.
#include "modules/retention/matters.hpp"

#include <algorithm>

#include "codec/json.hpp"
#include "modules/status/messages.hpp"

namespace wangdi::retention {
namespace {

using journal::RecordRow;

template <class Event>
bool is(const RecordRow& record) {
  return record.type == Event::kType && record.version == Event::kVersion;
}

void note(Matter& matter, const RecordRow& record, CivilDate recorded_on) {
  matter.sequences.push_back(record.sequence);
  matter.recorded_on = std::max(matter.recorded_on, recorded_on);
}

}  // namespace

std::optional<CivilDate> Matter::last_day() const {
  if (waits) return std::nullopt;
  if (rule == Rule::requests) return recorded_on;
  return std::max(ends_on.value_or(set_until), recorded_on);
}

Matter& Matters::entry(const EntryName& name, HouseholdId household, const RegionCode& region) {
  auto& matter = entries_[household][name];
  matter.rule = Rule::key_groups;
  std::tie(matter.person, matter.group, matter.starts_on) = name;
  matter.community = region.at(RegionLevel::community);
  return matter;
}

// Nothing of an entry whose setting was destroyed already.
Matter* Matters::entry_of(StatusEntryId entry, HouseholdId household) {
  const auto name = set_.find(entry);
  if (name == set_.end()) return nullptr;
  auto& entries = entries_[household];
  const auto found = entries.find(name->second);
  return found == entries.end() ? nullptr : &found->second;
}

Status Matters::add_entry(const RecordRow& record, PersonId person, HouseholdId household,
                          CivilDate recorded_on) {
  using namespace residents;
  if (is<KeyGroupAdded>(record)) {
    WD_TRY(const auto event, codec::decode<KeyGroupAdded>(*record.body));
    auto& matter = entry({person, event.group, event.starts_on}, household, record.region);
    matter.ends_on = event.ends_on;
    note(matter, record, recorded_on);
  } else if (is<KeyGroupEnded>(record)) {
    WD_TRY(const auto event, codec::decode<KeyGroupEnded>(*record.body));
    auto& matter = entry({person, event.group, event.starts_on}, household, record.region);
    matter.ends_on = event.ends_on;
    note(matter, record, recorded_on);
  } else if (is<status::StatusSet>(record)) {
    WD_TRY(const auto event, codec::decode<status::StatusSet>(*record.body));
    const EntryName name{person, event.group, event.starts_on};
    auto& matter = entry(name, household, record.region);
    matter.set_until = std::max(matter.set_until, event.ends_on);
    set_[event.entry] = name;
    note(matter, record, recorded_on);
  } else if (is<status::StatusConfirmed>(record)) {
    WD_TRY(const auto event, codec::decode<status::StatusConfirmed>(*record.body));
    if (auto* matter = entry_of(event.entry, household)) note(*matter, record, recorded_on);
  } else if (is<status::ReviewAsked>(record)) {
    WD_TRY(const auto event, codec::decode<status::ReviewAsked>(*record.body));
    if (auto* matter = entry_of(event.entry, household)) {
      matter->waits = true;
      note(*matter, record, recorded_on);
    }
  } else if (is<status::ReviewDecided>(record)) {
    WD_TRY(const auto event, codec::decode<status::ReviewDecided>(*record.body));
    if (auto* matter = entry_of(event.entry, household)) {
      matter->waits = false;
      note(*matter, record, recorded_on);
    }
  }
  return ok();
}

Status Matters::add_request(const RecordRow& record, PersonId person, HouseholdId household,
                            CivilDate recorded_on) {
  const bool asked = is<ledger::RequestAsked>(record);
  if (!asked && !is<ledger::RequestAnswered>(record)) return ok();
  const ledger::RequestId request{record.subject};
  auto& matter = requests_[household][request];
  matter.rule = Rule::requests;
  matter.person = person;
  matter.request = request;
  matter.community = record.region.at(RegionLevel::community);
  matter.waits = asked;
  note(matter, record, recorded_on);
  return ok();
}

Status Matters::add(const RecordRow& record, PersonId person, HouseholdId household,
                    CivilDate recorded_on) {
  WD_TRY([[maybe_unused]] auto entry, add_entry(record, person, household, recorded_on));
  return add_request(record, person, household, recorded_on);
}

void Matters::forget(PersonId person, HouseholdId household) {
  const auto is_theirs = [&](const auto& named) { return named.second.person == person; };
  std::erase_if(entries_[household], is_theirs);
  std::erase_if(requests_[household], is_theirs);
}

std::vector<Matter> Matters::over(Rule rule, HouseholdId household, std::int64_t days,
                                  CivilDate today) const {
  std::vector<Matter> found;
  const auto take = [&](const auto& all) {
    const auto matters = all.find(household);
    if (matters == all.end()) return;
    for (const auto& [name, matter] : matters->second) {
      const auto last = matter.last_day();
      if (matter.rule == rule && last && is_over(*last, days, today)) found.push_back(matter);
    }
  };
  take(entries_);
  take(requests_);
  return found;
}

}  // namespace wangdi::retention
