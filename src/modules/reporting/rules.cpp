// SPDX-License-Identifier: Apache-2.0
// Figures from counters.
#include "modules/reporting/rules.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace wangdi::reporting {
namespace {

constexpr RegionLevel kLevels[] = {
    RegionLevel::nation,   RegionLevel::province,  RegionLevel::city, RegionLevel::county,
    RegionLevel::township, RegionLevel::community, RegionLevel::grid};

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::vector<screening::RoundFacts> widest(std::span<const screening::RoundFacts> rounds) {
  std::vector<screening::RoundFacts> kept;
  std::unordered_set<RegionCode> covered;
  for (const auto& round : rounds) {
    const bool inside = std::ranges::any_of(
        kLevels, [&](RegionLevel level) { return covered.contains(round.region.at(level)); });
    if (inside) continue;
    covered.insert(round.region);
    kept.push_back(round);
  }
  return kept;
}

HouseholdFigures household_figures(const HouseholdCounters& counters, CivilDate day,
                                   CivilDate due_on) {
  HouseholdFigures figures;
  figures.reached = counters.reached;
  figures.vacant = counters.vacant;
  figures.due = screening::households_due(counters.registered, counters.vacant);
  figures.missing = std::max<std::int64_t>(0, figures.due - figures.reached);
  figures.overdue = std::max<std::int64_t>(
      0, screening::households_overdue(day, due_on, figures.due, figures.reached, counters.lapsed));
  return figures;
}

KeyPersonFigures key_person_figures(std::int64_t seen, std::int64_t due) {
  return {seen, due, std::max<std::int64_t>(0, due - seen)};
}

void add(HouseholdFigures& to, const HouseholdFigures& figures) {
  to.reached += figures.reached;
  to.due += figures.due;
  to.vacant += figures.vacant;
  to.missing += figures.missing;
  to.overdue += figures.overdue;
}

void add(KeyPersonFigures& to, const KeyPersonFigures& figures) {
  to.seen += figures.seen;
  to.due += figures.due;
  to.missing += figures.missing;
}

void add_trend(const TrendCounters& counters, CivilDate starts_on, std::span<TrendDay> trend) {
  WD_ASSERT(trend.size() == kTrendDays);
  auto at = counters.at_end;
  for (std::size_t i = kTrendDays; i-- > 0;) {
    if (trend[i].day < starts_on) return;
    trend[i].reached += at.reached;
    trend[i].due += screening::households_due(at.registered, at.vacant);
    at.registered -= counters.registered[i];
    at.reached -= counters.reached[i];
    at.vacant -= counters.vacant[i];
  }
}

std::vector<TrendDay> trend_until(CivilDate day) {
  std::vector<TrendDay> trend;
  for (std::size_t i = 0; i < kTrendDays; ++i) {
    trend.push_back({day.plus_days(static_cast<std::int32_t>(i + 1 - kTrendDays)), 0, 0});
  }
  return trend;
}

bool stands_before(const RowPlace& a, const RowPlace& b) {
  if ((a.due > 0) != (b.due > 0)) return a.due > 0;
  const auto left = a.reached * b.due;
  const auto right = b.reached * a.due;
  return left != right ? left < right : a.code < b.code;
}

std::string text_of(const RowPlace& place) {
  return std::to_string(place.reached) + "." + std::to_string(place.due) + "." + place.code.text();
}

std::optional<RowPlace> row_place(std::string_view text) {
  const auto first = text.find('.');
  const auto second = first == text.npos ? text.npos : text.find('.', first + 1);
  if (second == text.npos) return std::nullopt;
  const auto reached = whole_number(text.substr(0, first));
  const auto due = whole_number(text.substr(first + 1, second - first - 1));
  auto code = RegionCode::parse(text.substr(second + 1));
  if (!reached || !due || !code) return std::nullopt;
  return RowPlace{*reached, *due, std::move(*code)};
}

}  // namespace wangdi::reporting
