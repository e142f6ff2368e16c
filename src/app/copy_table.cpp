// SPDX-License-Identifier: Apache-2.0
// Copying by portions of rows.
#include "app/copy_table.hpp"

#include "store/captured.hpp"

namespace wangdi::app {
namespace {

constexpr std::size_t kCopyRows = 1'000;

using store::Value;
using store::value_of;

Value default_of(const store::Column& column) {
  if (column.nullable) return {};
  switch (column.type) {
    case store::ColumnType::kInteger:
      return std::int64_t{0};
    case store::ColumnType::kReal:
      return 0.0;
    case store::ColumnType::kText:
      return std::string();
    case store::ColumnType::kBlob:
      break;
  }
  return store::Bytes();
}

// Rows of the new table, as values.
class CopiedRows final : public store::RowSource {
 public:
  CopiedRows(const store::TableInfo& table, const ColumnSources& sources)
      : table_(table), sources_(sources) {}
  std::size_t size() const override { return values_.size() / table_.columns.size(); }
  void clear() { values_.clear(); }

  void add(const store::RowReader& row) {
    for (std::size_t at = 0; at < table_.columns.size(); ++at) {
      const auto& column = table_.columns[at];
      values_.push_back(sources_[at] ? value_of(row, column.type, *sources_[at])
                                     : default_of(column));
    }
  }

  void bind(std::size_t row, store::Binder& to) const override {
    for (std::size_t column = 0; column < table_.columns.size(); ++column) {
      store::bind_value(to, column, values_[row * table_.columns.size() + column]);
    }
  }

 private:
  const store::TableInfo& table_;
  const ColumnSources& sources_;
  std::vector<Value> values_;
};

}  // namespace

Status copy_table(store::Connection& from, const store::TableInfo& old, store::Connection& to,
                  const store::TableInfo& now, const ColumnSources& sources) {
  WD_ASSERT(sources.size() == now.columns.size());
  CopiedRows rows(now, sources);
  Status written = ok();
  const auto flush = [&] {
    written = to.bulk(now, store::BulkMode::kInsert, rows);
    rows.clear();
    return written.has_value();
  };
  auto read = from.by_key(old, 0, store::bind_all(), [&](const store::RowReader& row) {
    rows.add(row);
    return rows.size() < kCopyRows || flush();
  });
  if (read && written && rows.size() > 0) flush();
  if (!read) {
    return Error(ErrorCode::storage_failed)
        .because(std::string(old.name) + ": " + read.error().cause());
  }
  return written;
}

ColumnSources same_columns(const store::TableInfo& table) {
  ColumnSources sources;
  for (std::size_t at = 0; at < table.columns.size(); ++at) sources.emplace_back(at);
  return sources;
}

Status copy_table(store::Connection& from, store::Connection& to, const store::TableInfo& table) {
  return copy_table(from, table, to, table, same_columns(table));
}

}  // namespace wangdi::app
