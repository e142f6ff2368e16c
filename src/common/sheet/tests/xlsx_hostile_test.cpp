// SPDX-License-Identifier: Apache-2.0
// FI1: what a hostile or damaged workbook may cost, and that it is refused whole. Limits are shown
// at their last allowed and their first refused value; bombs are held to 200 MB and 5 s.
#include <gtest/gtest.h>
#include <malloc.h>

#include <ctime>
#include <fstream>
#include <memory>

#include "common/sheet/tests/fixture.hpp"

namespace wangdi::sheet {
namespace {

using fixture::Book;
using fixture::outcome;
using fixture::ZipBuilder;

const std::string kOneRow = "<row><c><v>1</v></c></row>";

std::string repeated(std::string_view unit, std::size_t bytes) {
  std::string all;
  all.reserve(bytes + unit.size());
  while (all.size() < bytes) all += unit;
  return all;
}

// security: FI1
TEST(XlsxHostile, forbidden_parts_are_refused) {
  struct Case {
    std::string name, content;
  };
  const std::string types = "[Content_Types].xml";
  const auto type = [](std::string_view content_type) {
    return "<Types><Override ContentType=\"" + std::string(content_type) + "\"/></Types>";
  };
  const Case cases[] = {
      {"xl/vbaProject.bin", "x"},
      {"XL/VBAPROJECT.BIN", "x"},
      {"xl/externalLinks/externalLink1.xml", "<a/>"},
      {"xl/embeddings/oleObject1.bin", "x"},
      {"xl/activeX/activeX1.xml", "<a/>"},
      {"xl/connections.xml", "<a/>"},
      {"xl/queryTables/queryTable1.xml", "<a/>"},
      {"xl/macrosheets/sheet1.xml", "<a/>"},
      {types, type("application/vnd.ms-excel.sheet.macroEnabled.main+xml")},
      {types, type("application/vnd.ms-office.vbaProject")},
      {"xl/worksheets/_rels/sheet1.xml.rels",
       Book::rels({{"a", "externalLinkPath", "file:///C:/x.xlsx", "External"}})},
      {"xl/sharedStrings.xml", "<!DOCTYPE a><sst/>"},
      {"xl/workbook.xml",
       "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><workbook>&b;</workbook>"},
  };
  for (const auto& c : cases) {
    Book book(kOneRow);
    book.parts[c.name] = c.content;
    EXPECT_EQ(outcome(book.bytes()), "file_forbidden_part") << c.name;
  }
}

TEST(XlsxHostile, a_hyperlink_and_printer_settings_are_no_forbidden_parts) {
  Book book(kOneRow);
  book.parts["xl/worksheets/_rels/sheet1.xml.rels"] =
      Book::rels({{"a", "hyperlink", "https://example.org/", "External"},
                  {"b", "printerSettings", "../printerSettings/printerSettings1.bin", ""}});
  book.parts["xl/printerSettings/printerSettings1.bin"] = "x";
  EXPECT_EQ(outcome(book.bytes()), "ok");
}

TEST(XlsxHostile, what_is_no_workbook_is_told_apart) {
  const std::string compound = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  std::string stream;
  for (const char c : std::string("EncryptedPackage")) (stream += c) += '\0';
  ZipBuilder document;
  document.add("word/document.xml", "<a/>");
  ZipBuilder locked;
  locked.add("xl/workbook.xml", "x", false, {.flags = 1});
  Book binary(kOneRow);
  binary.parts["xl/workbook.bin"] = "x";
  Book pieceless(kOneRow);
  pieceless.parts.erase("xl/worksheets/sheet1.xml");
  Book empty("");
  Book hidden(kOneRow);
  hidden.parts["xl/workbook.xml"] =
      Book::workbook(R"(<sheet name="a" state="hidden" r:id="rId1"/>)");
  struct Case {
    std::string bytes, error;
  };
  const Case cases[] = {
      {"", "file_empty"},
      {compound + "old workbook", "file_type_unknown"},
      {compound + stream, "file_encrypted"},
      {locked.finish(), "file_encrypted"},
      {document.finish(), "file_type_unknown"},
      {binary.bytes(), "file_type_unknown"},
      {ZipBuilder().finish(), "file_damaged"},
      {"PK\x03\x04", "file_damaged"},
      {"name,number", "file_damaged"},
      {pieceless.bytes(), "file_damaged"},
      {empty.bytes(), "file_empty"},
      {hidden.bytes(), "file_empty"},
  };
  for (std::size_t at = 0; at < std::size(cases); ++at) {
    EXPECT_EQ(outcome(cases[at].bytes, {.file_name = "A.XLSX"}), cases[at].error) << "case " << at;
  }
  EXPECT_EQ(outcome("<html>", {.file_name = "a.xls"}), "file_type_unknown");
}

TEST(XlsxHostile, damage_is_named_by_its_cell) {
  struct Case {
    std::string rows, where;
  };
  const Case cases[] = {
      {"<row r=\"2\"/><row r=\"2\"/>", "A3"},
      {"<row r=\"x\"/>", "A1"},
      {"<row r=\"0\"/>", "A1"},
      {"<row r=\"2\"><c r=\"B3\"/></row>", "A2"},
      {"<row r=\"2\"><c r=\"b2\"/></row>", "A2"},
      {"<row r=\"2\"><c r=\"XFE2\"/></row>", "A2"},
      {"<row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"B2\"><v>1</v></c></row>", "B2"},
      {"<row r=\"2\"><c r=\"AB2\"><v>1,5</v></c></row>", "AB2"},
      {"<row r=\"2\"><c r=\"C2\"><v>INF</v></c></row>", "C2"},
      {"<row r=\"2\"><c r=\"C2\" t=\"s\"><v>0</v></c></row>", "C2"},
      {"<c/>", "A1"},
      {"<row>", "xl/worksheets/sheet1.xml"},
      {"<row><c t=\"str\"><v>\xC0\xAF</v></c></row>", "xl/worksheets/sheet1.xml"},
      {"&nothing;", "xl/worksheets/sheet1.xml"},
  };
  for (const auto& c : cases) {
    const auto table = fixture::read(Book(c.rows).bytes());
    ASSERT_FALSE(table) << c.rows;
    EXPECT_EQ(table.error().code(), ErrorCode::file_damaged) << c.rows;
    ASSERT_EQ(table.error().details().size(), 1u) << c.rows;
    EXPECT_EQ(table.error().details()[0].value, c.where) << c.rows;
  }
}

// security: FI1
TEST(XlsxHostile, an_archive_that_lies_is_refused) {
  const auto with_sheet = [](const ZipBuilder::Lies& lies, int entries = -1) {
    ZipBuilder zip;
    for (const auto& [name, content] : Book(kOneRow).parts) {
      const bool is_sheet = name == "xl/worksheets/sheet1.xml";
      zip.add(name, content, true, is_sheet ? lies : ZipBuilder::Lies{});
    }
    return zip.finish(entries);
  };
  EXPECT_EQ(outcome(with_sheet({})), "ok");
  EXPECT_EQ(outcome(with_sheet({.unpacked_bytes = 10})), "file_damaged");
  EXPECT_EQ(outcome(with_sheet({.unpacked_bytes = 100'000})), "file_damaged");
  EXPECT_EQ(outcome(with_sheet({.crc_xor = 1})), "file_damaged");
  EXPECT_EQ(outcome(with_sheet({.method = 12})), "file_damaged");
  EXPECT_EQ(outcome(with_sheet({}, 900)), "file_damaged");
  EXPECT_EQ(outcome(with_sheet({.unpacked_bytes = 0xFFFFFFF0})), "file_too_large");
  ZipBuilder twice;
  for (const auto& [name, content] : Book(kOneRow).parts) twice.add(name, content);
  twice.add("XL/worksheets/sheet1.xml", Book::sheet(kOneRow));
  EXPECT_EQ(outcome(twice.finish()), "file_damaged");
}

// security: FI1
TEST(XlsxHostile, limits_hold_at_their_last_and_first_value) {
  const auto row = [](int number, std::string_view place) {
    return "<row r=\"" + std::to_string(number) + "\"><c r=\"" + std::string(place) +
           "\"><v>1</v></c></row>";
  };
  const auto text_of = [](std::size_t bytes) {
    return "<row><c t=\"str\"><v>" + std::string(bytes, 'a') + "</v></c></row>";
  };
  struct Case {
    std::string allowed, refused;
    Limits limits;
    std::string what;
  };
  const std::string many = "<row><c/><c/><c><v>1</v></c></row>";
  const Case cases[] = {
      {row(9, "A9"), row(10, "A10"), {.rows = 9}, "行数"},
      {row(1'048'576, "A1048576"), row(1'048'577, "A1048577"), {}, "行数"},
      {row(1, "AMJ1"), row(1, "AMK1"), {}, "列数"},
      {many, many + "<row><c/></row>", {.cells = 3}, "单元格数"},
      {text_of(100), text_of(101), {.cell_bytes = 100}, "一格里的文字"},
      {text_of(100),
       text_of(60) + "<row><c t=\"str\"><v>" + std::string(60, 'b') + "</v></c><c t=\"str\"><v>" +
           std::string(60, 'c') + "</v></c></row>",
       {.row_bytes = 100},
       "一行里的文字"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(outcome(Book(c.allowed).bytes(), {.limits = c.limits}), "ok") << c.what;
    const auto table = fixture::read(Book(c.refused).bytes(), {.limits = c.limits});
    ASSERT_FALSE(table) << c.what;
    EXPECT_EQ(table.error().code(), ErrorCode::file_too_large) << c.what;
    EXPECT_EQ(table.error().details()[0].value, c.what);
  }
}

// security: FI1
TEST(XlsxHostile, limits_of_the_archive_hold_at_their_last_and_first_value) {
  Book book(kOneRow);
  const auto parts = book.parts.size();
  const auto bytes = book.bytes();
  EXPECT_EQ(outcome(bytes, {.limits = {.entries = parts}}), "ok");
  EXPECT_EQ(outcome(bytes, {.limits = {.entries = parts - 1}}), "file_too_large");
  EXPECT_EQ(outcome(bytes, {.limits = {.file_bytes = bytes.size()}}), "ok");
  EXPECT_EQ(outcome(bytes, {.limits = {.file_bytes = bytes.size() - 1}}), "file_too_large");
  std::uint64_t unpacked = 0;
  for (const auto& [name, content] : book.parts) unpacked += content.size();
  EXPECT_EQ(outcome(bytes, {.limits = {.unpacked_bytes = unpacked}}), "ok");
  EXPECT_EQ(outcome(bytes, {.limits = {.unpacked_bytes = unpacked - 1}}), "file_too_large");
  book.shared("<si><t>12345</t></si><si><t>67890</t></si>");
  EXPECT_EQ(outcome(book.bytes(), {.limits = {.shared_text_bytes = 10}}), "ok");
  EXPECT_EQ(outcome(book.bytes(), {.limits = {.shared_text_bytes = 9}}), "file_too_large");
}

// The greatest resident memory since the last call of forget_peak, in MB.
long peak_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6)) / 1'024;
  }
  return -1;
}
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

// A workbook that would cost much if it were read to its end. Where it is refused on the way, its
// size is a little over what the refusal needs; where nothing is wrong with it, nearly all that FI1
// allows.
struct Bomb {
  std::string_view name, error;
  Book (*make)();
};

constexpr std::size_t kWholeBytes = 190u << 20;
constexpr std::size_t kManyBytes = 40u << 20;
constexpr std::size_t kSomeBytes = 4u << 20;

Book different_names() {
  std::string names;
  for (int at = 0; names.size() < kSomeBytes; ++at) names += "<x" + std::to_string(at) + "/>";
  return Book(names);
}

// A thousand merged columns of long texts over a million rows.
Book merged_fill() {
  std::string first_row, ranges;
  for (std::uint32_t column = 1; column < 1'000; ++column) {
    std::string letters;
    for (auto rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
      letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
    }
    first_row += "<c r=\"" + letters + "1\" t=\"str\"><v>" + std::string(4'000, 'a') + "</v></c>";
    ranges += "<mergeCell ref=\"" + letters + "1:" + letters + "1048576\"/>";
  }
  return Book("<row>" + first_row + "</row>" + repeated("<row><c><v>1</v></c></row>", kSomeBytes),
              "<mergeCells>" + ranges + "</mergeCells>");
}

const Bomb kBombs[] = {
    {"cells", "file_too_large",
     [] { return Book("<row>" + repeated("<c/>", kManyBytes) + "</row>"); }},
    {"rows", "file_too_large", [] { return Book(repeated(kOneRow, kManyBytes)); }},
    {"one text", "file_too_large",
     [] {
       return Book("<row><c t=\"str\"><v>" + std::string(kSomeBytes, 'a') + "</v></c></row>");
     }},
    {"one name", "file_damaged", [] { return Book("<" + std::string(kSomeBytes, 'a') + "/>"); }},
    {"one comment", "file_damaged",
     [] { return Book("<!--" + std::string(kSomeBytes, 'a') + "-->"); }},
    {"depth", "file_damaged", [] { return Book(repeated("<a>", kSomeBytes)); }},
    {"different names", "file_damaged", &different_names},
    {"shared texts", "file_too_large",
     [] {
       const auto item = "<si><t>" + std::string(1'000, 'a') + "</t></si>";
       return Book(kOneRow).shared(repeated(item, 2 * kManyBytes));
     }},
    {"shared nothing", "file_too_large",
     [] { return Book(kOneRow).shared(repeated("<si/>", kManyBytes)); }},
    {"merged ranges", "file_too_large",
     [] {
       const auto ranges = repeated("<mergeCell ref=\"A1:A9\"/>", kManyBytes);
       return Book(kOneRow, "<mergeCells>" + ranges + "</mergeCells>");
     }},
    {"merged fill", "file_too_large", &merged_fill},
    {"blanks", "ok", [] { return Book(kOneRow + std::string(kWholeBytes, ' ')); }},
    {"unknown elements", "ok",
     [] { return Book(kOneRow + repeated("<zz a=\"\"/>", kWholeBytes)); }},
};

std::string read_outcome(std::string_view bytes) {
  auto sheet = Sheet::open(fixture::span_of(bytes), {.file_name = "a.xlsx"});
  if (!sheet) return std::string(error_entry(sheet.error().code()).name);
  const auto counts = sheet->for_each_row([](auto, auto) -> Result<Next> { return Next::more; });
  return counts ? "ok" : std::string(error_entry(counts.error().code()).name);
}

TEST(XlsxHostile, a_file_that_is_refused_once_is_refused_when_read_again) {
  const auto book = Book(R"(<row r="1"><c r="A1"><v>1</v></c></row>)",
                         R"(<mergeCells><mergeCell ref="A0:A3"/></mergeCells>)");
  const auto bytes = book.bytes();
  auto sheet = Sheet::open(fixture::span_of(bytes), {});
  ASSERT_TRUE(sheet);
  const auto pass = [](std::uint32_t, std::span<const Cell>) -> Result<Next> { return Next::more; };
  for (int reading = 0; reading < 2; ++reading) {
    const auto counts = sheet->for_each_row(pass);
    ASSERT_FALSE(counts) << reading;
    EXPECT_EQ(counts.error().code(), ErrorCode::file_damaged);
  }
}

// security: FI1
TEST(XlsxHostile, bombs_cost_at_most_200_mb_and_5_seconds) {
#ifdef WANGDI_SANITIZED
  GTEST_SKIP() << "memory and time are measured without sanitizers";
#endif
  for (const auto& bomb : kBombs) {
    auto book = std::make_unique<Book>(bomb.make());
    book->deflated = true;
    const auto bytes = book->bytes();
    book.reset();
    ::malloc_trim(0);
    ASSERT_LT(bytes.size(), limits::kUploadBytes) << bomb.name;
    forget_peak();
    const auto before = peak_mb();
    const auto start = std::clock();
    EXPECT_EQ(read_outcome(bytes), bomb.error) << bomb.name;
    const auto seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    const auto memory = peak_mb() - before + static_cast<long>(bytes.size() >> 20);
    EXPECT_LE(seconds, 5.0) << bomb.name;
    EXPECT_LE(memory, 200) << bomb.name;
    std::printf("  %-18.*s %6.2f CPU s %4ld MB\n", static_cast<int>(bomb.name.size()),
                bomb.name.data(), seconds, memory);
  }
}

}  // namespace
}  // namespace wangdi::sheet
