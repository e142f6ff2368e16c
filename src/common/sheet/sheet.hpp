// SPDX-License-Identifier: Apache-2.0
// Reading a table file, .xlsx or .csv, row by row from bytes in memory. What the file is is told
// from its content, not its name. A file beyond a limit or with a forbidden part is refused whole;
// how many rows were read is told exactly (security requirements FI1 and FI2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "common/sheet/cell.hpp"

namespace wangdi::sheet {

// What a file may cost. The defaults are the limits of FI1 and those of the format itself.
struct Limits {
  std::size_t file_bytes = limits::kUploadBytes;
  std::uint64_t unpacked_bytes = 200u << 20;  // all parts of the archive together
  std::size_t entries = 1'000;                // parts of the archive
  std::size_t cells = 5'000'000;              // of the sheet, styled empty ones included
  std::uint32_t rows = 1'048'576;
  std::uint32_t columns = 1'024;       // up to the last one with content
  std::size_t cell_bytes = 128 << 10;  // 32,767 characters of up to four bytes
  std::size_t row_bytes = 4 << 20;
  std::size_t shared_text_bytes = 64u << 20;  // texts that several cells of a workbook share
  std::size_t merged_ranges = 1'000'000;
};

struct OpenOptions {
  // Only its ending is looked at, and only to tell a text file from something else.
  std::string_view file_name = {};
  std::string_view sheet_name = {};  // empty: the first visible sheet; a CSV has no named sheets
  Limits limits = {};
};

enum class Format : std::uint8_t { xlsx = 1, csv = 2 };
enum class Next : std::uint8_t { more, stop };

struct Counts {
  std::uint32_t rows = 0;      // handed to the callback
  std::uint32_t last_row = 0;  // the highest row number among them
  std::size_t cells = 0;       // read, empty ones included
  bool whole = true;           // false when the callback stopped the reading
};

// `row` is the number the spreadsheet shows, from 1; rows without content are passed over. `cells`
// runs from the first column to the last with content, empty ones between.
using RowCallback = std::function<Result<Next>(std::uint32_t row, std::span<const Cell> cells)>;

class RowSource;

class Sheet {
 public:
  // The bytes must outlive the sheet. Errors: file_too_large, file_type_unknown, file_damaged,
  // file_forbidden_part, file_encrypted, file_empty, sheet_missing, text_encoding.
  static Result<Sheet> open(std::span<const std::uint8_t> bytes, const OpenOptions& options);

  Sheet(Sheet&&) noexcept;
  Sheet& operator=(Sheet&&) noexcept;
  ~Sheet();

  Format format() const;
  const std::string& name() const;  // empty for CSV
  // Visible sheets that are not read, for "is this the right one?".
  const std::vector<std::string>& other_sheets() const;
  DateSystem date_system() const;

  // Reads the sheet from its start; may be called again. When it fails, rows handed out before the
  // failure count for nothing: the caller drops what it made of them. An error of the callback ends
  // the reading and is returned. Further errors: as open, and file_empty for a sheet without
  // content.
  Result<Counts> for_each_row(const RowCallback& callback);

 private:
  explicit Sheet(std::unique_ptr<RowSource> source);
  std::unique_ptr<RowSource> source_;
};

}  // namespace wangdi::sheet
