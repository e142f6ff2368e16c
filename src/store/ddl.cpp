// SPDX-License-Identifier: Apache-2.0
// Builders of the generated statements.
#include "store/ddl.hpp"

namespace wangdi::store::ddl {
namespace {

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return "bigint";
    case ColumnType::kReal:
      return "double precision";
    case ColumnType::kText:
      return "text";
    case ColumnType::kBlob:
      return "bytea";
  }
  return "text";
}

std::string names(const TableInfo& table, std::size_t from, std::size_t to) {
  std::string text;
  for (std::size_t i = from; i < to; ++i) {
    if (i != from) text += ", ";
    text += table.columns[i].name;
  }
  return text;
}

std::string parameters(std::size_t count) {
  std::string text;
  for (std::size_t i = 1; i <= count; ++i) text += (i == 1 ? "$" : ", $") + std::to_string(i);
  return text;
}

std::string by_key(const TableInfo& table, std::size_t bound) {
  std::string text;
  for (std::size_t i = 0; i < bound; ++i) {
    text += (i == 0 ? " WHERE " : " AND ") + std::string(table.columns[i].name) + " = $" +
            std::to_string(i + 1);
  }
  return text;
}

std::string on_conflict(const TableInfo& table, BulkMode mode) {
  std::string text = " ON CONFLICT (" + names(table, 0, table.key_columns) + ") DO ";
  if (table.key_columns == table.columns.size()) return text + "NOTHING";
  text += "UPDATE SET ";
  for (std::size_t i = table.key_columns; i < table.columns.size(); ++i) {
    const std::string name(table.columns[i].name);
    if (i != table.key_columns) text += ", ";
    text += name + " = ";
    if (mode == BulkMode::kAdd) text += std::string(table.name) + "." + name + " + ";
    text += "excluded." + name;
  }
  return text;
}

// One look into an index for each wanted row: OFFSET keeps the inner part as it is, whatever is
// believed of the table's size. With = ANY the server looks through a whole district that its
// statistics do not know.
std::string look_for(const TableInfo& table, std::span<const Column> columns,
                     std::string_view distinct, Districts districts) {
  const std::size_t first = districts == Districts::one ? 1 : 0;
  std::string arrays, wanted, tied;
  for (std::size_t i = first; i < columns.size(); ++i) {
    const std::string column(columns[i].name);
    arrays += (i == first ? "$" : ", $") + std::to_string(i + 1 - first) +
              "::" + std::string(type_name(columns[i].type)) + "[]";
    wanted += (i == first ? "" : ", ") + column;
    tied += (i == first ? "" : " AND ") + ("kept." + column) + " = wanted." + column;
  }
  if (first == 1) {
    tied = "kept." + std::string(columns[0].name) + " = $" + std::to_string(columns.size()) +
           " AND " + tied;
  }
  return "SELECT found.* FROM (SELECT " + std::string(distinct) + wanted + " FROM unnest(" +
         arrays + ") AS every(" + wanted + ")) AS wanted CROSS JOIN LATERAL (SELECT " +
         names(table, 0, table.columns.size()) + " FROM " + std::string(table.name) +
         " AS kept WHERE " + tied + " OFFSET 0) AS found";
}

}  // namespace

std::string create_table(const TableInfo& table, const Dialect& dialect) {
  std::string text = "CREATE TABLE IF NOT EXISTS " + std::string(table.name) + " (";
  for (const auto& column : table.columns) {
    const auto type = column.type == ColumnType::kText ? dialect.text_type : type_name(column.type);
    text += std::string(column.name) + " " + std::string(type) +
            (column.nullable ? "" : " NOT NULL") + ", ";
  }
  return text + "PRIMARY KEY (" + names(table, 0, table.key_columns) + "))" +
         std::string(dialect.table_suffix);
}

std::string create_index(const TableInfo& table, const Index& index) {
  return std::string(index.unique ? "CREATE UNIQUE INDEX" : "CREATE INDEX") + " IF NOT EXISTS " +
         std::string(table.name) + "_" + std::string(index.name) + " ON " +
         std::string(table.name) + " (" + std::string(index.columns) + ")";
}

