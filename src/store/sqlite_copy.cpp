// SPDX-License-Identifier: Apache-2.0
// The copy of a database that is in use, by SQLite's own backup interface.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <memory>

#include "store/sqlite.hpp"

namespace wangdi::store {
namespace {

constexpr int kBusyMs = 5'000;
constexpr int kAllPages = -1;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

Error failed(sqlite3* database, int code) {
  const std::string cause = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  return Error((code & 0xff) == SQLITE_FULL ? ErrorCode::storage_full : ErrorCode::storage_failed)
      .because("copy of the database: " + cause);
}

Result<Database> open(const std::string& path, int flags, const char* pragmas) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) return failed(raw, code);
  sqlite3_busy_timeout(raw, kBusyMs);
  const int set = sqlite3_exec(raw, pragmas, nullptr, nullptr, nullptr);
  if (set != SQLITE_OK) return failed(raw, set);
  return database;
}

// SQLite takes the mode of a file that is there: the copy is its owner's alone from the first byte.
Status make_empty(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return Error(ErrorCode::storage_failed).because("copy of the database: create");
  ::close(file);
  return ok();
}

}  // namespace

Status copy_sqlite(const std::string& from, const std::string& to) {
  WD_TRY([[maybe_unused]] auto made, make_empty(to));
  // Read-only and without checkpoints, as every connection but the one writer (trap of the header).
  WD_TRY(const auto source,
         open(from, SQLITE_OPEN_READONLY, "PRAGMA query_only=ON; PRAGMA mmap_size=0"));
  sqlite3_wal_autocheckpoint(source.get(), 0);
  sqlite3_db_config(source.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  WD_TRY(const auto copy,
         open(to, SQLITE_OPEN_READWRITE, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF"));
  auto* backup = sqlite3_backup_init(copy.get(), "main", source.get(), "main");
  if (backup == nullptr) return failed(copy.get(), sqlite3_errcode(copy.get()));
  // All pages in one step are read in one transaction; steps would begin anew after each commit.
  const int step = sqlite3_backup_step(backup, kAllPages);
  const int finished = sqlite3_backup_finish(backup);
  if (step != SQLITE_DONE) return failed(finished == SQLITE_OK ? nullptr : copy.get(), step);
  return ok();
}

}  // namespace wangdi::store
