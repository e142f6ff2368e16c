// SPDX-License-Identifier: Apache-2.0
// Rules of slips and requests, in tables.
#include "modules/ledger/rules.hpp"

#include <gtest/gtest.h>

namespace wangdi::ledger {
namespace {

CivilDate day(std::string_view text) { return *CivilDate::parse(text); }

// security: PR4
TEST(LedgerRules, given_an_age_when_a_holder_comes_then_only_a_guardian_acts_for_a_child) {
  constexpr std::int64_t kYears = 14;
  const auto today = day("2020-02-18");
  const struct {
    const char* born;
    std::int32_t birth_year;  // 0: not known
    bool is_child;
  } cases[] = {
      {"2006-02-19", 0, true},                             // 14 tomorrow
      {"2006-02-18", 0, false},                            // 14 today
      {"2006-02-17", 2006, false},                         // the day goes before the year
      {"2020-02-18", 0, true},                             // born today
      {"1931-01-01", 0, false},    {nullptr, 2006, true},  // may still be 13
      {nullptr, 2005, false},      {nullptr, 2019, true}, {nullptr, 0, false},  // nothing is known
  };
  for (const auto& one : cases) {
    const auto born = one.born == nullptr ? std::nullopt : std::optional(day(one.born));
    const auto year = one.birth_year == 0 ? std::nullopt : std::optional(one.birth_year);
    const bool child = is_under(kYears, born, year, today);
    EXPECT_EQ(child, one.is_child) << (one.born ? one.born : "") << " " << one.birth_year;
    for (const auto holder : {Holder::self, Holder::guardian, Holder::proxy}) {
      const auto checked = check_holder(holder, child, kYears);
      EXPECT_EQ(checked.has_value(), !child || holder == Holder::guardian);
      if (!checked) {
        EXPECT_EQ(checked.error().code(), ErrorCode::guardian_needed);
      }
    }
  }
}

TEST(LedgerRules, given_a_due_day_when_counted_then_the_last_day_has_none_left) {
  EXPECT_EQ(days_left(day("2020-03-19"), day("2020-02-18")), 30);
  EXPECT_EQ(days_left(day("2020-03-19"), day("2020-03-19")), 0);
  EXPECT_EQ(days_left(day("2020-03-19"), day("2020-03-20")), -1);
}

TEST(LedgerRules, given_a_code_as_somebody_types_it_when_read_then_only_its_digits_count) {
  EXPECT_EQ(digits_of("1234-5678-9012"), "123456789012");
  EXPECT_EQ(digits_of(" 1234 5678　9012 "), "123456789012");
  EXPECT_EQ(digits_of("１２３４"), "1234");
  EXPECT_EQ(digits_of("abc"), "");
}

TEST(LedgerRules, given_each_verdict_when_recorded_then_the_request_is_not_open) {
  for (const auto verdict : {Verdict::granted, Verdict::partly, Verdict::declined}) {
    EXPECT_NE(state_of(verdict), RequestState::open);
    EXPECT_EQ(static_cast<int>(state_of(verdict)), static_cast<int>(verdict));
  }
}

}  // namespace
}  // namespace wangdi::ledger
