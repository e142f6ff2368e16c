// SPDX-License-Identifier: Apache-2.0
// What a workbook says beside its rows: forbidden parts, which part holds which sheet, number
// formats, texts shared by cells, merged ranges.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "common/sheet/archive.hpp"
#include "common/sheet/arena.hpp"
#include "common/sheet/number_format.hpp"

namespace wangdi::sheet {

// Refuses macros, embedded objects, data connections and links to other files (a hyperlink in a
// cell is no such link: nothing follows it). Errors: file_forbidden_part; file_type_unknown for
// another kind of archive.
Status check_parts(Archive& archive);

struct WorkbookSheet {
  std::string name;
  std::string part;  // name of the part that holds its rows
  bool visible = true;
};

struct Workbook {
  std::vector<WorkbookSheet> sheets;     // in the order of their tabs; only those with rows
  std::string styles_part, shared_part;  // empty when there is none
  DateSystem dates = DateSystem::from_1900;
};
Result<Workbook> read_workbook(Archive& archive);

// Formats by the style number of a cell; an unknown number reads as "General".
class Styles {
 public:
  static Result<Styles> read(Archive& archive, std::string_view part_name);
  const NumberFormat& of(std::uint32_t style) const;

 private:
  NumberFormat general_;
  std::vector<NumberFormat> formats_;    // different ones
  std::vector<std::uint32_t> of_style_;  // style -> place in formats_
};

class SharedStrings {
 public:
  SharedStrings() : texts_(1 << 20) {}
  Status read(Archive& archive, std::string_view part_name, const Limits& limits);
  std::size_t count() const { return starts_.size(); }
  std::string_view at(std::size_t index) const { return {starts_[index], sizes_[index]}; }

 private:
  friend class SharedStringsHandler;
  Arena texts_;
  // There may be millions: two tables take 12 bytes a text where a view takes 16.
  std::deque<const char*> starts_;
  std::deque<std::uint32_t> sizes_;
};

// A merged range of more than one row; those within one row need no reader.
struct MergedRange {
  std::uint32_t column = 0;  // its first, from 0
  std::uint32_t first_row = 0, last_row = 0;
};
// Ordered by first row.
Result<std::vector<MergedRange>> read_merged_ranges(Archive& archive, const Part& part,
                                                    const Limits& limits);

// B12 -> column 1, row 12. A missing row reads as 0. False for anything else.
struct CellPlace {
  std::uint32_t column = 0, row = 0;
};
bool parse_reference(std::string_view text, CellPlace& place);

// Replaces the file format's _x000D_ for a character by the character.
void unescape(std::string& text);

}  // namespace wangdi::sheet
