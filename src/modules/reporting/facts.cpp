// SPDX-License-Identifier: Apache-2.0
// Comparing the counters of two rebuilds.
#include "modules/reporting/facts.hpp"

#include <set>

#include "common/indicators/indicators.hpp"
#include "modules/reporting/tables.hpp"
#include "store/captured.hpp"

namespace wangdi::reporting {
namespace {

using store::Captured;
using store::Values;

std::int64_t integer(const store::Value& value) { return std::get<std::int64_t>(value); }

RegionCode region(const store::Value& value) {
  return RegionCode::parse(std::get<std::string>(value)).value_or(RegionCode());
}

// Key: district, community, indicator, round, day.
KeptFigure figure_of(const Values& key, std::int64_t value) {
  KeptFigure figure;
  figure.community = region(key[1]);
  figure.indicator = static_cast<std::int32_t>(integer(key[2]));
  const auto& round = std::get<store::Bytes>(key[3]);
  std::copy_n(round.begin(), std::min(round.size(), figure.round.value.bytes.size()),
              figure.round.value.bytes.begin());
  figure.day = static_cast<std::int32_t>(integer(key[4]));
  figure.value = value;
  return figure;
}

}  // namespace

bool is_sum(std::string_view table) {
  return table == indicators::kCommunityDay.name || table == indicators::kDistrictDay.name;
}

bool is_of_many(std::string_view table) {
  return is_sum(table) || table == kCommunityChange.name || table == kDistrictChange.name;
}

FiguresKept figures_between(const Captured& with, const Captured& without) {
  FiguresKept kept;
  const auto& counted = with.rows(indicators::kCommunityDay.name);
  const auto& still = without.rows(indicators::kCommunityDay.name);
  for (const auto& [key, value] : counted) {
    const auto found = still.find(key);
    const auto left = found == still.end() ? 0 : integer(found->second[0]);
    if (found == still.end() || left != integer(value[0])) {
      kept.figures.items.push_back(figure_of(key, integer(value[0]) - left));
    }
  }
  for (const auto& [key, value] : still) {
    if (!counted.contains(key)) {
      kept.figures.items.push_back(figure_of(key, -integer(value[0])));
    }
  }
  for (const auto& [key, value] : with.rows(kCommunityChange.name)) {
    kept.changes.items.push_back({region(key[1]), integer(value[0])});
  }
  for (const auto& [key, value] : with.rows(kDistrictChange.name)) {
    kept.sequence = integer(value[0]);
    kept.recorded_at = integer(value[1]);
  }
  return kept;
}

}  // namespace wangdi::reporting
