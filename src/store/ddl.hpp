// SPDX-License-Identifier: Apache-2.0
// SQL text that follows from a table's description. Kept apart from the engines because both speak
// the same subset, but for the form of a bulk write.
#pragma once

#include <string>

#include "store/engine.hpp"

namespace wangdi::store::ddl {

// What the engines write differently.
struct Dialect {
  std::string_view text_type;     // PostgreSQL orders text by bytes only with COLLATE "C"
  std::string_view table_suffix;  // after the closing bracket
};
inline constexpr Dialect kSqlite{"text", " WITHOUT ROWID"};
inline constexpr Dialect kPostgres{"text COLLATE \"C\"", ""};

std::string create_table(const TableInfo& table, const Dialect& dialect);
std::string create_index(const TableInfo& table, const Index& index);
// What changes a table that is there: a column more, which holds nothing, 0 or an empty text in old
// rows; a column less; another name of one; an index less; the whole table.
std::string add_column(const TableInfo& table, const Column& column, const Dialect& dialect);
std::string drop_column(std::string_view table, std::string_view column);
std::string rename_column(std::string_view table, std::string_view from, std::string_view to);
std::string drop_index(std::string_view table, std::string_view index);
std::string drop_table(std::string_view table);
std::string row_statement(const TableInfo& table, BulkMode mode);
// The same for many rows: each column is one array parameter, in column order.
std::string array_statement(const TableInfo& table, BulkMode mode);
std::string erase_all(const TableInfo& table);
// Whose rows a statement on many rows may touch: of one district, so that a cluster finds its
// machine, or of any, with the district as the first array.
enum class Districts : std::uint8_t { one, any };
// SELECT of all columns by the district and an array of values of another column, which may be
// there twice. Parameters: the array, the district; of any district: two arrays.
std::string select_by_values(const TableInfo& table, std::size_t column, Districts districts);
// The same by arrays of the key columns 1 .. `bound` - 1 and, as the last parameter, the district;
// of any district: by arrays of the key columns 0 .. `bound` - 1.
std::string select_by_keys(const TableInfo& table, std::size_t bound, Districts districts);

// Where a cluster keeps a table: the rows of a district together on one machine, or all rows on
// each machine, for what every district reads.
enum class Placement : std::uint8_t { by_district, everywhere };
// Hands a table that is there to Citus, unless it has it.
std::string place(const TableInfo& table, Placement placement);
// SELECT of all columns by the first `bound` key columns, in key order.
std::string select_by_key(const TableInfo& table, std::size_t bound);

}  // namespace wangdi::store::ddl
