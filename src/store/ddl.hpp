// SPDX-License-Identifier: Apache-2.0
// SQL text that follows from a table's description. Kept apart from the engines because both speak
// the same subset.
#pragma once

#include <string>

#include "store/engine.hpp"

namespace wangdi::store::ddl {

// `suffix` is what the engine appends after the closing bracket (SQLite: WITHOUT ROWID).
std::string create_table(const TableInfo& table, std::string_view suffix);
std::string create_index(const TableInfo& table, const Index& index);
std::string row_statement(const TableInfo& table, BulkMode mode);
std::string erase_all(const TableInfo& table);
// SELECT of all columns by the first `bound` key columns, in key order.
std::string select_by_key(const TableInfo& table, std::size_t bound);

}  // namespace wangdi::store::ddl
