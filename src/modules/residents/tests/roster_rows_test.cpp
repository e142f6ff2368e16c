// SPDX-License-Identifier: Apache-2.0
// Every way a row of a roster can be wrong, as a table; headers; what is shown of a wrong value.
#include <fstream>

#include "base/text.hpp"
#include "modules/residents/roster_row.hpp"
#include "modules/residents/roster_template.hpp"
#include "modules/residents/tests/roster_fixture.hpp"

namespace wangdi::residents {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Buildings two_buildings() {
  std::vector<regions::BuildingFacts> buildings;
  for (std::size_t i = 0; i < 2; ++i) {
    buildings.push_back(
        {building_of(i), testing::region(kGrids[0]), std::to_string(i + 1) + "幢", 1, 6, 2});
  }
  return Buildings(std::move(buildings));
}

std::string verdict(const Buildings& buildings, std::string cells) {
  std::ranges::replace(cells, ',', '\x01');
  std::ranges::replace(cells, '|', ',');
  for (std::size_t at; (at = cells.find('\x01')) != std::string::npos;) cells.replace(at, 1, "，");
  const auto file = std::string(kHeaderLine) + cells + "\n";
  auto sheet = testing::Harness::must(sheet::Sheet::open(bytes_of(file), {}));
  const RowReader reader(buildings, sheet.date_system(), *CivilDate::parse("2020-02-18"));
  std::optional<Header> header;
  std::string found;
  testing::Harness::must(sheet.for_each_row(
      [&](std::uint32_t, std::span<const sheet::Cell> row) -> Result<sheet::Next> {
        if (!header) {
          header = testing::Harness::must(Header::read(row));
          return sheet::Next::more;
        }
        for (const auto& error : reader.read(*header, row).errors) {
          if (!found.empty()) found += ", ";
          found += column_text(error.column).zh;
          found += " ";
          found += error_entry(error.code).name;
        }
        return sheet::Next::more;
      }));
  return found.empty() ? "ok" : found;
}

TEST(RosterRows, given_each_row_of_the_table_when_read_then_exactly_these_errors_are_named) {
  std::ifstream cases(WANGDI_SOURCE_DIR "/src/modules/residents/tests/cases/roster_rows.txt");
  const auto buildings = two_buildings();
  std::size_t count = 0;
  for (std::string line; std::getline(cases, line);) {
    const auto arrow = line.find("=>");
    if (line.empty() || line[0] == '#' || arrow == std::string::npos) continue;
    ++count;
    EXPECT_EQ(verdict(buildings, std::string(text::trim(line.substr(0, arrow)))),
              text::trim(std::string_view(line).substr(arrow + 2)))
        << line;
  }
  EXPECT_GT(count, 40u);
}

TEST(RosterRows,
     given_two_buildings_of_one_short_name_when_searched_then_only_the_whole_name_finds) {
  Buildings buildings({{building_of(0), testing::region(kGrids[0]), "1幢", 1, 6, 2},
                       {building_of(1), testing::region(kGrids[0]), "1号楼", 1, 6, 2}});
  EXPECT_EQ(buildings.find("1"), nullptr);
  ASSERT_NE(buildings.find("1号楼"), nullptr);
  EXPECT_EQ(buildings.find("1号楼")->building, building_of(1));
  EXPECT_EQ(buildings.find("１幢")->building, building_of(0));  // full-width digit
}

TEST(RosterRows, given_a_wrong_value_when_shown_then_what_is_personal_is_masked) {
  const auto shown = [](std::string_view text, Column column) {
    return written_in({sheet::CellKind::text, text, text}, column);
  };
  EXPECT_EQ(shown("赵钱孙", Column::name), "赵*孙");
  EXPECT_EQ(shown("999901199003070018", Column::document_number), "999***********0018");
  EXPECT_EQ(shown("1380000000", Column::phone), "13****0000");
  EXPECT_EQ(shown("1990年2月30日", Column::birth_date), "****年2月30日");
  EXPECT_EQ(shown("9幢", Column::building), "9幢");
}

class RosterHeader : public Importing {
 protected:
  std::string failure(std::string_view bytes) {
    const auto trial = try_file(bytes);
    if (trial) return counts(*trial);
    std::string text(error_entry(trial.error().code()).name);
    for (const auto& detail : trial.error().details()) text += " " + detail.value;
    return text;
  }
};

TEST_F(RosterHeader, given_titles_above_and_other_names_when_read_then_the_header_is_found) {
  EXPECT_EQ(failure("养育巷社区住户名册\n制表日期,2020-02-17\n"
                    "序号,楼栋（必填）,单元号,房号*,住户姓名,身份证号码,联系电话\n"
                    "1,1幢,1,301,甲某,999901199003070017,13800000001\n"),
            "1(0)+0+0=1");
  EXPECT_EQ(must_try("序号,楼栋,单元号,房号,姓名,证件号\n1,1幢,1,301,甲某,999901199003070017\n")
                .columns_ignored.items,
            std::vector<std::string>{"序号"});
}

TEST_F(RosterHeader, given_no_header_or_a_wrong_one_when_tried_then_the_whole_file_is_refused) {
  EXPECT_EQ(failure("甲,乙\n丙,丁\n"), "header_missing 10 楼幢");
  std::string late;
  for (std::uint32_t i = 0; i < kHeaderRows; ++i) late += "名册\n";
  EXPECT_EQ(failure(late + std::string(kHeaderLine) + "1幢,1,3,301\n"), "header_missing 10 楼幢");
  EXPECT_EQ(failure("楼幢,单元,姓名,证件号\n1幢,1,甲某,\n"), "column_missing 室号");
  EXPECT_EQ(failure("楼幢,单元,室号,证件号\n1幢,1,301,\n"), "column_missing 姓名");
  EXPECT_EQ(failure("楼幢,单元,室号,姓名,电话,手机\n1幢,1,301,甲某,,\n"), "column_duplicate 手机");
  EXPECT_EQ(failure(kHeaderLine), "file_empty");
  EXPECT_EQ(failure(std::string(kHeaderLine) + ",,,\n"), "file_empty");
  EXPECT_EQ(failure("PK\x03\x04"), "file_damaged zip");
}

TEST_F(RosterHeader, given_the_template_when_tried_as_it_is_then_it_has_a_header_and_no_rows) {
  for (const auto language : {Language::kChinese, Language::kEnglish}) {
    const auto bytes = testing::Harness::must(roster_template(language));
    EXPECT_EQ(failure(bytes), "file_empty");
    const auto rows = cells_of(bytes);
    EXPECT_EQ(rows.front().size(), kColumns + 1);
    EXPECT_EQ(rows.at(1).at(static_cast<std::size_t>(Column::document_number)),
              "999901199003070017");
  }
}

}  // namespace
}  // namespace wangdi::residents