std::string add_column(const TableInfo& table, const Column& column, const Dialect& dialect) {
  const auto type = column.type == ColumnType::kText ? dialect.text_type : type_name(column.type);
  const bool is_number = column.type == ColumnType::kInteger || column.type == ColumnType::kReal;
  return "ALTER TABLE " + std::string(table.name) + " ADD COLUMN " + std::string(column.name) +
         " " + std::string(type) +
         (column.nullable ? "" : std::string(" NOT NULL DEFAULT ") + (is_number ? "0" : "''"));
}

std::string drop_column(std::string_view table, std::string_view column) {
  return "ALTER TABLE " + std::string(table) + " DROP COLUMN " + std::string(column);
}

std::string rename_column(std::string_view table, std::string_view from, std::string_view to) {
  return "ALTER TABLE " + std::string(table) + " RENAME COLUMN " + std::string(from) + " TO " +
         std::string(to);
}

std::string drop_index(std::string_view table, std::string_view index) {
  return "DROP INDEX IF EXISTS " + std::string(table) + "_" + std::string(index);
}

std::string drop_table(std::string_view table) { return "DROP TABLE " + std::string(table); }

std::string row_statement(const TableInfo& table, BulkMode mode) {
  const std::string name(table.name);
  if (mode == BulkMode::kErase) return "DELETE FROM " + name + by_key(table, table.key_columns);
  const auto insert = "INSERT INTO " + name + " (" + names(table, 0, table.columns.size()) +
                      ") VALUES (" + parameters(table.columns.size()) + ")";
  return mode == BulkMode::kInsert ? insert : insert + on_conflict(table, mode);
}

std::string array_statement(const TableInfo& table, BulkMode mode) {
  const std::string name(table.name);
  const auto columns = mode == BulkMode::kErase ? table.key_columns : table.columns.size();
  std::string arrays;
  for (std::size_t i = 0; i < columns; ++i) {
    arrays += (i == 0 ? "$" : ", $") + std::to_string(i + 1) +
              "::" + std::string(type_name(table.columns[i].type)) + "[]";
  }
  if (mode != BulkMode::kErase) {
    const auto insert = "INSERT INTO " + name + " (" + names(table, 0, columns) +
                        ") SELECT * FROM unnest(" + arrays + ")";
    return mode == BulkMode::kInsert ? insert : insert + on_conflict(table, mode);
  }
  std::string text = "DELETE FROM " + name + " USING unnest(" + arrays + ") AS gone(" +
                     names(table, 0, columns) + ")";
  for (std::size_t i = 0; i < columns; ++i) {
    const std::string column(table.columns[i].name);
    text += (i == 0 ? " WHERE " : " AND ") + name + "." + column + " = gone." + column;
  }
  return text;
}

std::string select_by_key(const TableInfo& table, std::size_t bound) {
  return "SELECT " + names(table, 0, table.columns.size()) + " FROM " + std::string(table.name) +
         by_key(table, bound) + " ORDER BY " + names(table, 0, table.key_columns);
}

std::string select_by_values(const TableInfo& table, std::size_t column, Districts districts) {
  const Column columns[] = {table.columns[0], table.columns[column]};
  return look_for(table, columns, "DISTINCT ", districts);
}

std::string select_by_keys(const TableInfo& table, std::size_t bound, Districts districts) {
  return look_for(table, table.columns.first(bound), "", districts);
}

std::string place(const TableInfo& table, Placement placement) {
  const auto name = "'" + std::string(table.name) + "'";
  const auto call =
      placement == Placement::everywhere
          ? "create_reference_table(" + name + ")"
          : "create_distributed_table(" + name + ", '" + std::string(table.columns[0].name) + "')";
  return "SELECT " + call +
         " WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = " + name +
         "::regclass)";
}

std::string erase_all(const TableInfo& table) { return "DELETE FROM " + std::string(table.name); }

}  // namespace wangdi::store::ddl
