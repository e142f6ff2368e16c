// SPDX-License-Identifier: Apache-2.0
// The statements over the counters. A running figure is the row of all days less the days after.
#include "modules/reporting/counters.hpp"

#include <map>

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
// The numbers of Indicator that the next two are written with.
static_assert(static_cast<int>(Indicator::households_registered) == 1);
static_assert(static_cast<int>(Indicator::households_reached) == 3);
static_assert(static_cast<int>(Indicator::households_vacant) == 4);
static_assert(static_cast<int>(Indicator::revisits_lapsed) == 5);
// All that one place needs in one go: registered is of no round, the others of the one asked for.
constexpr store::Statement kHouseholdsOfDistrict{
    "reporting_households_of_district",
    "SELECT indicator, day, value FROM district_day WHERE district = $1"
    " AND indicator IN (1, 3, 4, 5) AND round IN ($2, $3) AND day > $4"};
constexpr store::Statement kHouseholdsOfCommunity{
    "reporting_households_of_community",
    "SELECT indicator, day, value FROM community_day WHERE district = $1 AND community = $2"
    " AND indicator IN (1, 3, 4, 5) AND round IN ($3, $4) AND day > $5"};
constexpr store::Statement kRunningOfCommunity{
    "reporting_running_of_community",
    "SELECT COALESCE(SUM(CASE WHEN day = $1 THEN value ELSE -value END), 0) FROM community_day"
    " WHERE district = $2 AND community = $3 AND indicator = $4 AND round = $5 AND day > $6"};
constexpr store::Statement kDistrictChanges{
    "reporting_district_changes",
    "SELECT district, sequence, recorded_at FROM district_change"
    " WHERE district >= $1 AND district <= $2 ORDER BY district"};
constexpr store::Statement kCommunityChanges{
    "reporting_community_changes",
    "SELECT district, community, recorded_at FROM community_change WHERE district = $1"
    " AND community >= $2 AND community < $2 || ':' ORDER BY community"};
constexpr store::Statement kAll[] = {
    kRunningByDistrict,     kChangesByDay,       kDayByDistrict,   kHouseholdsOfDistrict,
    kHouseholdsOfCommunity, kRunningOfCommunity, kDistrictChanges, kCommunityChanges};

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

struct IndicatorDay {
  Indicator indicator{};
  CivilDate day;
  std::int64_t value = 0;
};
WD_DESCRIBE(IndicatorDay, indicator, day, value)

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

// Where an indicator of households is kept; `changes` is null for one that no trend shows.
struct Kept {
  std::int64_t HouseholdCounters::* counter = nullptr;
  DailyChanges TrendCounters::* changes = nullptr;
};
constexpr Kept kept(Indicator indicator) {
  switch (indicator) {
    case Indicator::households_registered:
      return {&HouseholdCounters::registered, &TrendCounters::registered};
    case Indicator::households_reached:
      return {&HouseholdCounters::reached, &TrendCounters::reached};
    case Indicator::households_vacant:
      return {&HouseholdCounters::vacant, &TrendCounters::vacant};
    case Indicator::revisits_lapsed:
      return {&HouseholdCounters::lapsed, nullptr};
    case Indicator::persons_registered:
    case Indicator::key_persons_due:
    case Indicator::key_persons_seen:
    case Indicator::visits:
    case Indicator::exceptions:
    case Indicator::fevers:
      return {};
  }
  return {};
}

// Adds one place whose rows begin after `before`, the day before the trend.
void take_place(const RegionCode& place, const std::vector<IndicatorDay>& rows, CivilDate before,
                CivilDate day, AreaHouseholds& into) {
  HouseholdCounters counters;
  for (const auto& row : rows) {
    const auto [counter, changes] = kept(row.indicator);
    if (counter == nullptr) continue;
    if (row.day == kAllDays) {
      counters.*counter += row.value;
    } else if (row.day > day) {
      counters.*counter -= row.value;
    } else if (changes != nullptr) {
      (into.trend.*changes)[static_cast<std::size_t>(row.day - before - 1)] += row.value;
    }
  }
  auto& whole = into.trend.at_end;
  whole.registered += counters.registered;
  whole.reached += counters.reached;
  whole.vacant += counters.vacant;
  whole.lapsed += counters.lapsed;
  into.places.push_back({place, counters});
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

Result<AreaHouseholds> CounterReader::households_by_district(const RegionCode& area,
                                                             RoundId round) {
  AreaHouseholds found;
  const auto range = districts_of(area);
  std::map<District, HouseholdCounters> districts;
  for (const auto indicator : {Indicator::households_registered, Indicator::households_reached,
                               Indicator::households_vacant, Indicator::revisits_lapsed}) {
    const auto of = indicator == Indicator::households_registered ? RoundId{} : round;
    const auto [counter, changes] = kept(indicator);
    WD_TRY(const auto rows,
           store::select<DistrictValue>(db_, kRunningByDistrict, kAllDays, indicator, of, day_,
                                        range.first, range.last));
    for (const auto& row : rows) {
      districts[row.district].*counter = row.value;
      found.trend.at_end.*counter += row.value;
    }
    if (changes == nullptr) continue;
    WD_TRY(const auto days, store::select<DayValue>(db_, kChangesByDay, indicator, of,
                                                    before_trend(), day_, range.first, range.last));
    for (const auto& row : days) {
      (found.trend.*changes)[static_cast<std::size_t>(row.day - before_trend() - 1)] += row.value;
    }
  }
  for (const auto& [district, counters] : districts) {
    if (auto code = code_of(district)) found.places.push_back({std::move(*code), counters});
  }
  return found;
}

Result<AreaHouseholds> CounterReader::households(const RegionCode& area, RoundId round) {
  if (area.level() < RegionLevel::county) {
    WD_ASSERT(finest_ == RegionLevel::county);
    return households_by_district(area, round);
  }
  AreaHouseholds found;
  if (area.level() == RegionLevel::county && finest_ == RegionLevel::county) {
    WD_TRY(const auto rows, store::select<IndicatorDay>(db_, kHouseholdsOfDistrict, area.district(),
                                                        RoundId{}, round, before_trend()));
    take_place(area, rows, before_trend(), day_, found);
    return found;
  }
  WD_TRY(const auto communities, community_changes(db_, area));
  for (const auto& known : communities) {
    WD_TRY(const auto rows,
           store::select<IndicatorDay>(db_, kHouseholdsOfCommunity, known.district, known.community,
                                       RoundId{}, round, before_trend()));
    take_place(known.community, rows, before_trend(), day_, found);
  }
  return found;
}

Result<std::vector<PlaceValue>> CounterReader::running(const RegionCode& area,
                                                       Indicator indicator) {
  WD_ASSERT(indicators::is_running(indicator));
  if (area.level() < RegionLevel::county) {
    const auto range = districts_of(area);
    WD_TRY(const auto rows,
           store::select<DistrictValue>(db_, kRunningByDistrict, kAllDays, indicator, RoundId{},
                                        day_, range.first, range.last));
    return with_codes(rows);
  }
  std::vector<PlaceValue> values;
  WD_TRY(const auto communities, community_changes(db_, area));
  for (const auto& known : communities) {
    WD_TRY(const auto row,
           store::select_one<Value>(db_, kRunningOfCommunity, kAllDays, known.district,
                                    known.community, indicator, RoundId{}, day_));
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

}  // namespace wangdi::reporting
