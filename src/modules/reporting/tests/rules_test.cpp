// SPDX-License-Identifier: Apache-2.0
// The rules of figures against text tables in tests/cases/.
#include "modules/reporting/rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace wangdi::reporting {
namespace {

// The lines of a table that are no comments.
std::vector<std::string> lines_of(const std::string& name) {
  std::ifstream file(std::string(WANGDI_SOURCE_DIR) + "/src/modules/reporting/tests/cases/" + name);
  EXPECT_TRUE(file) << name;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  }
  EXPECT_FALSE(lines.empty()) << name;
  return lines;
}

CivilDate february(int day) { return *CivilDate::from_parts(2020, 2, static_cast<unsigned>(day)); }

RegionCode region(const std::string& text) {
  return *RegionCode::parse(text == "nation" ? "" : text);
}

screening::RoundFacts round_of(const std::string& word, std::uint8_t number) {
  const auto at = word.find('@');
  screening::RoundFacts round;
  round.round.value.bytes[15] = number;
  round.region = region(word.substr(0, at));
  round.starts_on = february(std::stoi(word.substr(at + 1)));
  return round;
}

std::string text_of(const std::vector<screening::RoundFacts>& rounds) {
  std::string text;
  for (const auto& round : rounds) {
    if (!text.empty()) text += ' ';
    text += round.region.text().empty() ? "nation" : round.region.text();
    text += '@' + std::to_string(round.starts_on.day());
  }
  return text;
}

TEST(Rounds, given_rounds_in_force_when_chosen_then_the_widest_are_left) {
  for (const auto& line : lines_of("widest.txt")) {
    std::istringstream words(line);
    std::vector<screening::RoundFacts> rounds;
    std::string word;
    while (words >> word && word != "->") {
      rounds.push_back(round_of(word, static_cast<std::uint8_t>(rounds.size() + 1)));
    }
    std::string wanted;
    std::getline(words >> std::ws, wanted);
    EXPECT_EQ(text_of(widest(rounds)), wanted) << line;
  }
}

TEST(Households, given_counters_when_due_day_passes_then_all_missing_are_overdue) {
  for (const auto& line : lines_of("households.txt")) {
    std::istringstream words(line);
    HouseholdCounters counters;
    HouseholdFigures wanted;
    int day = 0, due_on = 0;
    char bar = 0;
    words >> counters.registered >> counters.reached >> counters.vacant >> counters.lapsed >> bar >>
        day >> due_on >> bar >> wanted.reached >> wanted.due >> wanted.vacant >> wanted.missing >>
        wanted.overdue;
    ASSERT_TRUE(words) << line;
    EXPECT_EQ(household_figures(counters, february(day), february(due_on)), wanted) << line;
  }
}

TEST(KeyPersons, given_more_seen_than_due_when_counted_then_nobody_is_missing) {
  EXPECT_EQ(key_person_figures(38, 43), (KeyPersonFigures{38, 43, 5}));
  EXPECT_EQ(key_person_figures(3, 2), (KeyPersonFigures{3, 2, 0}));
  EXPECT_EQ(key_person_figures(0, 0), KeyPersonFigures{});
}

TEST(Trend, given_changes_when_going_back_then_each_day_shows_its_own_end) {
  TrendCounters counters;
  counters.at_end = {100, 60, 4, 0};
  counters.registered = {0, 0, 0, 0, 0, 10, 0};
  counters.reached = {9, 9, 0, 20, 30, 0, 10};
  counters.vacant = {0, 0, 0, 0, 0, 3, 1};
  auto trend = trend_until(february(18));
  ASSERT_EQ(trend.size(), kTrendDays);
  EXPECT_EQ(trend.front().day, february(12));
  add_trend(counters, february(15), trend);
  EXPECT_EQ(trend[6], (TrendDay{february(18), 60, 96}));
  EXPECT_EQ(trend[5], (TrendDay{february(17), 50, 97}));
  EXPECT_EQ(trend[4], (TrendDay{february(16), 50, 90}));
  EXPECT_EQ(trend[3], (TrendDay{february(15), 20, 90}));
  EXPECT_EQ(trend[2], (TrendDay{february(14), 0, 0})) << "before the round's first day";
}

TEST(Order, given_places_when_sorted_then_lowest_coverage_first) {
  std::vector<RowPlace> wanted;
  for (const auto& line : lines_of("order.txt")) {
    std::istringstream words(line);
    RowPlace place;
    std::string code;
    words >> place.reached >> place.due >> code;
    ASSERT_TRUE(words) << line;
    place.code = region(code);
    wanted.push_back(std::move(place));
  }
  auto places = wanted;
  std::ranges::reverse(places);
  std::ranges::sort(places, stands_before);
  EXPECT_EQ(places, wanted);
  for (const auto& place : wanted) {
    EXPECT_FALSE(stands_before(place, place));
    EXPECT_EQ(row_place(text_of(place)), place);
  }
}

TEST(Order, given_a_text_that_is_no_place_when_read_then_nothing) {
  for (const auto* text : {"", "1", "1.2", "1.2.x", "-1.2.32", "1.x.32", "1.2.321", "1..32"}) {
    EXPECT_EQ(row_place(text), std::nullopt) << text;
  }
  EXPECT_EQ(row_place("0.0."), (RowPlace{0, 0, RegionCode()}));
}

}  // namespace
}  // namespace wangdi::reporting
