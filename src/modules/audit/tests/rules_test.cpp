// SPDX-License-Identifier: Apache-2.0
// What raises a case, from a text table; when a day is judged; who closes.
#include "modules/audit/rules.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/text.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/audit/judge.hpp"
#include "tests/support/harness.hpp"

namespace wangdi::audit {
namespace {

using testing::Harness;
using vault::Operation;

constexpr ZoneOffset kZone{};
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kRowsOfExport = 1'000;

Limits shipped() {
  const auto parameters = Harness::must(Parameters::shipped());
  return Harness::must(
      read_limits(parameters, testing::region("320508"), *CivilDate::parse("2020-02-18")));
}
const CivilDate kJudgedDay = *CivilDate::parse("2020-02-18");

Uuid numbered(std::uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

Operation operation_of(const std::string& word) {
  for (const auto& choice : codec::choices<Operation>()) {
    if (choice.name == word) return static_cast<Operation>(choice.value);
  }
  EXPECT_EQ(word, "search_nobody");
  return Operation::exact_search;
}
Ground ground_of(const std::string& word) {
  const std::pair<std::string_view, Ground> all[] = {{"none", Ground::none},
                                                     {"own_record", Ground::own_record},
                                                     {"work_waits", Ground::work_waits},
                                                     {"key_person", Ground::key_person},
                                                     {"door_due", Ground::door_due}};
  for (const auto& [name, ground] : all) {
    if (name == word) return ground;
  }
  ADD_FAILURE() << word;
  return Ground::none;
}

void add_looks(const std::string& text, AccountDay& day) {
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ';');) {
    std::istringstream words(part);
    int count = 0, hour = 0;
    std::string operation, ground;
    words >> count >> operation >> ground >> hour;
    for (int i = 0; i < count; ++i) {
      Look look;
      look.line = static_cast<std::int64_t>(day.looks.size()) + 1;
      look.at = kJudgedDay.start(kZone) + hour * kHourMs;
      look.operation = operation_of(operation);
      look.ground = ground_of(ground);
      const bool is_of_one = operation == "unmask" || operation == "exact_search";
      if (is_of_one) look.household = numbered(static_cast<std::uint8_t>(look.line));
      look.count = look.operation == Operation::export_file ? kRowsOfExport : 1;
      day.looks.push_back(look);
    }
  }
}

std::string in_words(const std::vector<Finding>& found) {
  std::string text;
  for (const auto& finding : found) {
    if (!text.empty()) text += "; ";
    text += std::string(codec::name_of(finding.kind)) + " " + std::to_string(finding.without_task) +
            "/" + std::to_string(finding.reads);
  }
  return text;
}

std::string trimmed(std::string text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// security: LG5
TEST(Rules, what_raises_a_case) {
  std::ifstream file(WANGDI_SOURCE_DIR "/src/modules/audit/tests/cases/judge.txt");
  ASSERT_TRUE(file);
  const auto limits = shipped();
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string> parts;
    for (const auto part : text::split(line, '|')) parts.emplace_back(part);
    ASSERT_EQ(parts.size(), 4u) << line;
    AccountDay day;
    add_looks(parts[0], day);
    std::istringstream hours(parts[1]);
    for (int hour = 0; hours >> hour;) {
      day.records.push_back(kJudgedDay.start(kZone) + hour * kHourMs);
    }
    std::istringstream other(parts[2]);
    std::string word;
    std::int64_t days = 0;
    other >> word >> days;
    day.has_registered = word == "registered";
    if (word == "repeated") day.repeated.push_back({numbered(1), days});
    EXPECT_EQ(in_words(judge(day, limits, kZone)), trimmed(parts[3])) << line;
    ++cases;
  }
  EXPECT_GE(cases, 40);
}

TEST(Rules, a_household_counts_once_and_with_one_ground_not_at_all) {
  auto limits = shipped();
  limits.households_least = 2;
  AccountDay day;
  const auto add = [&](std::uint8_t household, Ground ground) {
    day.looks.push_back({std::ssize(day.looks) + 1, kJudgedDay.start(kZone) + 10 * kHourMs,
                         Operation::unmask, numbered(household), ground, 1});
  };
  for (int i = 0; i < 9; ++i) add(1, Ground::none);
  EXPECT_TRUE(judge(day, limits, kZone).empty());
  add(2, Ground::none);
  EXPECT_EQ(in_words(judge(day, limits, kZone)), "many_households 2/2");
  EXPECT_EQ(judge(day, limits, kZone).front().lines.items, (std::vector<std::int64_t>{1, 10}));
  add(2, Ground::own_record);
  EXPECT_TRUE(judge(day, limits, kZone).empty());
}

TEST(Rules, a_case_names_so_many_lines) {
  AccountDay day;
  for (std::uint16_t i = 0; i < 256; ++i) {
    Uuid household;
    household.bytes[14] = 1;
    household.bytes[15] = static_cast<std::uint8_t>(i);
    day.looks.push_back(
        {i, kJudgedDay.start(kZone), Operation::unmask, household, Ground::none, 1});
  }
  const auto found = judge(day, shipped(), kZone);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().without_task, 256);
  EXPECT_EQ(found.front().lines.size(), kCaseLines);
}

TEST(Rules, a_day_is_judged_when_its_records_have_had_their_time) {
  const auto limits = shipped();
  EXPECT_EQ(judged_from(kJudgedDay, limits, kZone), kJudgedDay.plus_days(2).start(kZone));
}

// security: AZ6
TEST(Rules, nobody_closes_a_case_about_themselves_and_none_is_closed_twice) {
  const AccountId one{numbered(1)}, other{numbered(2)};
  EXPECT_TRUE(may_close(true, one, other));
  EXPECT_EQ(may_close(true, one, one).error().code(), ErrorCode::second_person_needed);
  EXPECT_EQ(may_close(false, one, other).error().code(), ErrorCode::already_decided);
}

}  // namespace
}  // namespace wangdi::audit
