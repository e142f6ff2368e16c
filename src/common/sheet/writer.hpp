// SPDX-License-Identifier: Apache-2.0
// Writing a table file, .xlsx or .csv, row by row. Cells are typed, so that a text never becomes a
// formula (security requirement FI3), and a long number kept as text stays whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/civil_date.hpp"
#include "base/result.hpp"

namespace wangdi::sheet {

// Nothing, text, whole number, number, day, yes or no. Whole numbers beyond fifteen digits are
// written as text, for a spreadsheet would round them.
using Value = std::variant<std::monostate, std::string_view, std::int64_t, double, CivilDate, bool>;

struct Column {
  std::string title;
  double width = 12;                      // in characters of the standard font; xlsx only
  std::vector<std::string> choices = {};  // offered as a list in the column's cells; xlsx only
};

// Who took these data out, when and what for: the first line of the file and, in xlsx, the foot of
// every printed page.
struct Watermark {
  std::string account, time, purpose;
};

struct WriteOptions {
  std::string sheet_name =
      {};  // xlsx only; at most 31 characters, none of []:*?/\ (not checked twice)
  std::vector<Column> columns;
  std::optional<Watermark> watermark = std::nullopt;
  // Where xlsx keeps its working files, in a folder of its own that goes with the writer. Empty: in
  // memory (/dev/shm) where the machine has it, else the system's folder for temporary files.
  std::string folder = {};
};

class TableWriter {
 public:
  virtual ~TableWriter() = default;
  // The next row, at most one value a column. Errors: field_text_invalid (not UTF-8),
  // field_too_long (over 32,767 characters), file_too_large (beyond the rows of a sheet),
  // storage_failed. After an error the file is of no use.
  virtual Status add(std::span<const Value> values) = 0;
  // The bytes of the file; the writer is at its end then.
  virtual Result<std::string> finish() = 0;
};

// The header row is written at once: bold on grey, kept in sight when scrolling. Cells of text are
// formatted as text, empty ones below the last row too, so that numbers typed there stay whole.
Result<std::unique_ptr<TableWriter>> open_xlsx_writer(const WriteOptions& options);

// UTF-8 with byte order mark, commas, CRLF. Text that a spreadsheet would take for a formula gets
// an apostrophe in front.
Result<std::unique_ptr<TableWriter>> open_csv_writer(const WriteOptions& options);

}  // namespace wangdi::sheet
