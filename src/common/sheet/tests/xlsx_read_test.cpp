// SPDX-License-Identifier: Apache-2.0
// What a person sees in a workbook is what the reader hands out.
#include <gtest/gtest.h>

#include "common/sheet/tests/fixture.hpp"

namespace wangdi::sheet {
namespace {

using fixture::Book;
using fixture::read;

TEST(XlsxRead, shared_inline_rich_and_formula_texts_read_alike) {
  auto book = Book(
      R"(<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>)"
      R"(<c r="C1" t="inlineStr"><is><r><t>丙</t></r><r><rPr><b/></rPr><t> 丁</t></r></is></c>)"
      R"(<c r="D1" t="str"><f>A1</f><v>戊</v></c></row>)");
  book.shared(
      "<si><t>甲</t></si><si><r><t>乙</t></r><r><t>乙</t></r>"
      "<rPh sb=\"0\" eb=\"1\"><t>yi</t></rPh></si>");
  EXPECT_EQ(read(book.bytes())->text(), "1: 甲|乙乙|丙 丁|戊\n");
}

TEST(XlsxRead, rows_and_cells_may_be_sparse_and_without_references) {
  const auto book =
      Book(R"(<row r="3"><c r="B3"><v>1</v></c><c><v>2</v></c><c r="F3" s="4"/></row>)"
           R"(<row><c><v>7</v></c></row><row r="9"/>)"
           R"(<row r="1048576"><c r="A1048576"><v>8</v></c></row>)");
  const auto table = read(book.bytes());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->text(), "3: |1|2\n4: 7\n1048576: 8\n");
  EXPECT_EQ(table->counts.rows, 3u);
  EXPECT_EQ(table->counts.last_row, 1'048'576u);
  EXPECT_EQ(table->counts.cells, 5u);
  EXPECT_TRUE(table->counts.whole);
}

TEST(XlsxRead, a_namespace_prefix_changes_nothing) {
  Book book("");
  book.parts["xl/worksheets/sheet1.xml"] =
      "<x:worksheet xmlns:x=\"m\"><x:sheetData><x:row r=\"1\"><x:c r=\"A1\" t=\"inlineStr\">"
      "<x:is><x:t>甲</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>";
  EXPECT_EQ(read(book.bytes())->text(), "1: 甲\n");
}

struct ValueCase {
  std::string attributes, value, format;
  CellKind kind;
  std::string text, day;
};

TEST(XlsxRead, values_read_as_their_format_shows_them) {
  using enum CellKind;
  const ValueCase cases[] = {
      {"", "402", "0", number, "402", ""},
      {"", "402", "0000", number, "0402", ""},
      {"", "402", "0&quot;室&quot;", number, "402室", ""},
      {"", "3", "&quot;第&quot;0幢", number, "第3幢", ""},
      {"", "13900000000", "000-0000-0000", number, "139-0000-0000", ""},
      {"", "37.299999999999997", "0", number, "37", ""},
      {"", "37.299999999999997", "General", number, "37.3", ""},
      {"", "-1234.5", "#,##0.00", number, "-1,234.50", ""},
      {"", "-1234.4", "#,##0;(#,##0)", number, "(1,234)", ""},
      {"", "0.125", "=10", number, "12.50%", ""},
      {"", "1234567", "=3", number, "1,234,567", ""},
      {"", "0", "0.0#", number, "0.0", ""},
      {"", "1E-10", "General", number, "1E-10", ""},
      {"", " 12 ", "General", number, "12", ""},
      {"", "0.5", "# ?/?", number, "0.5", ""},
      {"", "999901199003070017", "=49", number, "9.9990119900307E+17", ""},
      {"", "32939", "=14", date, "1990-03-07", "1990-03-07"},
      {"", "32939", "=31", date, "1990-03-07", "1990-03-07"},
      {"", "32939", "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;", date, "1990-03-07",
       "1990-03-07"},
      {"", "32939", "m/d;@", date, "1990-03-07", "1990-03-07"},
      {"", "32939", "[Red]0;[Black]d", number, "32939", ""},
      {"", "32939.75", "=22", date, "1990-03-07 18:00", "1990-03-07"},
      {"", "0.354166666666667", "=20", date, "08:30", ""},
      {"", "1.5", "[h]:mm", date, "12:00", ""},
      {"", "1", "=14", date, "1900-01-01", "1900-01-01"},
      {"", "59", "=14", date, "1900-02-28", "1900-02-28"},
      {"", "60", "=14", error, "#####", ""},
      {"", "61", "=14", date, "1900-03-01", "1900-03-01"},
      {"", "2958465", "=14", date, "9999-12-31", "9999-12-31"},
      {"", "2958466", "=14", error, "#####", ""},
      {"", "-1", "=14", error, "#####", ""},
      {"", "43890.9999999", "=22", date, "2020-03-01 00:00", "2020-03-01"},
      {" t=\"b\"", "1", "General", boolean, "TRUE", ""},
      {" t=\"b\"", "0", "General", boolean, "FALSE", ""},
      {" t=\"e\"", "#N/A", "General", error, "#N/A", ""},
      {" t=\"d\"", "2020-02-18T00:00:00", "General", date, "2020-02-18T00:00:00", "2020-02-18"},
      {" t=\"str\"", "a_x000D_b_x0041__xD83D__x0000_", "General", text, "a\rbA_xD83D__x0000_", ""},
  };
  for (const auto& c : cases) {
    const auto label = c.value + " as " + c.format;
    auto book = Book("<row r=\"1\"><c r=\"A1\" s=\"1\"" + c.attributes + "><v>" + c.value +
                     "</v></c></row>");
    const auto table = read(book.formats({"0", c.format}).bytes());
    ASSERT_TRUE(table) << label;
    const auto& cell = table->rows[0].second[0];
    EXPECT_EQ(cell.kind, c.kind) << label;
    EXPECT_EQ(cell.text, c.text) << label;
    EXPECT_EQ(cell.day, c.day) << label;
    if (c.kind == number && c.value[0] != ' ') {
      EXPECT_EQ(cell.raw, c.value) << label;
    }
  }
}

TEST(XlsxRead, a_workbook_of_1904_counts_its_days_from_there) {
  auto book = Book(R"(<row r="1"><c r="A1" s="0"><v>31477</v></c></row>)").formats({"=14"});
  book.parts["xl/workbook.xml"] =
      Book::workbook(R"(<sheet name="a" r:id="rId1"/>)", R"(<workbookPr date1904="1"/>)");
  EXPECT_EQ(read(book.bytes())->text(), "1: 1990-03-07\n");
}

TEST(XlsxRead, a_formula_gives_its_stored_value_and_an_uncalculated_one_an_error) {
  const auto table = read(Book("<row><c><f>1+1</f><v>2</v></c><c><f>1+1</f></c></row>").bytes());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->text(), "1: 2|#CALC!\n");
  EXPECT_EQ(table->rows[0].second[1].kind, CellKind::error);
}

