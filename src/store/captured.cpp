// SPDX-License-Identifier: Apache-2.0
// Values of rows, and the bulk writes that put, add to and erase them in memory.
#include "store/captured.hpp"

namespace wangdi::store {
namespace {

class ValueBinder final : public Binder {
 public:
  explicit ValueBinder(std::size_t columns) : values(columns) {}
  void null(std::size_t column) override { values[column] = std::monostate(); }
  void integer(std::size_t column, std::int64_t value) override { values[column] = value; }
  void real(std::size_t column, double value) override { values[column] = value; }
  void text(std::size_t column, std::string_view value) override {
    values[column] = std::string(value);
  }
  void blob(std::size_t column, std::span<const std::uint8_t> value) override {
    values[column] = Bytes(value.begin(), value.end());
  }
  Values values;
};

void add_to(Values& row, const Values& more) {
  for (std::size_t at = 0; at < row.size(); ++at) {
    const auto* left = std::get_if<std::int64_t>(&row[at]);
    const auto* right = std::get_if<std::int64_t>(&more[at]);
    WD_ASSERT(left != nullptr && right != nullptr);
    row[at] = *left + *right;
  }
}

}  // namespace

Value value_of(const RowReader& row, ColumnType type, std::size_t column) {
  if (row.is_null(column)) return {};
  switch (type) {
    case ColumnType::kInteger:
      return row.integer(column);
    case ColumnType::kReal:
      return row.real(column);
    case ColumnType::kText:
      return std::string(row.text(column));
    case ColumnType::kBlob:
      break;
  }
  const auto bytes = row.blob(column);
  return Bytes(bytes.begin(), bytes.end());
}

void bind_value(Binder& to, std::size_t column, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    to.integer(column, *integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    to.real(column, *real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    to.text(column, *text);
  } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
    to.blob(column, *bytes);
  } else {
    to.null(column);
  }
}

Status Captured::bulk(const TableInfo& table, BulkMode mode, const RowSource& rows) {
  auto& captured =
      tables_.try_emplace(std::string(table.name), CapturedTable{table, {}}).first->second;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    ValueBinder binder(table.columns.size());
    rows.bind(at, binder);
    const auto split = binder.values.begin() + static_cast<std::ptrdiff_t>(table.key_columns);
    Values key(binder.values.begin(), split);
    Values rest(split, binder.values.end());
    if (mode == BulkMode::kErase) {
      captured.rows.erase(key);
    } else if (mode == BulkMode::kAdd && captured.rows.contains(key)) {
      add_to(captured.rows.at(key), rest);
    } else {
      captured.rows.insert_or_assign(std::move(key), std::move(rest));
    }
  }
  return ok();
}

const std::map<Values, Values>& Captured::rows(std::string_view table) const {
  static const std::map<Values, Values> kNone;
  const auto found = tables_.find(table);
  return found == tables_.end() ? kNone : found->second.rows;
}

}  // namespace wangdi::store
