// SPDX-License-Identifier: Apache-2.0
// UTF-8 helpers: validity, length, trimming, folding, masking. All people are invented.
#include "base/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace wangdi::text {
namespace {

struct Case {
  std::string_view text;
  std::string_view expected;
};

TEST(Utf8, tells_well_formed_text) {
  for (const auto text : {"", "abc", "王", "é", "😀", "\U0010FFFF", "\uFFFF", "a\nb\x7f"}) {
    EXPECT_TRUE(is_valid_utf8(text)) << text;
  }
  for (const std::string_view text :
       {std::string_view("\0", 1), std::string_view("a\0b", 3), std::string_view("\x80"),
        std::string_view("\xFF"), std::string_view("\xC0\x80"), std::string_view("\xC1\xBF"),
        std::string_view("\xE0\x80\xAF"), std::string_view("\xED\xA0\x80"),
        std::string_view("\xED\xBF\xBF"), std::string_view("\xF4\x90\x80\x80"),
        std::string_view("\xF8\x88\x80\x80\x80"), std::string_view("\xE7\x8E"),
        std::string_view("abc\xE7")}) {
    EXPECT_FALSE(is_valid_utf8(text));
  }
}

TEST(Length, counts_characters) {
  EXPECT_EQ(length(""), 0u);
  EXPECT_EQ(length("abc"), 3u);
  EXPECT_EQ(length("王小明"), 3u);
  EXPECT_EQ(length("a😀é"), 3u);
}

TEST(Trim, takes_every_blank_a_form_or_a_spreadsheet_leaves) {
  const Case cases[] = {
      {"", ""},         {"   ", ""},
      {" a ", "a"},     {"\t\r\na b\n", "a b"},
      {"　王　", "王"}, {"\u00A0a\u00A0", "a"},
      {"\uFEFFa", "a"}, {" 　\t a 　 ", "a"},
      {"a　b", "a　b"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(trim(text), expected) << text;
}

TEST(Fold, makes_spellings_of_one_thing_equal) {
  const Case cases[] = {
      {"ＡＢＣ１２３", "abc123"},
      {"Wang", "wang"},
      {"STRASSE", "strasse"},
      {"straße", "strasse"},
      {"e\u0301", "é"},
      {"①", "1"},
      {"王", "王"},
      {"㎡", "m2"},
      {"", ""},
      {"\xFF", ""},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(fold(text), expected) << text;
}

TEST(Fold, is_stable) {
  EXPECT_TRUE(rc::check("fold(fold(x)) == fold(x)", [](const std::string& bytes) {
    const auto once = fold(bytes);
    RC_ASSERT(fold(once) == once);
    RC_ASSERT(is_valid_utf8(once) || once.find('\0') != std::string::npos);
  }));
}

TEST(Prefix, cuts_between_characters) {
  EXPECT_EQ(prefix("王小明", 0), "");
  EXPECT_EQ(prefix("王小明", 2), "王小");
  EXPECT_EQ(prefix("王小明", 9), "王小明");
  EXPECT_EQ(prefix("a\xFF", 2), "a");
}

TEST(Split, keeps_empty_parts) {
  EXPECT_EQ(split("a,b", ','), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(split(",a,,", ','), (std::vector<std::string_view>{"", "a", "", ""}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(MaskName, hides_at_least_one_character) {
  const Case cases[] = {
      {"", ""},
      {"王", "*"},
      {"王明", "王*"},
      {"王小明", "王*明"},
      {"欧阳小明", "欧**明"},
      {"Li", "L*"},
      {"😀王😀", "😀*😀"},
      {"\xFF\xFE", "*"},
      {"王\xFF", "*"},
  };
  for (const auto& [name, expected] : cases) EXPECT_EQ(mask_name(name), expected) << name;
}

TEST(MaskNumber, hides_at_least_four_characters) {
  const Case cases[] = {
      {"", ""},
      {"1234567", "*******"},
      {"12345678", "****5678"},
      {"E12345678", "E****5678"},
      {"EA12345678", "EA****5678"},
      {"19900000000", "199****0000"},
      {"999901199003070017", "999***********0017"},
      {"99990119900307005X", "999***********005X"},
      {"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "*"},
  };
  for (const auto& [number, expected] : cases) EXPECT_EQ(mask_number(number), expected) << number;
}

TEST(Mask, never_shows_more_than_it_says) {
  EXPECT_TRUE(rc::check("hidden characters", [] {
    const auto name = *rc::gen::container<std::string>(rc::gen::inRange('a', '{'));
    const auto masked = mask_name(name);
    RC_ASSERT(name.empty() || masked.find('*') != std::string::npos);
    const auto number = mask_number(name);
    RC_ASSERT(number.size() == name.size());
    RC_ASSERT(std::count(number.begin(), number.end(), '*') >=
              static_cast<std::ptrdiff_t>(std::min<std::size_t>(name.size(), 4)));
  }));
}

}  // namespace
}  // namespace wangdi::text