std::string text_cell(std::string_view place, std::string_view value) {
  return "<c r=\"" + std::string(place) + "\" t=\"inlineStr\"><is><t>" + std::string(value) +
         "</t></is></c>";
}

TEST(XlsxRead, a_merged_range_reads_as_its_first_cell_down_its_first_column) {
  const auto book =
      Book("<row r=\"1\">" + text_cell("A1", "名册") + "</row><row r=\"2\">" +
               text_cell("A2", "3幢") + text_cell("C2", "甲") + "</row><row r=\"3\"><c r=\"A3\"/>" +
               text_cell("C3", "乙") + "</row><row r=\"4\">" + text_cell("C4", "丙") +
               "</row><row r=\"5\"/><row r=\"6\">" + text_cell("C6", "丁") + "</row>",
           "<mergeCells><mergeCell ref=\"A1:C1\"/><mergeCell ref=\"A2:B5\"/></mergeCells>");
  const auto table = read(book.bytes());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->text(), "1: 名册\n2: 3幢||甲\n3: 3幢||乙\n4: 3幢||丙\n6: ||丁\n");
  EXPECT_FALSE(table->rows[1].second[0].merged);
  EXPECT_TRUE(table->rows[2].second[0].merged);
}

TEST(XlsxRead, merged_cells_are_found_in_utf_16_too) {
  auto book = Book("<row><c><v>5</v></c></row><row><c r=\"B2\"><v>1</v></c></row>",
                   "<mergeCells><mergeCell ref=\"A1:A2\"/></mergeCells>");
  auto& xml = book.parts["xl/worksheets/sheet1.xml"];
  xml.replace(xml.find("UTF-8"), 5, "UTF-16");
  std::string wide = "\xFF\xFE";
  for (const char c : xml) (wide += c) += '\0';
  xml = wide;
  EXPECT_EQ(read(book.bytes())->text(), "1: 5\n2: 5|1\n");
}

