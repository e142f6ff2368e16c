// SPDX-License-Identifier: Apache-2.0
// What an operator wants to know of the SQLite library and of a database file.
#include <sqlite3.h>

#include "store/sqlite.hpp"

namespace wangdi::store {
namespace {

constexpr Statement kIntegrityCheck{"integrity_check", "PRAGMA integrity_check(20)"};

// The wait for readers is short: their snapshots are, and who writes waits with them.
constexpr Statement kWaitLittle{"wait_little", "PRAGMA busy_timeout=250"};
constexpr Statement kWaitAsUsual{"wait_as_usual", "PRAGMA busy_timeout=5000"};
constexpr Statement kEmptyLog{"empty_log", "PRAGMA wal_checkpoint(TRUNCATE)"};

Status set(Connection& connection, const Statement& pragma) {
  return connection.query(pragma, bind_all(), [](const RowReader&) { return true; });
}

}  // namespace

std::string_view sqlite_version() { return sqlite3_libversion(); }

int sqlite_version_number() { return sqlite3_libversion_number(); }

bool has_wal_reset_bug(int version_number) {
  constexpr int kFirstWithWal = 3'007'000;
  constexpr int kMended = 3'051'003;
  return version_number >= kFirstWithWal && version_number < kMended;
}

Result<bool> empty_log(Connection& writer) {
  WD_TRY([[maybe_unused]] auto little, set(writer, kWaitLittle));
  bool is_empty = false;
  auto done = writer.query(kEmptyLog, bind_all(), [&](const RowReader& row) {
    is_empty = row.integer(0) == 0;
    return true;
  });
  WD_TRY([[maybe_unused]] auto usual, set(writer, kWaitAsUsual));
  if (!done) return std::move(done).error();
  return is_empty;
}

Result<std::vector<std::string>> damage(Connection& connection) {
  std::vector<std::string> found;
  WD_TRY([[maybe_unused]] auto read,
         connection.query(kIntegrityCheck, bind_all(), [&](const RowReader& row) {
           if (row.text(0) != "ok") found.emplace_back(row.text(0));
           return true;
         }));
  return found;
}

}  // namespace wangdi::store
