// SPDX-License-Identifier: Apache-2.0
// The form of a table: its columns, key and indexes as text. A database keeps the forms of its
// tables, so that a program of another version notices a difference before it writes anything.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "codec/describe.hpp"
#include "store/engine.hpp"

namespace wangdi::store {

struct FormRow {
  District district;  // always the nation's
  std::string table_name;
  std::string form;
};
WD_DESCRIBE(FormRow, district, table_name, form)
inline constexpr Table<FormRow, 2> kForm{"table_form", {}, false};

using Forms = std::map<std::string, std::string, std::less<>>;  // by table

// A line each for columns, key and indexes, and one where the journal cannot rebuild the table; the
// same on every engine.
std::string form_of(const TableInfo& table);
Forms forms_of(std::span<const TableInfo> tables);

// A table as another version had it, to read from.
class StoredTable {
 public:
  StoredTable(const StoredTable&) = delete;
  StoredTable& operator=(const StoredTable&) = delete;
  // Error: storage_failed when the text is no form.
  static Result<std::unique_ptr<StoredTable>> parse(std::string_view name, std::string_view form);
  // Without its indexes. Views are of this object, which stays where it is.
  TableInfo info() const { return {name_, columns_, key_columns_, {}, !kept_}; }
  const std::vector<std::string>& indexes() const { return indexes_; }

 private:
  StoredTable(std::string_view name, std::string_view form) : name_(name), form_(form) {}

  std::string name_;
  std::string form_;
  std::vector<Column> columns_;  // names are views of the form
  std::vector<std::string> indexes_;
  std::size_t key_columns_ = 0;
  bool kept_ = false;
};

// What the database keeps; empty when it keeps none.
Result<Forms> stored_forms(Connection& connection);
// Keeps them instead of what was kept, inside the caller's transaction. The table is there.
Status keep_forms(Connection& connection, const Forms& forms);

// Names of tables that are missing, have another form, or are kept and not among these. A database
// that keeps no forms, because it was made before there were any, is read from instead.
Result<std::vector<std::string>> differing_tables(Connection& connection,
                                                  std::span<const TableInfo> tables);
// Some of the names, for a person: "a, b, c ..".
std::string names_text(const std::vector<std::string>& names);

}  // namespace wangdi::store
