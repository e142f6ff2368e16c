// SPDX-License-Identifier: Apache-2.0
// What the writers write, read back by the readers; no text becomes a formula (FI3).
#include "common/sheet/writer.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "common/sheet/archive.hpp"
#include "common/sheet/tests/fixture.hpp"

namespace wangdi::sheet {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTricky[] = {"=1+1",    "=HYPERLINK(\"http://x\",\"y\")",
                                        "+86 139", "-1",
                                        "@SUM(1)", "\t=1",
                                        "＝1",     "a\"b,c\n",
                                        "a;b",     " padded ",
                                        "_x0041_", "𠮷·买买提",
                                        "&<>'",    "'=1",
                                        "0402"};

std::string part_of(const std::string& bytes, std::string_view name) {
  auto archive = Archive::open(fixture::span_of(bytes), {});
  EXPECT_TRUE(archive);
  const auto* part = archive->find(name);
  if (part == nullptr) return {};
  std::string content(part->unpacked_bytes, '\0');
  auto reader = archive->read(*part);
  EXPECT_TRUE(reader && reader->read(content));
  return content;
}

// security: FI3
TEST(XlsxWriter, texts_come_back_as_they_were_and_none_is_a_formula) {
  auto writer = open_xlsx_writer({.sheet_name = "名册", .columns = {{.title = "文字"}}});
  ASSERT_TRUE(writer);
  for (const Value value : kTricky) ASSERT_TRUE((*writer)->add({&value, 1}));
  const auto bytes = (*writer)->finish();
  ASSERT_TRUE(bytes);
  const auto table = fixture::read(*bytes);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->name, "名册");
  ASSERT_EQ(table->rows.size(), 1 + std::size(kTricky));
  for (std::size_t at = 0; at < std::size(kTricky); ++at) {
    EXPECT_EQ(table->rows[at + 1].second[0].text, kTricky[at]);
    EXPECT_EQ(table->rows[at + 1].second[0].kind, CellKind::text);
  }
  EXPECT_EQ(part_of(*bytes, "xl/worksheets/sheet1.xml").find("<f"), std::string::npos);
}

TEST(XlsxWriter, values_keep_their_type) {
  const auto day = *CivilDate::parse("1990-03-07");
  const Value values[] = {std::int64_t{402},
                          37.3,
                          day,
                          true,
                          std::int64_t{999901199003070017},
                          std::monostate{},
                          *CivilDate::parse("1899-05-01"),
                          0.0 / 0.0};
  auto writer = open_xlsx_writer({.columns = std::vector<Column>(8, {.title = "列"})});
  ASSERT_TRUE(writer && (*writer)->add(values));
  const auto table = fixture::read(*(*writer)->finish());
  ASSERT_TRUE(table);
  const auto& cells = table->rows[1].second;
  ASSERT_EQ(cells.size(), 7u);
  EXPECT_EQ(table->text().substr(table->text().find("2:")),
            "2: 402|37.3|1990-03-07|TRUE|999901199003070017||1899-05-01\n");
  EXPECT_EQ(cells[0].kind, CellKind::number);
  EXPECT_EQ(cells[2].kind, CellKind::date);
  EXPECT_EQ(cells[2].day, "1990-03-07");
  EXPECT_EQ(cells[4].kind, CellKind::text);
}

// Whoever unpacks the file finds who took it out.
TEST(XlsxWriter, the_watermark_is_the_first_line_and_on_each_printed_page) {
  const Watermark mark{
      .account = "wang_fang", .time = "2020-02-18 10:30", .purpose = "入户 & 走访"};
  auto writer = open_xlsx_writer({.columns = {{.title = "姓名"}}, .watermark = mark});
  const Value value = std::string_view("甲");
  ASSERT_TRUE(writer && (*writer)->add({&value, 1}));
  const auto bytes = (*writer)->finish();
  ASSERT_TRUE(bytes);
  EXPECT_EQ(fixture::read(*bytes)->text(),
            "1: wang_fang · 2020-02-18 10:30 · 入户 & 走访\n2: 姓名\n3: 甲\n");
  const auto sheet = part_of(*bytes, "xl/worksheets/sheet1.xml");
  EXPECT_NE(sheet.find("<oddFooter>&amp;C&amp;8wang_fang"), std::string::npos);
  EXPECT_NE(sheet.find("state=\"frozen\""), std::string::npos);
}

