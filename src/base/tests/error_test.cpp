// SPDX-License-Identifier: Apache-2.0
// The registry: every error can be spoken in both languages; texts are filled from details.
#include "base/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/result.hpp"
#include "base/text.hpp"

namespace wangdi {
namespace {

// The {names} of a text, an English form {name_en} counted as {name}.
std::set<std::string> placeholders(std::string_view text) {
  std::set<std::string> names;
  for (auto open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    auto name = text.substr(open + 1, text.find('}', open) - open - 1);
    if (name.ends_with("_en")) name.remove_suffix(3);
    names.emplace(name);
  }
  return names;
}

std::set<std::string> placeholders(const ErrorEntry& entry, std::size_t language) {
  auto names = placeholders(entry.title[language]);
  names.merge(placeholders(entry.advice[language]));
  return names;
}

TEST(Registry, every_entry_has_a_title_and_an_advice_in_both_languages) {
  for (const auto& entry : error_registry()) {
    for (const std::size_t language : {0u, 1u}) {
      EXPECT_FALSE(entry.title[language].empty()) << entry.name;
      EXPECT_FALSE(entry.advice[language].empty()) << entry.name;
      EXPECT_TRUE(text::is_valid_utf8(entry.title[language])) << entry.name;
      EXPECT_TRUE(text::is_valid_utf8(entry.advice[language])) << entry.name;
    }
    EXPECT_GT(text::length(entry.title[0]), 0u);
    EXPECT_NE(entry.title[0], entry.title[1]) << entry.name;
    EXPECT_NE(entry.advice[0], entry.advice[1]) << entry.name;
  }
}

TEST(Registry, both_languages_take_the_same_details) {
  for (const auto& entry : error_registry()) {
    EXPECT_EQ(placeholders(entry, 0), placeholders(entry, 1)) << entry.name;
  }
}

TEST(Registry, statuses_numbers_and_names_are_in_order) {
  std::set<std::string_view> names;
  int before = 99;
  for (const auto& entry : error_registry()) {
    const int number = static_cast<int>(entry.code);
    EXPECT_GT(number, before) << entry.name;
    before = number;
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_TRUE(entry.http_status >= 400 && entry.http_status < 600) << entry.name;
    EXPECT_EQ(&error_entry(entry.code), &entry);
    EXPECT_TRUE(std::ranges::all_of(entry.name, [](char c) {
      return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
    })) << entry.name;
  }
}

TEST(Registry, a_code_outside_it_aborts) {
  EXPECT_DEATH(error_entry(static_cast<ErrorCode>(1)), "assertion");
}

TEST(FillText, puts_details_in_their_places) {
  const std::vector<ErrorDetail> details = {{"limit", "5"}, {"what", "{limit}"}};
  EXPECT_EQ(fill_text("", details), "");
  EXPECT_EQ(fill_text("plain", details), "plain");
  EXPECT_EQ(fill_text("at most {limit}", details), "at most 5");
  EXPECT_EQ(fill_text("{limit}{limit}", details), "55");
  EXPECT_EQ(fill_text("最多 {limit} 个字", details), "最多 5 个字");
  EXPECT_EQ(fill_text("{other}", details), "{other}");
  EXPECT_EQ(fill_text("open {limit", details), "open {limit");
  EXPECT_EQ(fill_text("a } b", details), "a } b");
  EXPECT_EQ(fill_text("{what}", details), "{limit}") << "a detail is not filled again";
}

TEST(Error, carries_fields_details_and_a_private_cause) {
  const Error error = Error(ErrorCode::invalid_fields)
                          .with("count", "1")
                          .because("internal")
                          .at("/note", ErrorCode::field_too_long, {{"limit", "200"}});
  EXPECT_EQ(error.code(), ErrorCode::invalid_fields);
  EXPECT_EQ(error.details().at(0).value, "1");
  EXPECT_EQ(error.cause(), "internal");
  EXPECT_EQ(error.fields().at(0).pointer, "/note");
}

Result<int> half(int number) {
  if (number % 2 != 0) return Error(ErrorCode::internal);
  return number / 2;
}

Result<int> quarter(int number) {
  WD_TRY(const int once, half(number));
  WD_TRY(const int twice, half(once));
  return twice;
}

TEST(Result, try_binds_the_value_or_returns_the_error) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(6).error().code(), ErrorCode::internal);
  EXPECT_EQ(quarter(1).value_or(-1), -1);
  EXPECT_TRUE(ok());
}

TEST(Assert, aborts_in_release_too) { EXPECT_DEATH(WD_ASSERT(1 + 1 == 3), "1 \\+ 1 == 3"); }

}  // namespace
}  // namespace wangdi
