// SPDX-License-Identifier: Apache-2.0
// The one interface to a database. An Engine opens connections; a Connection runs catalogued
// statements and bulk writes that are described as data, so that each engine chooses its own best
// form (SQLite: a prepared upsert per row; PostgreSQL later: INSERT .. SELECT FROM unnest).
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "store/table.hpp"
#include "store/value.hpp"

namespace wangdi::store {

// A statement of the catalogue. Declared as a constant in a projection, query, journal or store
// file and listed by its module; parameters are $1, $2 .. in order of first use.
struct Statement {
  std::string_view name;
  std::string_view sql;
};

enum class BulkMode : std::uint8_t {
  kInsert,  // a key that exists is an error
  kPut,     // insert, or replace all other columns
  kAdd,     // insert, or add the other columns to the stored ones (counters)
  kErase,   // delete by key; only key columns are bound
};

// The rows of one bulk write.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual std::size_t size() const = 0;
  virtual void bind(std::size_t row, Binder& to) const = 0;
};

class Connection {
 public:
  virtual ~Connection() = default;

  virtual Status begin() = 0;   // a reader's transaction is a snapshot
  virtual Status commit() = 0;  // returns after the data are on disk
  virtual void rollback() = 0;

  using BindAll = std::function<void(Binder&)>;
  using EachRow = std::function<bool(const RowReader&)>;  // false stops
  // `execute` returns the number of changed rows.
  virtual Result<std::int64_t> execute(const Statement& statement, const BindAll& bind) = 0;
  virtual Status query(const Statement& statement, const BindAll& bind, const EachRow& each) = 0;
  virtual Status bulk(const TableInfo& table, BulkMode mode, const RowSource& rows) = 0;
  // Rows of a table whose key starts with the first `bound` key columns, in key order.
  virtual Status by_key(const TableInfo& table, std::size_t bound, const BindAll& bind,
                        const EachRow& each) = 0;
  // Every row of a table: a rebuild in place begins with it.
  virtual Status erase_all(const TableInfo& table) = 0;
  // Creates what is missing of the tables and indexes.
  virtual Status create(const TableInfo& table) = 0;
  virtual Result<bool> has_table(std::string_view name) = 0;
  // Statements that run longer are ended with an error; 0 means no limit. Readers only.
  virtual void limit_time(std::int64_t ms) = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  // The one writing connection; asking for a second while it lives is refused.
  virtual Result<std::unique_ptr<Connection>> open_writer() = 0;
  virtual Result<std::unique_ptr<Connection>> open_reader() = 0;
};

template <class... Args>
Connection::BindAll bind_all(const Args&... args) {
  return [&args...](Binder& to) {
    [[maybe_unused]] std::size_t column = 0;
    (ColumnTraits<std::decay_t<Args>>::bind(to, column++, args), ...);
  };
}

template <class Row>
Row read_row(const RowReader& from) {
  Row row;
  for_each_member(row, [&](auto& member, std::size_t column) {
    member = ColumnTraits<std::decay_t<decltype(member)>>::read(from, column);
  });
  return row;
}

// All rows of a statement as a described struct whose members follow the selected columns.
template <class Row, class... Args>
Result<std::vector<Row>> select(Connection& from, const Statement& statement, const Args&... args) {
  std::vector<Row> rows;
  auto done = from.query(statement, bind_all(args...), [&](const RowReader& reader) {
    rows.push_back(read_row<Row>(reader));
    return true;
  });
  if (!done) return std::move(done).error();
  return rows;
}

// The first row, or nothing.
template <class Row, class... Args>
Result<std::optional<Row>> select_one(Connection& from, const Statement& statement,
                                      const Args&... args) {
  std::optional<Row> found;
  auto done = from.query(statement, bind_all(args...), [&](const RowReader& reader) {
    found = read_row<Row>(reader);
    return false;
  });
  if (!done) return std::move(done).error();
  return found;
}

template <class... Args>
Result<std::int64_t> run(Connection& on, const Statement& statement, const Args&... args) {
  return on.execute(statement, bind_all(args...));
}

// A row of a table by its whole key, or nothing.
template <class Row, std::size_t K>
Result<std::optional<Row>> get(Connection& from, const Table<Row, K>& table,
                               const typename Table<Row, K>::Key& key) {
  std::optional<Row> found;
  auto done = from.by_key(
      table.info(), K,
      [&](Binder& to) {
        std::size_t column = 0;
        std::apply(
            [&](const auto&... part) {
              (ColumnTraits<std::decay_t<decltype(part)>>::bind(to, column++, part), ...);
            },
            key);
      },
      [&](const RowReader& reader) {
        found = read_row<Row>(reader);
        return false;
      });
  if (!done) return std::move(done).error();
  return found;
}

}  // namespace wangdi::store
