// SPDX-License-Identifier: Apache-2.0
// The rules of the field types by the tables in cases/: one line a case, "text | outcome".
#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <fstream>
#include <functional>

#include "base/hex.hpp"
#include "base/text.hpp"
#include "types/celsius.hpp"
#include "types/id_number.hpp"
#include "types/list.hpp"
#include "types/mobile.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"

namespace wangdi {
namespace {

std::string with_bytes(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("\\x") && at + 3 < text.size()) {
      bytes.push_back(static_cast<char>(hex_value(text[at + 2]) << 4 | hex_value(text[at + 3])));
      at += 3;
    } else {
      bytes.push_back(text[at]);
    }
  }
  return bytes;
}

// "name detail=value ..", as the tables write an error.
std::string words_of(const Error& error) {
  std::string words(error_entry(error.code()).name);
  for (const auto& detail : error.details()) {
    words.append(" ").append(detail.name).append("=").append(detail.value);
  }
  return words;
}

void follow(const std::string& name, const std::function<std::string(std::string_view)>& outcome) {
  std::ifstream file(WANGDI_SOURCE_DIR "/src/types/tests/cases/" + name);
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto bar = line.find(" | ");
    ASSERT_NE(bar, std::string::npos) << line;
    ++cases;
    EXPECT_EQ(outcome(with_bytes(line.substr(0, bar))), line.substr(bar + 3)) << line;
  }
  EXPECT_GT(cases, 5) << name;
}

TEST(IdNumber, follows_the_table) {
  follow("id_number.txt", [](std::string_view text) {
    const auto number = IdNumber::parse(text);
    if (!number) return words_of(number.error());
    return number->text() + (number->is_male() ? " male " : " female ") +
           number->birth_date().text();
  });
}

TEST(IdNumber, tells_a_birth_after_today) {
  const auto number = *IdNumber::parse("999901201101010026");
  EXPECT_TRUE(number.born_after(*CivilDate::parse("2010-12-31")));
  EXPECT_FALSE(number.born_after(*CivilDate::parse("2011-01-01")));
  EXPECT_EQ(number.region(), "999901");
}

TEST(IdNumber, empty_is_nobody) {
  const IdNumber number;
  EXPECT_TRUE(number.empty());
  EXPECT_FALSE(number.is_male());
  EXPECT_EQ(number.region(), "");
}

// What the check character is for: any one wrong digit and any two neighbours swapped are found.
TEST(IdNumber, every_single_slip_is_found) {
  EXPECT_TRUE(rc::check("one wrong digit or swapped neighbours", [] {
    const auto sequence = *rc::gen::inRange(0, 1000);
    const auto day = *rc::gen::inRange(1, 29);
    const auto two = [](int value) {
      return std::string(value < 10 ? "0" : "") + std::to_string(value);
    };
    std::string digits = "999901" + std::to_string(*rc::gen::inRange(1900, 2020)) +
                         two(*rc::gen::inRange(1, 13)) + two(day) + (sequence < 100 ? "0" : "") +
                         two(sequence);
    digits.push_back(IdNumber::check_character(digits));
    RC_ASSERT(IdNumber::parse(digits).has_value());
    const auto at = *rc::gen::inRange<std::size_t>(0, 17);
    auto wrong = digits;
    wrong[at] = static_cast<char>('0' + (digits[at] - '0' + *rc::gen::inRange(1, 10)) % 10);
    RC_ASSERT(!IdNumber::parse(wrong).has_value());
    auto swapped = digits;
    std::swap(swapped[at], swapped[at + 1]);
    RC_ASSERT(swapped == digits || !IdNumber::parse(swapped).has_value());
  }));
}

TEST(Mobile, follows_the_table) {
  follow("mobile.txt", [](std::string_view text) {
    const auto number = Mobile::parse(text);
    return number ? number->text() : words_of(number.error());
  });
}

TEST(Celsius, follows_the_table) {
  follow("celsius.txt", [](std::string_view text) {
    const auto degrees = Celsius::parse(text);
    return degrees ? degrees->text() : words_of(degrees.error());
  });
}

TEST(Celsius, every_tenth_reads_back) {
  for (int tenths = Celsius::kLeastTenths; tenths <= Celsius::kMostTenths; ++tenths) {
    const auto degrees = Celsius::from_tenths(tenths);
    ASSERT_TRUE(degrees);
    EXPECT_EQ(*Celsius::parse(degrees->text()), *degrees);
  }
  EXPECT_FALSE(Celsius::from_tenths(Celsius::kLeastTenths - 1));
  EXPECT_FALSE(Celsius::from_tenths(Celsius::kMostTenths + 1));
}

TEST(Text, follows_the_table) {
  follow("text.txt", [](std::string_view text) {
    const auto line = Text<6, 1>::parse(text);
    return line ? '[' + line->text + ']' : words_of(line.error());
  });
}

TEST(Text, may_be_empty_unless_it_must_not) {
  EXPECT_TRUE(Text<6>::parse("")->empty());
  EXPECT_EQ(Text<6>::parse("  \n ")->text, "");
  EXPECT_EQ((words_of(Text<3, 3>::parse(" ").error())), "field_missing");
  EXPECT_EQ((words_of(Text<3, 3>::parse("01").error())), "field_too_short limit=3");
}

TEST(Text, what_was_accepted_is_accepted_unchanged_again) {
  EXPECT_TRUE(rc::check("parse is idempotent", [](const std::string& bytes) {
    const auto first = Text<50>::parse(bytes);
    if (!first) return;
    RC_ASSERT(text::is_valid_utf8(first->text));
    RC_ASSERT(Text<50>::parse(first->text).value() == *first);
  }));
}

TEST(RegionCode, follows_the_table) {
  follow("region_code.txt", [](std::string_view text) {
    const auto code = RegionCode::parse(text);
    if (!code) return words_of(code.error());
    return "level=" + std::to_string(static_cast<int>(code->level())) +
           " district=" + std::to_string(code->district().number) +
           " parent=" + code->parent().text();
  });
}

// security: AZ5
TEST(RegionCode, contains_itself_and_what_lies_below) {
  const auto county = *RegionCode::parse("320508");
  EXPECT_TRUE(county.contains(county));
  EXPECT_TRUE(county.contains(*RegionCode::parse("320508019044")));
  EXPECT_TRUE(RegionCode().contains(county));
  EXPECT_FALSE(county.contains(RegionCode()));
  EXPECT_FALSE(county.contains(*RegionCode::parse("320509")));
  EXPECT_FALSE(county.contains(*RegionCode::parse("3205")));
}

TEST(RegionCode, the_place_of_a_district_is_the_county_or_what_stands_above_one) {
  for (const auto* code : {"", "32", "3205", "320508"}) {
    const auto place = *RegionCode::parse(code);
    EXPECT_EQ(*RegionCode::of(place.district()), place);
  }
  const auto community = *RegionCode::parse("320508019044");
  EXPECT_EQ(*RegionCode::of(community.district()), *RegionCode::parse("320508"));
}

TEST(RegionCode, cut_to_a_level) {
  const auto community = *RegionCode::parse("320508019044");
  EXPECT_EQ(community.at(RegionLevel::county).text(), "320508");
  EXPECT_EQ(community.at(RegionLevel::nation).text(), "");
  EXPECT_EQ(community.at(RegionLevel::grid).text(), "320508019044");
}

}  // namespace
}  // namespace wangdi
