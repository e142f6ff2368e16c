// SPDX-License-Identifier: Apache-2.0
// CSV after RFC 4180 as the field's programs write it, and the refusal of what cannot be read
// safely.
#include <gtest/gtest.h>

#include "common/sheet/tests/fixture.hpp"

namespace wangdi::sheet {
namespace {

using fixture::outcome;
using fixture::read;

TEST(CsvRead, separators_quotes_and_line_ends_are_told_from_the_file) {
  struct Case {
    std::string content, rows;
  };
  const Case cases[] = {
      {"姓名,手机\n甲,1\n", "1: 姓名|手机\n2: 甲|1\n"},
      {"\xEF\xBB\xBF姓名,手机\r\n甲,1", "1: 姓名|手机\n2: 甲|1\n"},
      {"姓名;手机\r\n\"a,b\";1", "1: 姓名|手机\n2: a,b|1\n"},
      {"姓名\t手机\ta,b\n甲\t1\t2", "1: 姓名|手机|a,b\n2: 甲|1|2\n"},
      {"姓名\r甲\r", "1: 姓名\n2: 甲\n"},
      {"sep=;\r\na,b;c\n", "2: a,b|c\n"},
      {"名册\n姓名;手机,x;y\n", "1: 名册\n2: 姓名|手机,x|y\n"},
      {"a,b\n\"x \"\"y\"\"\",\"z\r\n1\"\n", "1: a|b\n2: x \"y\"|z\r\n1\n"},
      {"a,b\n\n,,\n,1,,\n", "1: a|b\n4: |1\n"},
      {"a,5\" tube\n", "1: a|5\" tube\n"},
      {"a,b\n=\"0402\",\"=\"\"0502\"\"\"\n", "1: a|b\n2: 0402|0502\n"},
      {"a\n=\"x\"\"y\"\n", "1: a\n2: =\"x\"\"y\"\n"},
      {"a,\"\"\n", "1: a\n"},
      {"𠮷·买买提,·\n", "1: 𠮷·买买提|·\n"},
  };
  for (const auto& c : cases) {
    const auto table = read(c.content, {.file_name = "a.csv"});
    ASSERT_TRUE(table) << c.content;
    EXPECT_EQ(table->text(), c.rows) << c.content;
  }
}

TEST(CsvRead, what_cannot_be_read_safely_is_refused) {
  struct Case {
    std::string content, error, detail;
  };
  const Case cases[] = {
      {"", "file_empty", ""},
      {"\xEF\xBB\xBF\r\n,,\r\n", "file_empty", ""},
      {"a,b\n1,\"open\n2,3\n", "file_damaged", "B2"},
      {"a,b\n\"x\"y,2\n", "file_damaged", "A2"},
      {"\xD0\xD5\xC3\xFB,\xCA\xD6\xBB\xFA\n", "text_encoding", "GBK"},
      {"a,\xFF\xFF\n", "text_encoding", "?"},
      {std::string("\xFF\xFEY\0", 4), "text_encoding", "UTF-16"},
      {std::string("a\0b", 3), "file_type_unknown", ""},
      {"%PDF-1.7\n", "file_type_unknown", ""},
      {" <html><table>", "file_type_unknown", ""},
  };
  for (const auto& c : cases) {
    const auto table = read(c.content, {.file_name = "a.csv"});
    ASSERT_FALSE(table) << c.content;
    EXPECT_EQ(error_entry(table.error().code()).name, c.error) << c.content;
    if (!c.detail.empty()) {
      EXPECT_EQ(table.error().details()[0].value, c.detail);
    }
  }
  EXPECT_EQ(outcome("a,b\n", {.file_name = "a.csv", .sheet_name = "x"}), "sheet_missing");
}

TEST(CsvRead, limits_hold_at_their_last_and_first_value) {
  struct Case {
    std::string allowed, refused;
    Limits limits;
  };
  const Case cases[] = {
      {"a\n\n1", "a\n\n1\n2", {.rows = 3}},  {"a,b\n1,2", "a,b\n1,2\n3", {.cells = 4}},
      {"a,b,,", "a,b,c", {.columns = 2}},    {"abc", "abcd", {.cell_bytes = 3}},
      {"a\nb", "a\nb\n", {.file_bytes = 3}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(outcome(c.allowed, {.limits = c.limits}), "ok") << c.allowed;
    EXPECT_EQ(outcome(c.refused, {.limits = c.limits}), "file_too_large") << c.refused;
  }
}

// The row counts at which other systems have lost cases without a word.
// security: FI2
TEST(CsvRead, no_row_is_lost_beyond_an_old_format_and_none_is_kept_beyond_the_limit) {
  const auto lines = [](int count) {
    std::string content;
    for (int at = 0; at < count; ++at) content += "1\n";
    return content;
  };
  const auto table = read(lines(65'537), {.file_name = "a.csv"});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->counts.rows, 65'537u);
  EXPECT_EQ(table->counts.last_row, 65'537u);
  EXPECT_EQ(outcome(lines(1'048'576), {.file_name = "a.csv"}), "ok");
  EXPECT_EQ(outcome(lines(1'048'577), {.file_name = "a.csv"}), "file_too_large");
}

}  // namespace
}  // namespace wangdi::sheet
