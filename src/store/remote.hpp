// SPDX-License-Identifier: Apache-2.0
// What a connection to a database server can do besides: each of its statements is a round trip, so
// that many rows are asked for at once and writes go together, and others may write beside it, so
// that rows are locked.
#pragma once

#include <span>

#include "store/engine.hpp"

namespace wangdi::store {

// Rows of a table whose first `bound` key columns (two at least, the first the district) are those
// of a row of `wanted`; keys of one district stand together.
struct Question {
  TableInfo table;
  std::size_t bound;
  const RowSource* wanted;
  Connection::EachRow each;
};

class RemoteConnection : public Connection {
 public:
  // Rows of a table by the district and one of the values of a column, in no order. `wanted` binds
  // both, the district at 0 and the value at 1; rows of one district stand together.
  virtual Status by_values(const TableInfo& table, std::size_t column, const RowSource& wanted,
                           const EachRow& each) = 0;
  // All questions in one round trip; rows in no order. What takes them asks nothing else here.
  virtual Status by_keys(std::span<const Question> questions) = 0;
  // The rows of whole keys, which no other connection changes before this transaction ends: whoever
  // holds one is waited for, in the order of `keys`. What is read after it has what the last holder
  // committed.
  virtual Status lock(const TableInfo& table, const RowSource& keys, const EachRow& each) = 0;
  // Whether the database spreads its tables over machines, by district.
  virtual bool is_cluster() const = 0;
  // From here to the end of the transaction bulk writes wait for the next statement or the commit,
  // and reach the server in one round trip; their errors are errors of that.
  virtual void gather_writes() = 0;
  // To the end of the transaction bulk writes of rows of other districts fail: who writes beside
  // others writes where it is alone. Tables of which each machine has a copy are left out.
  virtual void write_only_in(std::span<const District> districts) = 0;
};

class RemoteEngine : public Engine {
 public:
  // A writing connection beside the one of open_writer(), which has to be open; `lane` counts from
  // 1 to below kLanesMax. It writes while that one has the lock of the only server, and a new
  // server waits for both. Errors: those of open_writer().
  virtual Result<std::unique_ptr<Connection>> open_beside(int lane) = 0;
};
inline constexpr int kLanesMax = 16;

}  // namespace wangdi::store
