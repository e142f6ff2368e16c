// SPDX-License-Identifier: Apache-2.0
// The columns of a roster sheet: their titles and the other names people give them, where the
// header stands, and how a choice is written in a cell. The template writes these titles, so that
// what is offered and what is read are one table.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "common/sheet/sheet.hpp"
#include "modules/residents/messages.hpp"

namespace wangdi::residents {

enum class Column : std::uint8_t {
  building,
  unit,
  floor,
  room,
  state,
  household_phone,
  household_note,
  name,
  document_kind,
  document_number,
  phone,
  sex,
  birth_date,
  relation,
  key_group,
  key_reason,
  starts_on,
  ends_on,
};
inline constexpr std::size_t kColumns = 18;
// The header is looked for in the first rows with content: titles often stand above it.
inline constexpr std::uint32_t kHeaderRows = 10;

struct ColumnText {
  Column column;
  std::string_view zh, en;
  std::string_view others;  // separated by '|'
  bool required = false;    // the column must be there; its cells may still be empty
  double width = 10;        // in the template and in exports
};
std::span<const ColumnText> column_texts();  // in the order of Column
const ColumnText& column_text(Column column);

class Header {
 public:
  // Nothing when the row is no header. Errors: column_missing, column_duplicate.
  static Result<std::optional<Header>> read(std::span<const sheet::Cell> cells);

  // The cell of a column; an empty one where the row or the sheet lacks it.
  const sheet::Cell& cell(std::span<const sheet::Cell> cells, Column column) const;
  // Titles of columns that are not read.
  const std::vector<std::string>& ignored() const { return ignored_; }

 private:
  std::array<std::int32_t, kColumns> at_{};  // -1: not there
  std::vector<std::string> ignored_;
};

// Trimmed text of a cell.
std::string_view text_in(const sheet::Cell& cell);

// The choice a person wrote: its title in either language, its JSON name, or another common word.
std::optional<HouseholdState> state_in(std::string_view written);
std::optional<DocumentKind> document_kind_in(std::string_view written);
std::optional<Sex> sex_in(std::string_view written);
std::optional<Relation> relation_in(std::string_view written);
std::optional<KeyGroup> key_group_in(std::string_view written);

}  // namespace wangdi::residents
