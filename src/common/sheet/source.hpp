// SPDX-License-Identifier: Apache-2.0
// Inside this room: what each file format offers, and the errors both report.
#pragma once

#include <string>
#include <vector>

#include "common/sheet/sheet.hpp"

namespace wangdi::sheet {

class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual Format format() const = 0;
  virtual const std::string& name() const = 0;
  virtual const std::vector<std::string>& other_sheets() const = 0;
  virtual DateSystem date_system() const = 0;
  virtual Result<Counts> for_each_row(const RowCallback& callback) = 0;
};

Result<std::unique_ptr<RowSource>> open_xlsx(std::span<const std::uint8_t> bytes,
                                             const OpenOptions& options);
Result<std::unique_ptr<RowSource>> open_csv(std::span<const std::uint8_t> bytes,
                                            const OpenOptions& options);

// What is too large, in both languages of the error registry.
struct Amount {
  std::string_view zh, en;
};
inline constexpr Amount kFileAmount{"整个文件", "the file"};
inline constexpr Amount kUnpackedAmount{"解压后的内容", "the unpacked content"};
inline constexpr Amount kEntriesAmount{"压缩包里的部分", "the parts of the archive"};
inline constexpr Amount kCellsAmount{"单元格数", "the number of cells"};
inline constexpr Amount kRowsAmount{"行数", "the number of rows"};
inline constexpr Amount kColumnsAmount{"列数", "the number of columns"};
inline constexpr Amount kCellTextAmount{"一格里的文字", "the text of one cell"};
inline constexpr Amount kRowTextAmount{"一行里的文字", "the text of one row"};
inline constexpr Amount kSharedTextAmount{"全部文字", "all the text"};
inline constexpr Amount kMergedAmount{"合并单元格数", "the number of merged ranges"};

Error too_large(const Amount& what, std::uint64_t limit);       // a number of things
Error too_many_bytes(const Amount& what, std::uint64_t limit);  // told in MB or KB
// `where` is a cell reference such as B12 or the name of a part: never what a cell holds.
Error damaged(std::string where);
// Reference of a cell as a spreadsheet shows it: column from 0, row from 1; (1, 12) is B12.
std::string cell_reference(std::uint32_t column, std::uint32_t row);

}  // namespace wangdi::sheet
