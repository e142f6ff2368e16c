// SPDX-License-Identifier: Apache-2.0
// What a connection to a database server can do besides: each of its statements is a round trip, so
// that many rows are asked for at once, and others may write beside it, so that rows are locked.
#pragma once

#include "store/engine.hpp"

namespace wangdi::store {

class RemoteConnection : public Connection {
 public:
  // Rows of a table by the district and one of the values of a column, in no order. `wanted` binds
  // both, the district at 0 and the value at 1; rows of one district stand together.
  virtual Status by_values(const TableInfo& table, std::size_t column, const RowSource& wanted,
                           const EachRow& each) = 0;
  // The row of a whole key, which no other connection changes before this transaction ends: whoever
  // holds it is waited for. What is read after it has what the last holder committed.
  virtual Status lock(const TableInfo& table, const BindAll& key, const EachRow& each) = 0;
};

}  // namespace wangdi::store
