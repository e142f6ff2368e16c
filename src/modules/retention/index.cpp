// SPDX-License-Identifier: Apache-2.0
// Reading the journal for what belongs together.
#include "modules/retention/index.hpp"

#include "codec/json.hpp"
#include "modules/residents/messages.hpp"
#include "modules/retention/classes.hpp"
#include "modules/screening/facts.hpp"

namespace wangdi::retention {
namespace {

using namespace residents;
using screening::VisitCorrected;
using screening::VisitRecorded;
using screening::VisitRestated;

template <class Event>
bool is(const journal::RecordRow& record) {
  return record.type == Event::kType && record.version == Event::kVersion;
}

template <class Event>
Result<HouseholdId> household_in(const journal::RecordRow& record) {
  WD_TRY(const auto event, codec::decode<Event>(*record.body));
  return event.household;
}

}  // namespace

const std::vector<std::int64_t>& Index::records_of(HouseholdId household) const {
  static const std::vector<std::int64_t> kNone;
  const auto found = records_.find(household);
  return found == records_.end() ? kNone : found->second;
}

const std::vector<std::int64_t>& Index::emptied(VisitId visit) const {
  static const std::vector<std::int64_t> kNone;
  const auto found = emptied_.find(visit);
  return found == emptied_.end() ? kNone : found->second;
}

Status Index::add(const journal::RecordRow& record) {
  WD_ASSERT(record.sequence > up_to_);
  up_to_ = record.sequence;
  if (!record.body && record.type == journal::kDestroyedType) return ok();
  WD_TRY(const auto class_of_it, about(record));
  if (!record.body) {
    if (class_of_it == About::visit) note_emptied(VisitId{record.subject}, record.sequence);
    return ok();
  }
  switch (class_of_it) {
    case About::nobody:
      break;
    case About::household:
      add_to(HouseholdId{record.subject}, record.sequence);
      if (is<HouseholdErased>(record)) {
        erased_homes_[HouseholdId{record.subject}] = CivilDate::of(record.occurred_at, zone_);
      }
      break;
    case About::person:
      return add_about_person(record);
    case About::visit:
      return add_visit(record);
    case About::held_command:
      add_held_command(record);
      break;
  }
  return ok();
}

Status Index::add_about_person(const journal::RecordRow& record) {
  WD_TRY(const auto person, person_of(record));
  if (is<PersonAdded>(record)) {
    WD_TRY(homes_[person], household_in<PersonAdded>(record));
  } else if (is<PersonErased>(record)) {
    const auto home = homes_.find(person);
    if (home == homes_.end()) return ok();
    erased_[home->second].push_back({person, CivilDate::of(record.occurred_at, zone_)});
    add_to(home->second, record.sequence);
    matters_.forget(person, home->second);
    return ok();
  }
  const auto home = homes_.find(person);
  if (home == homes_.end()) return ok();
  add_to(home->second, record.sequence);
  return matters_.add(record, person, home->second, CivilDate::of(record.recorded_at, zone_));
}

Status Index::add_visit(const journal::RecordRow& record) {
  HouseholdId household;
  if (is<VisitRecorded>(record)) {
    WD_TRY(household, household_in<VisitRecorded>(record));
  } else if (is<VisitCorrected>(record)) {
    WD_TRY(household, household_in<VisitCorrected>(record));
  } else {
    WD_TRY(household, household_in<VisitRestated>(record));
  }
  add_to(household, record.sequence);
  WD_TRY(const auto last, last_day_of(record, zone_));
  if (!last) return ok();
  const auto over = over_on(*last, days(Rule::visits));
  if (over <= today_) visited_.insert(household);
  if (is_coming(over, today_)) {
    ++coming_[{record.region.at(RegionLevel::community), Rule::visits, over}][household];
  }
  return ok();
}

void Index::add_held_command(const journal::RecordRow& record) {
  const auto over = over_on(CivilDate::of(record.recorded_at, zone_), days(Rule::held_commands));
  if (over <= today_) held_.push_back(record.sequence);
  if (!is_coming(over, today_)) return;
  const auto at = std::min(record.region.level(), RegionLevel::community);
  ++coming_[{record.region.at(at), Rule::held_commands, over}][HouseholdId{}];
}

std::map<Index::Coming, std::int64_t> Index::coming(const std::set<HouseholdId>& held) const {
  std::map<Coming, std::int64_t> sums;
  for (const auto& [what, households] : coming_) {
    for (const auto& [household, records] : households) {
      if (!held.contains(household)) sums[what] += records;
    }
  }
  matters_.each([&](HouseholdId household, const Matter& matter) {
    const auto last = matter.last_day();
    if (!last || held.contains(household)) return;
    const auto over = over_on(*last, days(matter.rule));
    if (!is_coming(over, today_)) return;
    sums[{matter.community, matter.rule, over}] += std::ssize(matter.sequences);
  });
  return sums;
}

std::set<HouseholdId> Index::with_over(Rule rule) const {
  std::set<HouseholdId> households;
  matters_.each([&](HouseholdId household, const Matter& matter) {
    const auto last = matter.last_day();
    if (matter.rule == rule && last && is_over(*last, days(rule), today_)) {
      households.insert(household);
    }
  });
  return households;
}

Result<std::optional<CivilDate>> last_day_of(const journal::RecordRow& record, ZoneOffset zone) {
  if (is<VisitRecorded>(record)) {
    WD_TRY(const auto event, codec::decode<VisitRecorded>(*record.body));
    const auto day = CivilDate::of(record.occurred_at, zone);
    return std::optional(screening::last_day_of(day, event.revisit_by, event.rounds.items));
  }
  if (is<VisitRestated>(record)) {
    WD_TRY(const auto event, codec::decode<VisitRestated>(*record.body));
    return std::optional(screening::last_day_of(event.day, event.revisit_by, event.rounds.items));
  }
  return std::optional<CivilDate>();
}

}  // namespace wangdi::retention
