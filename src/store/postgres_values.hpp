// SPDX-License-Identifier: Apache-2.0
// Values in PostgreSQL's binary form: parameters of a statement, whole columns as arrays for bulk
// writes, and the columns of a result.
#pragma once

#include <libpq-fe.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "store/table.hpp"

namespace wangdi::store::postgres {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

// Fixed numbers of the system catalogue.
inline constexpr Oid kUnknownType = 0, kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23,
                     kText = 25, kFloat8 = 701, kNumeric = 1700;

// What libpq wants of the parameters of one execution.
struct Arguments {
  std::vector<Oid> types;  // kUnknownType where the value is NULL
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
};

class ParameterBinder final : public Binder {
 public:
  void null(std::size_t column) override;
  void integer(std::size_t column, std::int64_t value) override;
  void real(std::size_t column, double value) override;
  void text(std::size_t column, std::string_view value) override;
  void blob(std::size_t column, std::span<const std::uint8_t> value) override;
  // Points into this binder and into what was bound.
  Arguments arguments() const;

 private:
  struct Value {
    Oid type = kUnknownType;
    std::string_view bytes;  // empty of numbers
    std::array<char, 8> number{};
  };
  Value& at(std::size_t column);
  std::vector<Value> values_;
};

// Collects rows column by column; each column is then one array parameter.
class ArrayBinder final : public Binder {
 public:
  explicit ArrayBinder(std::span<const Column> columns);
  void null(std::size_t column) override;
  void integer(std::size_t column, std::int64_t value) override;
  void real(std::size_t column, double value) override;
  void text(std::size_t column, std::string_view value) override;
  void blob(std::size_t column, std::span<const std::uint8_t> value) override;

  // After each bound row.
  void end_row() { ++rows_; }
  std::size_t rows() const { return rows_; }
  std::size_t bytes() const;
  // Completes the arrays; they stay until clear().
  Arguments arguments();
  void clear();

 private:
  struct Array {
    ColumnType type;
    bool has_null = false;
    std::string bytes;
  };
  std::string& element(std::size_t column, std::int32_t length);
  std::vector<Array> arrays_;
  std::size_t rows_ = 0;
};

class PostgresRow final : public RowReader {
 public:
  explicit PostgresRow(const PGresult* result) : result_(result) {}
  void at(int row) { row_ = row; }
  bool is_null(std::size_t column) const override;
  std::int64_t integer(std::size_t column) const override;
  double real(std::size_t column) const override;
  std::string_view text(std::size_t column) const override;
  std::span<const std::uint8_t> blob(std::size_t column) const override;

 private:
  std::string_view bytes(std::size_t column) const;
  Oid type(std::size_t column) const;
  const PGresult* result_;
  int row_ = 0;
};

}  // namespace wangdi::store::postgres
