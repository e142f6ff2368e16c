// SPDX-License-Identifier: Apache-2.0
// When the statistics of a table are made anew. Without them PostgreSQL believes that a district
// has one row in a table, and joins two of them row by row; its own collecting comes up to a minute
// after a table has grown. Each collecting holds the session that asks for it up some tenths of a
// second, so all sessions of a program count together and one of them does it.
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wangdi::store::postgres {

// Shared by the sessions of an engine; each call is whole by itself. Names of tables are literals.
class TableGrowth {
 public:
  // So many rows were written to the table, new or changed.
  void wrote(std::string_view table, std::size_t rows);

  // Tables to which enough was written that they may have doubled. Each is given to one session,
  // and not again before `doubled` was asked and as much was written again.
  std::vector<std::string_view> grown();

  // Whether so much was written since the last collecting as the server knows of (below 0: of
  // nothing), so that its figures are worth making anew.
  bool doubled(std::string_view table, std::int64_t known_rows);

 private:
  // Rows written to a table before its statistics are made for the first time.
  static constexpr std::size_t kFirst = 500;
  struct Growth {
    std::size_t written = 0;  // since the last collecting
    std::size_t next = kFirst;
  };
  std::mutex mutex_;
  std::unordered_map<std::string_view, Growth> tables_;
};

}  // namespace wangdi::store::postgres
