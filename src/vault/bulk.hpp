// SPDX-License-Identifier: Apache-2.0
// A vector of rows as one bulk write in key order, so that neighbours share pages.
#pragma once

#include <algorithm>
#include <vector>

#include "store/engine.hpp"

namespace wangdi::vault {

template <class Row, std::size_t K>
Status bulk(store::Connection& to, const store::Table<Row, K>& table, store::BulkMode mode,
            std::vector<Row>& rows) {
  struct Source final : store::RowSource {
    const std::vector<Row>* rows = nullptr;
    std::size_t columns = 0;
    std::size_t size() const override { return rows->size(); }
    void bind(std::size_t row, store::Binder& to) const override {
      store::for_each_member((*rows)[row], [&](const auto& member, std::size_t column) {
        using Traits = store::ColumnTraits<std::decay_t<decltype(member)>>;
        if (column < columns) Traits::bind(to, column, member);
      });
    }
  };
  if (rows.empty()) return ok();
  std::ranges::sort(rows, [](const Row& a, const Row& b) {
    return store::Table<Row, K>::key_of(a) < store::Table<Row, K>::key_of(b);
  });
  Source source;
  source.rows = &rows;
  source.columns = mode == store::BulkMode::kErase ? K : table.info().columns.size();
  return to.bulk(table.info(), mode, source);
}

}  // namespace wangdi::vault
