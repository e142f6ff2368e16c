// SPDX-License-Identifier: Apache-2.0
// The SQLite engine: WAL, synchronous=FULL, one writing connection that also checkpoints; all
// others are read-only and never checkpoint, because Debian's SQLite corrupts a database when one
// connection checkpoints while another commits (WAL-reset bug, fixed in 3.51.3).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/engine.hpp"

namespace wangdi::store {

struct SqliteOptions {
  std::string path;
  int checkpoint_pages = 3000;  // measured: the CPU of 4,000, its longest answers a fifth shorter
  int cache_kib = 64 * 1024;
};

// Opens or creates the file. Errors: storage_failed with the cause.
Result<std::unique_ptr<Engine>> open_sqlite(SqliteOptions options);

// Copies a database as it stands after one commit, while another process writes to it; the writer
// does not wait, its WAL only grows meanwhile. `to` must not exist, gets mode 0600 and is not
// synced. Errors: storage_failed, storage_full; then `to` is half a copy.
Status copy_sqlite(const std::string& from, const std::string& to);

// Brings what stands in the log of the one writing connection into its file and leaves the log
// empty, so that no page of before is in it any more. False when somebody who reads keeps it for
// now. Not inside a transaction.
Result<bool> empty_log(Connection& writer);

// The library's version, like 3.40.1.
std::string_view sqlite_version();
// Whether a library of this number (3040001) has the WAL-reset bug, which the rule above avoids.
bool has_wal_reset_bug(int version_number);
int sqlite_version_number();
// What SQLite finds damaged, a line each; empty when nothing. Reads the whole database.
Result<std::vector<std::string>> damage(Connection& connection);

}  // namespace wangdi::store
