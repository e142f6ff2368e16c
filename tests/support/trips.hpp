// SPDX-License-Identifier: Apache-2.0
// Counts what a session with a PostgreSQL server is asked.
#pragma once

#include <gtest/gtest.h>

#include <utility>

#include "store/engine.hpp"

namespace wangdi::testing {

// Statements that the server was asked for since the last call, this one not counted.
class Trips {
 public:
  explicit Trips(store::Connection& connection) : connection_(connection) {}
  std::int64_t since() {
    std::int64_t calls = 0;
    static constexpr store::Statement kCalls{
        "calls",
        "SELECT SUM(generic_plans + custom_plans) FROM pg_prepared_statements WHERE $1 = $1"};
    EXPECT_TRUE(connection_.query(kCalls, store::bind_all(std::int64_t{1}),
                                  [&](const store::RowReader& row) {
                                    calls = row.integer(0);
                                    return true;
                                  }));
    return calls - std::exchange(last_, calls) - 1;
  }

 private:
  store::Connection& connection_;
  std::int64_t last_ = 0;
};

}  // namespace wangdi::testing
