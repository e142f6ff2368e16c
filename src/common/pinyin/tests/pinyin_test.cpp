// SPDX-License-Identifier: Apache-2.0
// Names found by first letters, and the folded form names are searched in.
#include <gtest/gtest.h>

#include "common/pinyin/search_text.hpp"
#include "common/pinyin/table.hpp"

namespace wangdi::pinyin {
namespace {

const Table& shipped() {
  static const auto table = Table::load(WANGDI_SOURCE_DIR "/data/pinyin/initials.csv");
  return table.value();
}

struct Match {
  const char* query;
  const char* name;
  bool expected;
};

TEST(Pinyin, given_typed_letters_when_matched_then_any_reading_counts) {
  const Match cases[] = {
      {"yyx", "养育巷社区", true},
      {"YYX", "养育巷社区", true},
      {"ｙｙｘ", "养育巷社区", true},
      {"y y x", "养育巷社区", true},
      {"yxsq", "养育巷社区", true},  // from the middle
      {"ysq", "养育巷社区", false},  // neighbours only
      {"yyxsqs", "养育巷社区", false},
      {"zx", "曾巷", true},
      {"cx", "曾巷", true},
      {"sy", "单于", true},
      {"cy", "单于", true},
      {"dy", "单于", true},
      {"cq", "重庆", true},
      {"xfejy", "幸福ｅ家园", true},  // a Latin letter stands for itself
      {"bwy0", "八五一０", true},     // a digit for itself, of either width
      {"bwyl", "八五一〇", true},     // or read in Chinese
      {"bwyl", "851农场八五一0", true},
      {"abdlmmt", "阿卜杜拉·买买提", true},
      {"qz", "逄𨱇舟", true},                 // beyond the basic plane, known
      {"pqz", "逄\xF0\xA0\xAE\xB7舟", true},  // beyond the basic plane, unknown: any letter
      {"", "养育巷", false},
      {"养y", "养育巷", false},
      {"12", "12幢", false},  // digits alone are a search by text
      {"yy", "", false},
  };
  for (const auto& [query, name, expected] : cases) {
    EXPECT_EQ(shipped().matches(query, name), expected) << query << " in " << name;
  }
}

TEST(Pinyin, given_several_readings_when_spelt_then_all_keys_up_to_the_limit) {
  EXPECT_EQ(shipped().keys("曾巷", 8), (std::vector<std::string>{"ch", "cx", "zh", "zx"}));
  EXPECT_EQ(shipped().keys("曾巷", 2), (std::vector<std::string>{"ch", "cx"}));
  EXPECT_EQ(shipped().keys("养育", 8), std::vector<std::string>{"yy"});
  EXPECT_EQ(shipped().keys("·", 8), std::vector<std::string>{});
  EXPECT_EQ(shipped().keys("\xEE\x85\xB0社", 8), std::vector<std::string>{"?s"});  // private use
}

TEST(Pinyin, given_every_spelling_when_typed_then_it_finds_the_name) {
  for (const char* name : {"单于旻岫", "万俟菡烟", "仇骁徵", "重庆长寿", "六安", "厦门", "乐都"}) {
    for (const auto& key : shipped().keys(name, 64))
      EXPECT_TRUE(shipped().matches(key, name)) << key;
  }
}

TEST(Pinyin, given_a_damaged_table_when_parsed_then_the_line_is_named) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "initials.csv:1"},
      {"letters\n", "initials.csv:1"},
      {"letters,characters\na,阿\n1,一\n", "initials.csv:3"},
      {"letters,characters\na阿\n", "initials.csv:2"},
      {"letters,characters\na,\xFF\n", "initials.csv:2"},
  };
  for (const auto& [csv, where] : cases) {
    const auto table = Table::parse(csv);
    ASSERT_FALSE(table) << csv;
    EXPECT_EQ(table.error().code(), ErrorCode::file_damaged);
    EXPECT_EQ(table.error().details().at(0).value, where);
  }
  EXPECT_FALSE(Table::load("/nowhere/initials.csv"));
}

TEST(SearchText, given_the_odd_writings_when_folded_then_they_meet) {
  const std::pair<const char*, const char32_t*> cases[] = {
      {"八五一０农场", U"八五一0农场"},
      {"八五一〇农场", U"八五一0农场"},
      {"幸福ｅ家", U"幸福e家"},
      {"幸福Ｅ家", U"幸福e家"},
      {"新村（一）", U"新村一"},
      {"新村(一)", U"新村一"},
      {" 3 号 楼 ", U"3号楼"},
      {"阿卜杜拉·买买提", U"阿卜杜拉买买提"},
      {"①组", U"1组"},
      {"\xEE\x85\xB0村", U"\uE170村"},  // private use stays
      {"\xFF", U""},
      {"", U""},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(search_text(text), expected) << text;
}

}  // namespace
}  // namespace wangdi::pinyin
