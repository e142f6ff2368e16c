// SPDX-License-Identifier: Apache-2.0
// The kinds of reads that raise a case.
#include "modules/audit/rules.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace wangdi::audit {
namespace {

using vault::Operation;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

void name_line(Finding& finding, std::int64_t line) {
  if (finding.lines.size() < kCaseLines) finding.lines.items.push_back(line);
}

bool is_of_one(const Look& look) {
  const bool reads =
      look.operation == Operation::unmask || look.operation == Operation::exact_search;
  return reads && look.household != Uuid{};
}

std::int64_t hour_of(UnixMs at, ZoneOffset zone) {
  const auto local = at + zone.minutes_east * kMinuteMs;
  return (local % kDayMs + kDayMs) % kDayMs / kHourMs;
}

bool is_night(UnixMs at, const Limits& limits, ZoneOffset zone) {
  const auto hour = hour_of(at, zone);
  const auto from = limits.night_from_hour, until = limits.night_until_hour;
  return from <= until ? hour >= from && hour < until : hour >= from || hour < until;
}

bool is_share(const Finding& finding, const Limits& limits) {
  return finding.without_task * 100 >= finding.reads * limits.share_percent_least;
}

// Counts households once; a household read with and without ground is one with ground.
template <class Counts>
Finding households(CaseKind kind, const AccountDay& day, Counts counts) {
  std::unordered_map<Uuid, bool> grounded;
  for (const auto& look : day.looks) {
    if (!is_of_one(look)) continue;
    grounded[look.household] |= look.ground != Ground::none;
  }
  Finding finding{kind, static_cast<std::int64_t>(grounded.size()), 0, {}};
  std::unordered_set<Uuid> counted;
  for (const auto& look : day.looks) {
    if (!is_of_one(look) || grounded[look.household] || !counts(look)) continue;
    if (counted.insert(look.household).second) name_line(finding, look.line);
  }
  finding.without_task = static_cast<std::int64_t>(counted.size());
  return finding;
}

// Each record answers for one search that came shortly before it.
Finding searches(const AccountDay& day, const Limits& limits) {
  Finding finding{CaseKind::searches, 0, 0, {}};
  auto record = day.records.begin();
  for (const auto& look : day.looks) {
    if (look.operation != Operation::exact_search) continue;
    ++finding.reads;
    if (look.ground != Ground::none) continue;
    record = std::lower_bound(record, day.records.end(), look.at);
    const bool is_followed = look.household == Uuid{} && record != day.records.end() &&
                             *record <= look.at + limits.search_minutes * kMinuteMs;
    if (is_followed) {
      ++record;
      continue;
    }
    ++finding.without_task;
    name_line(finding, look.line);
  }
  return finding;
}

Finding same_household(const AccountDay& day, const Limits& limits) {
  Finding finding{CaseKind::same_household, 0, 0, {}};
  std::unordered_set<Uuid> often;
  for (const auto& repeated : day.repeated) {
    if (repeated.earlier_days + 1 < limits.same_days_least) continue;
    often.insert(repeated.household);
  }
  for (const auto& look : day.looks) {
    if (!is_of_one(look) || !often.contains(look.household)) continue;
    ++finding.reads;
    ++finding.without_task;
    name_line(finding, look.line);
  }
  return finding;
}

Finding exports(const AccountDay& day) {
  Finding finding{CaseKind::exports, 0, 0, {}};
  for (const auto& look : day.looks) {
    if (look.operation != Operation::export_file) continue;
    finding.reads += look.count;
    if (look.ground != Ground::none) continue;
    finding.without_task += look.count;
    name_line(finding, look.line);
  }
  return finding;
}

Finding trials(const AccountDay& day) {
  Finding finding{CaseKind::trials, 0, 0, {}};
  for (const auto& look : day.looks) {
    if (look.operation != Operation::list_match) continue;
    ++finding.reads;
    if (day.has_registered) continue;
    ++finding.without_task;
    name_line(finding, look.line);
  }
  return finding;
}

}  // namespace

std::vector<Finding> judge(const AccountDay& day, const Limits& limits, ZoneOffset zone) {
  std::vector<Finding> found;
  const auto take = [&](Finding finding, bool is_one) {
    if (is_one && finding.without_task > 0) found.push_back(std::move(finding));
  };
  auto many = households(CaseKind::many_households, day, [](const Look&) { return true; });
  const bool is_many = many.without_task >= limits.households_least && is_share(many, limits);
  take(std::move(many), is_many);
  take(same_household(day, limits), true);
  auto looked_up = searches(day, limits);
  const bool is_list =
      looked_up.without_task >= limits.searches_least && is_share(looked_up, limits);
  take(std::move(looked_up), is_list);
  auto night = households(CaseKind::at_night, day,
                          [&](const Look& look) { return is_night(look.at, limits, zone); });
  const bool is_nightly = night.without_task >= limits.night_least;
  take(std::move(night), is_nightly);
  auto taken = exports(day);
  const bool is_much = taken.without_task >= limits.export_rows_least;
  take(std::move(taken), is_much);
  auto tried = trials(day);
  const bool is_tried = tried.without_task >= limits.trials_least;
  take(std::move(tried), is_tried);
  return found;
}

UnixMs judged_from(CivilDate day, const Limits& limits, ZoneOffset zone) {
  return day.plus_days(1).start(zone) + limits.ground_hours * kHourMs;
}

Status may_close(bool is_open, AccountId about, AccountId closer) {
  if (!is_open) return Error(ErrorCode::already_decided);
  if (about == closer) return Error(ErrorCode::second_person_needed);
  return ok();
}

}  // namespace wangdi::audit
