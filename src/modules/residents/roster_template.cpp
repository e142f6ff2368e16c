// SPDX-License-Identifier: Apache-2.0
// The template's words and the writing of findings.
#include "modules/residents/roster_template.hpp"

#include <algorithm>

namespace wangdi::residents {
namespace {

using sheet::Value;

struct Cell {
  Column column;
  std::string_view text;
};
// The number begins with 99, which no region has: nobody's.
constexpr Cell kExample[] = {
    {Column::building, "1幢"},
    {Column::unit, "1"},
    {Column::floor, "3"},
    {Column::room, "301"},
    {Column::state, "有人住"},
    {Column::name, "示例"},
    {Column::document_kind, "居民身份证"},
    {Column::document_number, "999901199003070017"},
    {Column::sex, "男"},
    {Column::birth_date, "1990-03-07"},
    {Column::relation, "户主"},
};

struct Note {
  std::string_view zh, en;
};
constexpr Note kNotes[] = {
    {"第一行数据是示例，留着也不会导入", "The first row is an example; it is not imported"},
    {"一行写一个人；同一户的人，门牌写一样",
     "One person a row; people of one household share a door"},
    {"没人住的房子也写一行，姓名空着", "An empty dwelling has a row too, without a name"},
    {"楼幢要先在系统里登记，名字写得一样", "Buildings are registered first; use the same names"},
    {"没有证件的人，证件类型选“没有证件”", "For people without documents choose \"No document\""},
    {"有身份证号，性别和出生日期可以空着",
     "With an identity number, sex and birth date may stay empty"},
    {"日期写成 2020-02-18", "Write days like 2020-02-18"},
    {"重点群体填了，依据、开始和结束日期都要填",
     "A key group needs its reason, first and last day"},
};
constexpr double kNotesWidth = 44;

template <class E>
std::vector<std::string> choices_of(Language language) {
  std::vector<std::string> titles;
  for (const auto& choice : codec::choices<E>()) {
    titles.emplace_back(language == Language::kChinese ? choice.title_zh : choice.title_en);
  }
  return titles;
}

std::string_view say(Language language, std::string_view zh, std::string_view en) {
  return language == Language::kChinese ? zh : en;
}

std::string_view example_of(Column column) {
  const auto* cell = std::ranges::find(kExample, column, &Cell::column);
  return cell == std::end(kExample) ? std::string_view() : cell->text;
}

}  // namespace

sheet::Column sheet_column(const ColumnText& text, Language language) {
  sheet::Column column{std::string(say(language, text.zh, text.en)), text.width};
  if (text.column == Column::state) column.choices = choices_of<HouseholdState>(language);
  if (text.column == Column::document_kind) column.choices = choices_of<DocumentKind>(language);
  if (text.column == Column::sex) column.choices = choices_of<Sex>(language);
  if (text.column == Column::relation) column.choices = choices_of<Relation>(language);
  return column;
}

Result<std::string> roster_template(Language language) {
  sheet::WriteOptions options;
  options.sheet_name = say(language, "住户名册", "Roster");
  for (const auto& text : column_texts()) options.columns.push_back(sheet_column(text, language));
  options.columns.push_back({std::string(say(language, "怎么填", "How to fill in")), kNotesWidth});
  WD_TRY(auto writer, sheet::open_xlsx_writer(options));
  bool first = true;
  for (const auto& note : kNotes) {
    std::vector<Value> values(kColumns + 1);
    if (first) {
      for (const auto& cell : kExample) {
        values[static_cast<std::size_t>(cell.column)] = cell.text;
      }
    }
    first = false;
    values[kColumns] = say(language, note.zh, note.en);
    WD_TRY([[maybe_unused]] auto added, writer->add(values));
  }
  return writer->finish();
}

bool is_template_example(const Header& header, std::span<const sheet::Cell> cells) {
  // Cheap for real rows: the first column that differs ends it.
  return text_in(header.cell(cells, Column::name)) == example_of(Column::name) &&
         std::ranges::all_of(column_texts(), [&](const ColumnText& text) {
           return text_in(header.cell(cells, text.column)) == example_of(text.column);
         });
}

Result<std::unique_ptr<sheet::TableWriter>> open_findings_writer(Language language) {
  const auto column = [&](std::string_view zh, std::string_view en, double width) {
    return sheet::Column{std::string(say(language, zh, en)), width};
  };
  return sheet::open_xlsx_writer(
      {.sheet_name = std::string(say(language, "要改的", "Findings")),
       .columns = {column("行", "Row", 8), column("门牌", "Door", 22), column("姓名", "Name", 12),
                   column("证件号", "Document number", 22), column("哪一项", "Field", 24),
                   column("写的是", "Written", 24), column("为什么", "Why", 44),
                   column("怎么办", "What to do", 44)}});
}

Status add_error(sheet::TableWriter& writer, const ImportError& error) {
  const Value values[] = {error.row,
                          std::string_view(error.door),
                          std::string_view(error.name),
                          std::string_view(error.number),
                          std::string_view(error.field),
                          std::string_view(error.written),
                          std::string_view(error.why),
                          std::string_view(error.advice)};
  return writer.add(values);
}

Status add_duplicate(sheet::TableWriter& writer, const ImportDuplicate& duplicate,
                     Language language) {
  const auto why =
      std::string(say(language, "可能重复，已有：", "Maybe a duplicate of: ")) + duplicate.existing;
  const Value values[] = {
      duplicate.row,
      {},
      {},
      {},
      std::string_view(duplicate.kind),
      std::string_view(duplicate.incoming),
      std::string_view(why),
      say(language, "是同一个就删掉这一行；是两个人，就填上各自的证件号再导",
          "If it is the same, delete this row; if they are two people, fill in both documents")};
  return writer.add(values);
}

}  // namespace wangdi::residents