TEST(XlsxRead, the_first_visible_sheet_is_read_or_the_named_one) {
  auto book = Book("<row><c><v>1</v></c></row>");
  book.parts["xl/worksheets/sheet2.xml"] = Book::sheet("<row><c><v>2</v></c></row>");
  book.parts["xl/worksheets/sheet3.xml"] = Book::sheet("<row><c><v>3</v></c></row>");
  book.parts["xl/workbook.xml"] = Book::workbook(
      R"(<sheet name="藏" state="veryHidden" r:id="rId1"/><sheet name="图" r:id="rId4"/>)"
      R"(<sheet name="一" r:id="rId2"/><sheet name="二" r:id="rId3"/>)");
  book.parts["xl/_rels/workbook.xml.rels"] =
      Book::rels({{"rId1", "worksheet", "worksheets/sheet1.xml", ""},
                  {"rId2", "worksheet", "/xl/worksheets/sheet2.xml", ""},
                  {"rId3", "worksheet", "../xl/./worksheets/sheet3.xml", ""},
                  {"rId4", "chartsheet", "chartsheets/sheet1.xml", ""}});
  const auto bytes = book.bytes();
  EXPECT_EQ(read(bytes)->text(), "1: 2\n");
  EXPECT_EQ(read(bytes)->name, "一");
  EXPECT_EQ(read(bytes)->others, std::vector<std::string>{"二"});
  EXPECT_EQ(read(bytes, {.sheet_name = "藏"})->text(), "1: 1\n");
  EXPECT_EQ(fixture::outcome(bytes, {.sheet_name = "三"}), "sheet_missing");
}

TEST(XlsxRead, a_callback_can_stop_or_refuse_and_the_sheet_can_be_read_again) {
  const auto bytes = Book("<row><c><v>1</v></c></row><row><c><v>2</v></c></row>").bytes();
  auto sheet = Sheet::open(fixture::span_of(bytes), {});
  ASSERT_TRUE(sheet);
  const auto stopped = sheet->for_each_row([](auto, auto) -> Result<Next> { return Next::stop; });
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->rows, 1u);
  EXPECT_FALSE(stopped->whole);
  const auto refused = sheet->for_each_row(
      [](auto, auto) -> Result<Next> { return Error(ErrorCode::column_missing); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::column_missing);
  const auto whole = sheet->for_each_row([](auto, auto) -> Result<Next> { return Next::more; });
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->rows, 2u);
}

TEST(Cells, digits_that_a_spreadsheet_has_dropped_are_recognised) {
  using enum CellKind;
  struct Case {
    CellKind kind;
    std::string_view stored;
    bool lost;
  };
  const Case cases[] = {
      {number, "1.2E+17", true},
      {number, "9.9990119900307E+17", true},
      {number, "999901199003070000", true},
      {number, "999901900307001", false},
      {number, "13900000000", false},
      {number, "1.39E+10", false},
      {number, "1.5E-7", false},
      {number, "1E+999", false},
      {text, "1.2E+17", true},
      {text, " 5.12051E+11 ", true},
      {text, "999901199003070017", false},
      {text, "99990119900307005X", false},
      {text, "1E2", false},
      {text, "3E座", false},
      {text, "E+17", false},
      {text, "", false},
  };
  for (const auto& c : cases) {
    const Cell cell{.kind = c.kind, .text = c.stored, .raw = c.stored};
    EXPECT_EQ(digits_lost(cell), c.lost) << c.stored;
  }
}

TEST(Cells, a_day_is_read_as_people_write_it) {
  using enum CellKind;
  struct Case {
    CellKind kind;
    std::string_view written, day;
  };
  const Case cases[] = {
      {text, "2020-02-18", "2020-02-18"},
      {text, "2020/2/8", "2020-02-08"},
      {text, "2020.2.18", "2020-02-18"},
      {text, "2020年2月18日", "2020-02-18"},
      {text, "20200218", "2020-02-18"},
      {text, " 2020-02-18 08:30 ", "2020-02-18"},
      {text, "2020-02-30", ""},
      {text, "20-2-18", ""},
      {text, "2020-2/18", ""},
      {text, "2020年2月18", ""},
      {text, "2020-02-181", ""},
      {text, "202002188", ""},
      {text, "18/2/2020", ""},
      {text, "", ""},
      {text, "32939", ""},
      {number, "32939", "1990-03-07"},
      {number, "19900307", "1990-03-07"},
      {number, "19901301", ""},
      {number, "0", ""},
      {number, "-5", ""},
      {boolean, "1", ""},
  };
  for (const auto& c : cases) {
    const Cell cell{.kind = c.kind, .text = c.written, .raw = c.written};
    const auto day = day_of(cell, DateSystem::from_1900);
    EXPECT_EQ(day ? day->text() : "", c.day) << c.written;
  }
}

}  // namespace
}  // namespace wangdi::sheet
