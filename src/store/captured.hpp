// SPDX-License-Identifier: Apache-2.0
// A connection that only takes what is written to it, in memory: what a working set would write is
// compared as plain values, table by table, without a database. Nothing can be read through it.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "store/engine.hpp"

namespace wangdi::store {

using Value = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;
using Values = std::vector<Value>;

Value value_of(const RowReader& row, ColumnType type, std::size_t column);
void bind_value(Binder& to, std::size_t column, const Value& value);

// Rows of values as one bulk write.
class ValueRows final : public RowSource {
 public:
  explicit ValueRows(std::size_t columns) : columns_(columns) {}
  void add(Values row) { rows_.push_back(std::move(row)); }
  std::size_t size() const override { return rows_.size(); }
  void bind(std::size_t row, Binder& to) const override {
    for (std::size_t at = 0; at < columns_; ++at) bind_value(to, at, rows_[row][at]);
  }

 private:
  std::size_t columns_;  // those of a key where rows are erased
  std::vector<Values> rows_;
};

class Captured final : public Connection {
 public:
  struct CapturedTable {
    TableInfo info;
    std::map<Values, Values> rows;  // by key: the columns after it
  };

  Status begin() override { return ok(); }
  Status commit() override { return ok(); }
  void rollback() override {}
  Result<std::int64_t> execute(const Statement&, const BindAll&) override { return refused(); }
  Status query(const Statement&, const BindAll&, const EachRow&) override { return refused(); }
  Status bulk(const TableInfo& table, BulkMode mode, const RowSource& rows) override;
  Status by_key(const TableInfo&, std::size_t, const BindAll&, const EachRow&) override {
    return refused();
  }
  Status erase_all(const TableInfo&) override { return refused(); }
  Status create(const TableInfo&) override { return ok(); }
  Result<bool> has_table(std::string_view) override { return true; }
  void limit_time(std::int64_t) override {}

  // By name; a table that nothing was written to is not among them.
  const std::map<std::string, CapturedTable, std::less<>>& tables() const { return tables_; }
  // Rows of one table, none when nothing was written.
  const std::map<Values, Values>& rows(std::string_view table) const;

 private:
  static Error refused() { return Error(ErrorCode::internal).because("only what is written"); }
  std::map<std::string, CapturedTable, std::less<>> tables_;
};

}  // namespace wangdi::store
