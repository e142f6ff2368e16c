// SPDX-License-Identifier: Apache-2.0
// Counting the hour inside the write transaction, so that no two commands both count 19.
#include "modules/status/limits.hpp"

#include "common/parameters/parameters.hpp"
#include "modules/status/tables.hpp"

namespace wangdi::status {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
static_assert(static_cast<int>(EntryState::waiting) == 2);

constexpr store::Statement kSetInWindow{
    "status_set_in_window",
    "SELECT COALESCE(SUM(CASE WHEN set_by = $1 THEN 1 ELSE 0 END), 0) AS by_officer,"
    " COUNT(*) AS in_district FROM status_entry WHERE district = $2 AND set_at > $3"
    " AND counts = $4"};
constexpr store::Statement kOpenAlarms{
    "status_open_alarms",
    "SELECT COUNT(*) AS count FROM status_alarm WHERE district = $1 AND open = $2 AND kind = $3"
    " AND (kind = 2 OR caused_by = $4)"};

struct CountsRow {
  std::int64_t by_officer = 0;
  std::int64_t in_district = 0;
};
WD_DESCRIBE(CountsRow, by_officer, in_district)

}  // namespace

Result<UnixMs> lapsed_before(const RegionCode& region, const Parameters& parameters,
                             CivilDate today, UnixMs now) {
  WD_TRY(const auto hours, parameters.integer("status.second_person_hours", region, today));
  return now - hours * kHourMs;
}

Result<Limit> limit_of(const RegionCode& grid, bus::CommandContext& context) {
  const auto value = [&](std::string_view name) {
    return context.parameters.integer(name, grid, context.today);
  };
  Limit limit;
  WD_TRY(limit.minutes, value("status.set_window_minutes"));
  WD_TRY(limit.most, value("status.set_in_window_most"));
  WD_TRY(limit.waiting_most, value("status.waiting_most"));
  limit.window_begins = context.now - limit.minutes * kMinuteMs;
  WD_TRY(limit.lapsed_before, lapsed_before(grid, context.parameters, context.today, context.now));
  WD_TRY(const auto rows, context.select<CountsRow>(kSetInWindow, context.actor.account,
                                                    grid.district(), limit.window_begins, true));
  if (!rows.empty()) limit.counts = {rows.front().by_officer, rows.front().in_district};
  return limit;
}

Result<std::optional<AlarmKind>> over_limit(const Limit& limit, bus::CommandContext& context) {
  const auto over = exceeded(limit.counts, limit.most);
  if (!over) return over;
  WD_TRY(const auto waiting, context.select<CountRow>(kWaitingOf, context.region.district(),
                                                      limit.lapsed_before, context.actor.account));
  if (!waiting.empty() && waiting.front().count >= limit.waiting_most) {
    return Error(ErrorCode::status_waiting_full).with("limit", std::to_string(limit.waiting_most));
  }
  return over;
}

Result<std::optional<bus::EventDraft>> alarm_of(AlarmKind kind, const Limit& limit,
                                                bus::CommandContext& context) {
  const auto district = context.region.district();
  WD_TRY(const auto open,
         context.select<CountRow>(kOpenAlarms, district, true, kind, context.actor.account));
  if (!open.empty() && open.front().count > 0) return std::optional<bus::EventDraft>();
  auto region = context.actor.region;
  if (kind == AlarmKind::district) {
    WD_TRY(region, RegionCode::of(district));
  }
  const auto count =
      kind == AlarmKind::officer ? limit.counts.by_officer : limit.counts.in_district;
  // The command is named once; its id names the alarm.
  return std::optional(bus::event(context.id.value, std::move(region),
                                  AlarmRaised{kind, context.actor.role, count, limit.minutes}));
}

Result<std::vector<Proposal>> proposals_for(const screening::RecordedFact& fact,
                                            const RegionCode& grid, const Parameters& parameters,
                                            CivilDate today) {
  const auto days = [&](std::string_view name) { return parameters.integer(name, grid, today); };
  WD_TRY(const auto returnee, days(kReturneeDays));
  WD_TRY(const auto key_region, days(kKeyRegionDays));
  WD_TRY(const auto contact, days(kContactDays));
  Fact plain{fact.day, fact.arrived_on, false, fact.contact != screening::Contact::none};
  if (fact.from) {
    WD_TRY(const auto is_key, parameters.integer("status.key_region", *fact.from, today));
    plain.from_key_region = is_key == 1;
  }
  return proposals_of(plain,
                      {static_cast<std::int32_t>(returnee), static_cast<std::int32_t>(key_region),
                       static_cast<std::int32_t>(contact)},
                      today);
}

}  // namespace wangdi::status
