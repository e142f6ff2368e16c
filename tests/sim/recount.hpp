// SPDX-License-Identifier: Apache-2.0
// Counters counted again the slow and plain way, from households, persons, key groups and visits.
#pragma once

#include <string>

#include "store/engine.hpp"
#include "tests/sim/server.hpp"

namespace wangdi::sim {

// Where counters and the recount disagree, in a line; empty when nowhere. Reads the connection's
// snapshot.
std::string counter_differences(store::Connection& db);

// All rows of a table, in order of key.
template <class Row, std::size_t K>
std::vector<Row> all_rows(store::Connection& db, const store::Table<Row, K>& table) {
  std::vector<Row> rows;
  must(db.by_key(table.info(), 0, store::bind_all(), [&](const store::RowReader& from) {
    rows.push_back(store::read_row<Row>(from));
    return true;
  }));
  return rows;
}

}  // namespace wangdi::sim
