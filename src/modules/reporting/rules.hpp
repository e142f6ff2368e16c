// SPDX-License-Identifier: Apache-2.0
// Rules of figures: pure functions. Which rounds are counted, how counters become the two
// coverages, which place stands first on a board.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "modules/reporting/messages.hpp"
#include "modules/screening/facts.hpp"

namespace wangdi::reporting {

// Of rounds in force, widest first and of one region the latest start first: those that are not
// inside one before them. Their regions are disjoint, so that no door counts twice, and every door
// counts in the round it is shown in.
std::vector<screening::RoundFacts> widest(std::span<const screening::RoundFacts> rounds);

// Households of an area in one round.
struct HouseholdCounters {
  std::int64_t registered = 0;
  std::int64_t reached = 0;
  std::int64_t vacant = 0;
  std::int64_t lapsed = 0;
};
// due = registered - vacant. Overdue: up to the round's due day those whose promised revisit
// lapsed, from the day after it all that are missing. Missing is never less than none.
HouseholdFigures household_figures(const HouseholdCounters& counters, CivilDate day,
                                   CivilDate due_on);
KeyPersonFigures key_person_figures(std::int64_t seen, std::int64_t due);
void add(HouseholdFigures& to, const HouseholdFigures& figures);
void add(KeyPersonFigures& to, const KeyPersonFigures& figures);

// What changed on each of the days of a trend, the board's own day last.
using DailyChanges = std::array<std::int64_t, kTrendDays>;
struct TrendCounters {
  HouseholdCounters at_end;  // at the end of the board's day
  DailyChanges registered{};
  DailyChanges reached{};
  DailyChanges vacant{};
};
// Adds one round's part: the counters at the end of each day, going back from the last. Before its
// first day a round asks for nobody.
void add_trend(const TrendCounters& counters, CivilDate starts_on, std::span<TrendDay> trend);
// The days of a trend that ends on `day`, all without figures.
std::vector<TrendDay> trend_until(CivilDate day);

// Where a row stands on a board: lowest share reached first, by code among equals; a place where
// nothing is due stands last. Text: reached.due.code, for the next page.
struct RowPlace {
  std::int64_t reached = 0;
  std::int64_t due = 0;
  RegionCode code;
  bool operator==(const RowPlace&) const = default;
};
bool stands_before(const RowPlace& a, const RowPlace& b);
std::string text_of(const RowPlace& place);
// Nothing when the text is no place.
std::optional<RowPlace> row_place(std::string_view text);

}  // namespace wangdi::reporting