TEST(XlsxWriter, empty_cells_are_text_too_and_offer_their_choices) {
  auto writer =
      open_xlsx_writer({.columns = {{.title = "性别", .width = 8, .choices = {"男", "女"}},
                                    {.title = "证件号", .width = 22}}});
  const auto bytes = (*writer)->finish();
  ASSERT_TRUE(bytes);
  const auto sheet = part_of(*bytes, "xl/worksheets/sheet1.xml");
  EXPECT_NE(sheet.find("sqref=\"A2:A1048576\""), std::string::npos);
  EXPECT_NE(sheet.find("男,女"), std::string::npos);
  EXPECT_NE(sheet.find("<col min=\"2\" max=\"2\" width=\"22"), std::string::npos);
}

TEST(XlsxWriter, what_the_format_cannot_hold_is_refused) {
  struct Case {
    std::string text;
    ErrorCode error;
  };
  const Case cases[] = {{std::string(32'768, 'a'), ErrorCode::field_too_long},
                        {"\xC0\xAF", ErrorCode::field_text_invalid}};
  for (const auto& c : cases) {
    auto writer = open_xlsx_writer({.columns = {{.title = "a"}}});
    const Value value = std::string_view(c.text);
    const auto added = (*writer)->add({&value, 1});
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code(), c.error);
  }
  auto writer = open_xlsx_writer({.columns = {{.title = "a"}}});
  const std::string longest(32'767, 'a');
  const Value value = std::string_view(longest);
  EXPECT_TRUE((*writer)->add({&value, 1}));
}

// A sheet that is full says so instead of losing rows.
// security: FI2
TEST(XlsxWriter, a_full_sheet_refuses_the_next_row) {
  auto writer = open_xlsx_writer({.columns = {{.title = "a"}}});
  ASSERT_TRUE(writer);
  const Value nothing;
  for (int row = 1; row < 1'048'576; ++row) ASSERT_TRUE((*writer)->add({&nothing, 1}));
  const auto added = (*writer)->add({&nothing, 1});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code(), ErrorCode::file_too_large);
}

TEST(XlsxWriter, working_files_are_gone_when_the_writer_is) {
  const auto folder = fs::temp_directory_path() / ("wangdi_writer_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  for (const bool finished : {true, false}) {
    auto writer = open_xlsx_writer({.columns = {{.title = "a"}}, .folder = folder.string()});
    ASSERT_TRUE(writer);
    EXPECT_FALSE(fs::is_empty(folder));
    if (finished) {
      ASSERT_TRUE((*writer)->finish());
    }
    writer->reset();
    EXPECT_TRUE(fs::is_empty(folder));
  }
  fs::remove_all(folder);
  const auto writer = open_xlsx_writer({.columns = {{.title = "a"}}, .folder = folder.string()});
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code(), ErrorCode::storage_failed);
}

// security: FI3
TEST(CsvWriter, texts_come_back_with_an_apostrophe_before_formulas) {
  auto writer = open_csv_writer({.columns = {{.title = "文字"}, {.title = "二"}}});
  ASSERT_TRUE(writer);
  for (const auto text : kTricky) {
    const Value values[] = {text, std::string_view("x")};
    ASSERT_TRUE((*writer)->add(values));
  }
  const auto bytes = (*writer)->finish();
  ASSERT_TRUE(bytes);
  const auto table = fixture::read(*bytes, {.file_name = "a.csv"});
  ASSERT_TRUE(table);
  ASSERT_EQ(table->rows.size(), 1 + std::size(kTricky));
  for (std::size_t at = 0; at < std::size(kTricky); ++at) {
    const bool formula =
        std::string_view("=+-@\t").find(kTricky[at][0]) != std::string_view::npos ||
        kTricky[at].starts_with("＝");
    EXPECT_EQ(table->rows[at + 1].second[0].text, (formula ? "'" : "") + std::string(kTricky[at]));
  }
}

TEST(CsvWriter, bytes_are_as_spreadsheets_expect_them) {
  const Watermark mark{.account = "li", .time = "2020-02-18", .purpose = "汇报"};
  auto writer =
      open_csv_writer({.columns = {{.title = "姓名"}, {.title = "体温"}}, .watermark = mark});
  const Value values[] = {std::string_view("a,b"), 37.3};
  ASSERT_TRUE(writer && (*writer)->add(values));
  const Value minus[] = {std::int64_t{-5}, false};
  ASSERT_TRUE((*writer)->add(minus));
  EXPECT_EQ(*(*writer)->finish(),
            "\xEF\xBB\xBFli · 2020-02-18 · 汇报\r\n姓名,体温\r\n\"a,b\",37.3\r\n-5,FALSE\r\n");
}

}  // namespace
}  // namespace wangdi::sheet
