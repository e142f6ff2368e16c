// SPDX-License-Identifier: Apache-2.0
// A CSV file, gzip or plain, read row by row in bounded memory. Columns are asked for by their name
// in the header, since their order differs from file to file; quoting is RFC 4180, so a field may
// hold commas, line breaks and doubled quotes. Values stay text: a code is never a number here.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

struct gzFile_s;

namespace wangdi::regions {

inline constexpr std::size_t kCsvFieldBytesMax = 1024;
inline constexpr std::size_t kCsvFieldsMax = 32;
inline constexpr std::size_t kCsvFileBytesMax = 512u << 20;  // unpacked

class CsvFile {
 public:
  // Errors: tree_refused naming the file and the place: it cannot be read, or its header lacks a
  // column or has it twice.
  static Result<CsvFile> open(const std::string& path, std::span<const std::string_view> columns);

  // Reads the next row; false at the end. Errors: tree_refused {where: file:line, why}: a quote
  // that does not close or stands inside a field, another number of fields than the header, a field
  // that is too long or no UTF-8, a damaged or endless file.
  Result<bool> next();
  // The field of a column, in the order in which columns were asked for; valid until next().
  std::string_view field(std::size_t column) const {
    const auto [begin, end] = fields_[positions_[column]];
    return std::string_view(row_).substr(begin, end - begin);
  }
  // An error about the present row.
  Error refused(std::string_view why) const;

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  enum class Stop : std::uint8_t { kField, kRow, kEnd };

  CsvFile(std::string name, gzFile_s* file);

  bool refill();
  int take();  // the next byte, -1 at the end or when the file is damaged
  bool append_until(std::string_view stops);
  Result<Stop> read_field();
  Result<Stop> read_quoted();
  Result<bool> read_row();
  bool splits_a_character() const;
  Status find_columns(std::span<const std::string_view> columns);

  std::string name_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, filled_ = 0, total_ = 0;
  bool damaged_ = false;
  std::size_t line_ = 1, row_line_ = 1;
  std::string row_;  // the fields of the row, one after the other
  std::vector<std::pair<std::size_t, std::size_t>> fields_;
  std::vector<std::size_t> positions_;
  std::size_t header_fields_ = 0;
};

}  // namespace wangdi::regions
