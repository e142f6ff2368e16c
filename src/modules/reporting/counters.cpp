// SPDX-License-Identifier: Apache-2.0
// The statements over the counters. A running figure is the row of all days less the days after.
#include "modules/reporting/counters.hpp"

#include "modules/reporting/module.hpp"

namespace wangdi::reporting {
namespace {

using indicators::Indicator;
using indicators::kAllDays;

// Only these two read across districts; both stay inside the index `rollup`.
constexpr store::Statement kRunningByDistrict{
    "reporting_running_by_district",
    "SELECT district, SUM(CASE WHEN day = $1 THEN value ELSE -value END) FROM district_day"
    " WHERE indicator = $2 AND round = $3 AND day > $4 AND district >= $5 AND district <= $6"
    " GROUP BY district ORDER BY district"};
constexpr store::Statement kChangesByDay{
    "reporting_changes_by_day",
    "SELECT day, SUM(value) FROM district_day WHERE indicator = $1 AND round = $2 AND day > $3"
    " AND day <= $4 AND district >= $5 AND district <= $6 GROUP BY day ORDER BY day"};
constexpr store::Statement kDayByDistrict{
    "reporting_day_by_district",
    "SELECT district, SUM(value) FROM district_day WHERE indicator = $1 AND round = $2"
    " AND day = $3 AND district >= $4 AND district <= $5 GROUP BY district ORDER BY district"};
constexpr store::Statement kRunningOfDistrict{
    "reporting_running_of_district",
    "SELECT COALESCE(SUM(CASE WHEN day = $1 THEN value ELSE -value END), 0) FROM district_day"
    " WHERE district = $2 AND indicator = $3 AND round = $4 AND day > $5"};
constexpr store::Statement kChangesOfDistrict{
    "reporting_changes_of_district",
    "SELECT day, value FROM district_day WHERE district = $1 AND indicator = $2 AND round = $3"
    " AND day > $4 AND day <= $5 ORDER BY day"};
constexpr store::Statement kRunningOfCommunity{
    "reporting_running_of_community",
    "SELECT COALESCE(SUM(CASE WHEN day = $1 THEN value ELSE -value END), 0) FROM community_day"
    " WHERE district = $2 AND community = $3 AND indicator = $4 AND round = $5 AND day > $6"};
constexpr store::Statement kChangesOfCommunity{
    "reporting_changes_of_community",
    "SELECT day, value FROM community_day WHERE district = $1 AND community = $2"
    " AND indicator = $3 AND round = $4 AND day > $5 AND day <= $6 ORDER BY day"};
constexpr store::Statement kDistrictChanges{
    "reporting_district_changes",
    "SELECT district, sequence, recorded_at FROM district_change"
    " WHERE district >= $1 AND district <= $2 ORDER BY district"};
constexpr store::Statement kCommunityChanges{
    "reporting_community_changes",
    "SELECT district, community, recorded_at FROM community_change WHERE district = $1"
    " AND community >= $2 AND community < $2 || ':' ORDER BY community"};
constexpr store::Statement kAll[] = {kRunningByDistrict,  kChangesByDay,      kDayByDistrict,
                                     kRunningOfDistrict,  kChangesOfDistrict, kRunningOfCommunity,
                                     kChangesOfCommunity, kDistrictChanges,   kCommunityChanges};

struct DistrictValue {
  District district;
  std::int64_t value = 0;
};
WD_DESCRIBE(DistrictValue, district, value)

struct DayValue {
  CivilDate day;
  std::int64_t value = 0;
};
WD_DESCRIBE(DayValue, day, value)

struct Value {
  std::int64_t value = 0;
};
WD_DESCRIBE(Value, value)

// First and last district of an area no smaller than one.
struct DistrictRange {
  District first, last;
};
DistrictRange districts_of(const RegionCode& area) {
  auto first = area.text();
  auto last = area.text();
  const auto digits = code_digits(RegionLevel::county);
  first.resize(digits, '0');
  last.resize(digits, '9');
  return {{static_cast<std::int32_t>(std::stol(first))},
          {static_cast<std::int32_t>(std::stol(last))}};
}

std::vector<PlaceValue> with_codes(const std::vector<DistrictValue>& rows) {
  std::vector<PlaceValue> values;
  values.reserve(rows.size());
  for (const auto& row : rows) {
    if (auto code = code_of(row.district)) values.push_back({std::move(*code), row.value});
  }
  return values;
}

void spread(const std::vector<DayValue>& rows, CivilDate first, DailyChanges& changes) {
  for (const auto& row : rows) changes[static_cast<std::size_t>(row.day - first)] += row.value;
}

}  // namespace

std::span<const store::Statement> figure_statements() { return kAll; }

std::optional<RegionCode> code_of(District district) {
  if (district.is_pseudo()) return std::nullopt;
  auto code = RegionCode::parse(std::to_string(district.number));
  return code ? std::optional(std::move(*code)) : std::nullopt;
}

Result<std::vector<DistrictChangeRow>> district_changes(store::Connection& db,
                                                        const RegionCode& area) {
  const auto range = districts_of(area.at(RegionLevel::county));
  return store::select<DistrictChangeRow>(db, kDistrictChanges, range.first, range.last);
}

Result<std::vector<CommunityChangeRow>> community_changes(store::Connection& db,
                                                          const RegionCode& area) {
  return store::select<CommunityChangeRow>(db, kCommunityChanges, area.district(),
                                           area.at(RegionLevel::community));
}

Result<std::vector<PlaceValue>> CounterReader::running(const RegionCode& area, Indicator indicator,
                                                       RoundId round) {
  WD_ASSERT(indicators::is_running(indicator));
  if (area.level() < RegionLevel::county) {
    WD_ASSERT(finest_ == RegionLevel::county);
    const auto range = districts_of(area);
    WD_TRY(const auto rows,
           store::select<DistrictValue>(db_, kRunningByDistrict, kAllDays, indicator, round, day_,
                                        range.first, range.last));
    return with_codes(rows);
  }
  if (area.level() == RegionLevel::county && finest_ == RegionLevel::county) {
    WD_TRY(const auto row, store::select_one<Value>(db_, kRunningOfDistrict, kAllDays,
                                                    area.district(), indicator, round, day_));
    return std::vector<PlaceValue>{{area, row ? row->value : 0}};
  }
  std::vector<PlaceValue> values;
  WD_TRY(const auto communities, community_changes(db_, area));
  for (const auto& known : communities) {
    WD_TRY(const auto row,
           store::select_one<Value>(db_, kRunningOfCommunity, kAllDays, known.district,
                                    known.community, indicator, round, day_));
    values.push_back({known.community, row ? row->value : 0});
  }
  return values;
}

Result<std::vector<PlaceValue>> CounterReader::of_day(const RegionCode& area, Indicator indicator) {
  WD_ASSERT(!indicators::is_running(indicator));
  if (area.level() < RegionLevel::county) {
    const auto range = districts_of(area);
    WD_TRY(const auto rows, store::select<DistrictValue>(db_, kDayByDistrict, indicator, RoundId{},
                                                         day_, range.first, range.last));
    return with_codes(rows);
  }
  std::vector<PlaceValue> values;
  WD_TRY(const auto communities, community_changes(db_, area));
  for (const auto& known : communities) {
    WD_TRY(const auto row,
           store::get(db_, indicators::kCommunityDay,
                      {known.district, known.community, indicator, RoundId{}, day_}));
    values.push_back({known.community, row ? row->value : 0});
  }
  return values;
}

Result<DailyChanges> CounterReader::changes(const RegionCode& area, Indicator indicator,
                                            RoundId round) {
  DailyChanges changes{};
  const auto before = day_.plus_days(-static_cast<std::int32_t>(kTrendDays));
  const auto first = before.plus_days(1);
  if (area.level() < RegionLevel::county) {
    const auto range = districts_of(area);
    WD_TRY(const auto rows, store::select<DayValue>(db_, kChangesByDay, indicator, round, before,
                                                    day_, range.first, range.last));
    spread(rows, first, changes);
    return changes;
  }
  if (area.level() == RegionLevel::county) {
    WD_TRY(const auto rows, store::select<DayValue>(db_, kChangesOfDistrict, area.district(),
                                                    indicator, round, before, day_));
    spread(rows, first, changes);
    return changes;
  }
  WD_TRY(const auto communities, community_changes(db_, area));
  for (const auto& known : communities) {
    WD_TRY(const auto rows,
           store::select<DayValue>(db_, kChangesOfCommunity, known.district, known.community,
                                   indicator, round, before, day_));
    spread(rows, first, changes);
  }
  return changes;
}

}  // namespace wangdi::reporting
