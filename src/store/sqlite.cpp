// SPDX-License-Identifier: Apache-2.0
// SQLite behind the store interface: prepared statements cached per connection, values bound by
// view.
#include "store/sqlite.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include "common/files/files.hpp"
#include "store/ddl.hpp"

namespace wangdi::store {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using DatabasePtr = std::unique_ptr<sqlite3, CloseDatabase>;
using StatementPtr = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// What the system said. SQLite keeps it, but not of a failed COMMIT (3.40), so errno comes first;
// whoever writes sets that to 0 before.
int system_error(sqlite3* database) {
  const int last = errno;
  return last != 0 ? last : sqlite3_system_errno(database);
}

bool is_failed_sync(sqlite3* database) {
  const int code = sqlite3_extended_errcode(database);
  return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

// After a failed fsync nobody knows what the disk holds. Linux may have dropped the pages and calls
// them clean, so the next fsync succeeds and SQLite would commit on as if nothing had happened:
// "applied" would be a lie. Ending the process is the one safe answer. The next start reads what
// the disk really holds, and phones send again what was not answered.
[[noreturn]] void end_after_failed_sync(sqlite3* database) {
  const int error = system_error(database);
  const char* path = sqlite3_db_filename(database, "main");
  const char* name = path == nullptr ? nullptr : std::strrchr(path, '/');
  std::fprintf(stderr,
               "{\"level\":\"fatal\",\"event\":\"sync_failed\",\"file\":\"%s\",\"errno\":%d,"
               "\"text\":\"the disk did not take what was written; ended so that nothing is "
               "answered that is not there. Check the disk, start again\"}\n",
               name == nullptr ? "" : name + 1, error);
  std::abort();
}

// SQLite tells of a full disk and of a read-only one only for some calls; the system for all.
ErrorCode code_of(int code, int said) {
  const int primary = code & 0xFF;
  if (primary == SQLITE_FULL) return ErrorCode::storage_full;
  if (primary == SQLITE_READONLY) return ErrorCode::read_only;
  if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN) return ErrorCode::storage_failed;
  if (said == ENOSPC || said == EDQUOT) return ErrorCode::storage_full;
  return said == EROFS ? ErrorCode::read_only : ErrorCode::storage_failed;
}

// Messages of SQLite name tables and columns, never values. Does not return from a failed sync.
Error storage_error(sqlite3* database, int code) {
  const int said = system_error(database);
  if (is_failed_sync(database)) end_after_failed_sync(database);
  const std::string cause = std::string(sqlite3_errstr(code)) + ": " + sqlite3_errmsg(database);
  return Error(code_of(code, said)).because(cause);
}

class SqliteBinder final : public Binder {
 public:
  explicit SqliteBinder(sqlite3_stmt* statement) : statement_(statement) {}
  void null(std::size_t column) override { note(sqlite3_bind_null(statement_, at(column))); }
  void integer(std::size_t column, std::int64_t value) override {
    note(sqlite3_bind_int64(statement_, at(column), value));
  }
  void real(std::size_t column, double value) override {
    note(sqlite3_bind_double(statement_, at(column), value));
  }
  void text(std::size_t column, std::string_view value) override {
    // An empty view may hold a null pointer, which SQLite would store as NULL.
    note(sqlite3_bind_text(statement_, at(column), value.data() ? value.data() : "",
                           static_cast<int>(value.size()), SQLITE_STATIC));
  }
  void blob(std::size_t column, std::span<const std::uint8_t> value) override {
    note(value.empty() ? sqlite3_bind_zeroblob(statement_, at(column), 0)
                       : sqlite3_bind_blob(statement_, at(column), value.data(),
                                           static_cast<int>(value.size()), SQLITE_STATIC));
  }
  int result() const { return result_; }

 private:
  static int at(std::size_t column) { return static_cast<int>(column) + 1; }
  void note(int code) {
    if (code != SQLITE_OK) result_ = code;
  }
  sqlite3_stmt* statement_;
  int result_ = SQLITE_OK;
};

class SqliteRow final : public RowReader {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(std::size_t column) const override {
    return sqlite3_column_type(statement_, at(column)) == SQLITE_NULL;
  }
  std::int64_t integer(std::size_t column) const override {
    return sqlite3_column_int64(statement_, at(column));
  }
  double real(std::size_t column) const override {
    return sqlite3_column_double(statement_, at(column));
  }
  std::string_view text(std::size_t column) const override {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, at(column)));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, at(column)))};
  }
  std::span<const std::uint8_t> blob(std::size_t column) const override {
    const auto* bytes =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, at(column)));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, at(column)))};
  }

 private:
  static int at(std::size_t column) { return static_cast<int>(column); }
  sqlite3_stmt* statement_;
};

// Resets a cached statement when its use ends, so that no read transaction stays open and no
// reference to bound memory survives.
class Use {
 public:
  explicit Use(sqlite3_stmt* statement) : statement_(statement) {}
  ~Use() { reset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  void reset() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// What the planner is told of a table, whatever is in it: a district holds many rows, each column
// more of a key or index leaves few. Without this SQLite believes that ten rows have one value of
// the first column, and reads a whole district by its primary key where an index is at hand. Fixed
// figures keep the plans the same from the first row on.
std::string statistics_of(std::size_t columns, bool unique) {
  constexpr std::string_view kRowsOfPrefix[] = {"100000", "100", "10"};
  std::string text = "10000000";
  for (std::size_t i = 0; i < columns; ++i) {
    const bool whole = unique && i + 1 == columns;
    text += ' ';
    text += whole ? "1" : kRowsOfPrefix[std::min(i, std::size(kRowsOfPrefix) - 1)];
  }
  return text;
}

std::string statistics_text(const TableInfo& table) {
  std::string text;
  const auto state = [&](const std::string& index, std::size_t columns, bool unique) {
    const auto name = std::string(table.name);
    text += "INSERT INTO sqlite_stat1 SELECT '" + name + "', '" + index + "', '" +
            statistics_of(columns, unique) +
            "' WHERE NOT EXISTS (SELECT 1 FROM sqlite_stat1 WHERE tbl = '" + name +
            "' AND idx = '" + index + "');";
  };
  state(std::string(table.name), table.key_columns, true);
  for (const auto& index : table.indexes) {
    const auto commas = std::ranges::count(index.columns, ',');
    state(std::string(table.name) + "_" + std::string(index.name),
          static_cast<std::size_t>(commas) + 1, index.unique);
  }
  return text;
}

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(DatabasePtr database, std::atomic<bool>* writer_flag)
      : database_(std::move(database)), writer_flag_(writer_flag) {}

  ~SqliteConnection() override {
    cached_.clear();
    if (writer_flag_ != nullptr) *writer_flag_ = false;
  }

  Status begin() override {
    auto begun = simple(writer_flag_ != nullptr ? kBeginWrite : kBeginRead);
    in_transaction_ = begun.has_value();
    return begun;
  }
  Status commit() override {
    auto done = simple(kCommit);
    if (done) in_transaction_ = false;
    return done;
  }
  void rollback() override {
    in_transaction_ = false;
    if (sqlite3_get_autocommit(database_.get()) == 0) {
      sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
  }

  Result<std::int64_t> execute(const Statement& statement, const BindAll& bind) override {
    WD_TRY(auto* prepared, prepare(statement.sql));
    const Use use(prepared);
    WD_TRY([[maybe_unused]] auto bound, bind_to(prepared, bind));
    int code = SQLITE_ROW;
    errno = 0;
    while (code == SQLITE_ROW) code = sqlite3_step(prepared);
    if (code != SQLITE_DONE) return failure(code);
    return sqlite3_changes64(database_.get());
  }

  Status query(const Statement& statement, const BindAll& bind, const EachRow& each) override {
    WD_TRY(auto* prepared, prepare(statement.sql));
    return read(prepared, bind, each);
  }

  Status bulk(const TableInfo& table, BulkMode mode, const RowSource& rows) override {
    WD_TRY(auto* prepared, generated(table, static_cast<int>(mode),
                                     [&] { return ddl::row_statement(table, mode); }));
    Use use(prepared);
    errno = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      SqliteBinder binder(prepared);
      rows.bind(row, binder);
      if (binder.result() != SQLITE_OK) return failure(binder.result());
      const int code = sqlite3_step(prepared);
      if (code != SQLITE_DONE) return failure(code);
      sqlite3_reset(prepared);
    }
    return ok();
  }

  Status by_key(const TableInfo& table, std::size_t bound, const BindAll& bind,
                const EachRow& each) override {
    constexpr int kFirstSelect = 16;
    WD_TRY(auto* prepared, generated(table, kFirstSelect + static_cast<int>(bound),
                                     [&] { return ddl::select_by_key(table, bound); }));
    return read(prepared, bind, each);
  }

  Status erase_all(const TableInfo& table) override { return execute_text(ddl::erase_all(table)); }

  Status create(const TableInfo& table) override {
    WD_TRY([[maybe_unused]] auto begun, execute_text("SAVEPOINT creation"));
    auto made = create_parts(table);
    const char* end = made ? "RELEASE creation" : "ROLLBACK TO creation; RELEASE creation";
    auto ended = execute_text(end);
    return made ? std::move(ended) : std::move(made);
  }

  Result<bool> has_table(std::string_view name) override {
    const int code =
        sqlite3_table_column_metadata(database_.get(), nullptr, std::string(name).c_str(), nullptr,
                                      nullptr, nullptr, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK || code == SQLITE_ERROR) return code == SQLITE_OK;
    return failure(code);
  }

  void limit_time(std::int64_t ms) override {
    constexpr int kInstructionsPerCheck = 10'000;
    deadline_ms_ = ms == 0 ? 0 : steady_ms() + ms;
    if (ms == 0) {
      sqlite3_progress_handler(database_.get(), 0, nullptr, nullptr);
      return;
    }
    const auto expired = [](void* self) {
      return static_cast<int>(steady_ms() > static_cast<SqliteConnection*>(self)->deadline_ms_);
    };
    sqlite3_progress_handler(database_.get(), kInstructionsPerCheck, expired, this);
  }

 private:
  static constexpr Statement kBeginWrite{"begin_write", "BEGIN IMMEDIATE"};
  static constexpr Statement kBeginRead{"begin_read", "BEGIN"};
  static constexpr Statement kCommit{"commit", "COMMIT"};

  // An I/O error or a full disk makes SQLite end the transaction by itself. Whatever came next
  // would be a transaction of its own, so everything fails until rollback().
  Status transaction_stands() {
    if (!in_transaction_ || sqlite3_get_autocommit(database_.get()) == 0) return ok();
    return Error(ErrorCode::storage_failed).because("an earlier error ended the transaction");
  }

  Error failure(int code) { return storage_error(database_.get(), code); }

  Status simple(const Statement& statement) {
    auto done = execute(statement, [](Binder&) {});
    if (!done) return std::move(done).error();
    return ok();
  }

  Status execute_text(const std::string& sql) {
    const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return ok();
  }

  Status create_parts(const TableInfo& table) {
    WD_TRY([[maybe_unused]] auto made, execute_text(ddl::create_table(table, ddl::kSqlite)));
    for (const auto& index : table.indexes) {
      WD_TRY([[maybe_unused]] auto indexed, execute_text(ddl::create_index(table, index)));
    }
    // Only ANALYZE can make the table of statistics; it finds nothing to count yet.
    if (sqlite3_table_column_metadata(database_.get(), nullptr, "sqlite_stat1", nullptr, nullptr,
                                      nullptr, nullptr, nullptr, nullptr) != SQLITE_OK) {
      WD_TRY([[maybe_unused]] auto counted, execute_text("PRAGMA analysis_limit = 100; ANALYZE"));
    }
    const auto before = sqlite3_total_changes64(database_.get());
    WD_TRY([[maybe_unused]] auto stated, execute_text(statistics_text(table)));
    if (sqlite3_total_changes64(database_.get()) == before) return ok();
    return execute_text("ANALYZE sqlite_schema");  // reads them
  }

  Result<sqlite3_stmt*> compile(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return raw;
  }

  // Catalogue statements are constants, so the address of the text identifies them.
  Result<sqlite3_stmt*> prepare(std::string_view sql) {
    WD_TRY([[maybe_unused]] auto stands, transaction_stands());
    auto& slot = cached_[{sql.data(), 0}];
    if (!slot) {
      WD_TRY(auto* raw, compile(sql));
      slot.reset(raw);
    }
    return slot.get();
  }

  template <class Build>
  Result<sqlite3_stmt*> generated(const TableInfo& table, int kind, Build build) {
    WD_TRY([[maybe_unused]] auto stands, transaction_stands());
    auto& slot = cached_[{table.name.data(), kind + 1}];
    if (!slot) {
      WD_TRY(auto* raw, compile(build()));
      slot.reset(raw);
    }
    return slot.get();
  }

  Status bind_to(sqlite3_stmt* prepared, const BindAll& bind) {
    SqliteBinder binder(prepared);
    bind(binder);
    if (binder.result() != SQLITE_OK) return failure(binder.result());
    return ok();
  }

  Status read(sqlite3_stmt* prepared, const BindAll& bind, const EachRow& each) {
    const Use use(prepared);
    WD_TRY([[maybe_unused]] auto bound, bind_to(prepared, bind));
    const SqliteRow row(prepared);
    for (;;) {
      const int code = sqlite3_step(prepared);
      if (code == SQLITE_DONE) return ok();
      if (code != SQLITE_ROW) return failure(code);
      if (!each(row)) return ok();
    }
  }

  struct CacheKey {
    const char* text;
    int kind;
    bool operator==(const CacheKey&) const = default;
  };
  struct CacheHash {
    std::size_t operator()(const CacheKey& key) const {
      return std::hash<const void*>{}(key.text) ^ (static_cast<std::size_t>(key.kind) << 48);
    }
  };

  DatabasePtr database_;
  std::atomic<bool>* writer_flag_;
  std::unordered_map<CacheKey, StatementPtr, CacheHash> cached_;
  std::int64_t deadline_ms_ = 0;
  bool in_transaction_ = false;  // as the caller sees it
};

// A split of a B-tree page makes SQLite look through its whole cache at the commit (it renumbers
// pages by way of one beyond the end): 64 MiB cost a command 8 us more than 4 MiB, whose misses the
// system's cache answers. What a large transaction changed stays in memory up to 64 MiB all the
// same.
constexpr std::string_view kWriterCache = "; PRAGMA cache_size=-4096; PRAGMA cache_spill=16384";

constexpr int kBusyMs = 5'000;

// When the writer empties its log. `again_at` is the length at which it is begun anew by force.
struct Checkpoints {
  int pages_max = 0;
  int again_at = 0;
};

// A log may be begun anew when nobody reads from it. Where somebody reads at every moment that
// never happens by itself: it grows until the disk is full, and slows reading down. So at this many
// times its length the writer waits for those who read; who comes meanwhile finds all in the
// database and reads there. A copy of the whole database may take for ever, so the wait is short
// and is not repeated before the log has grown as much again.
constexpr int kLongTimes = 8;
constexpr int kReadersMs = 250;

int begin_log_anew(sqlite3* database, const char* name, int pages, Checkpoints& checkpoints) {
  sqlite3_busy_timeout(database, kReadersMs);
  const int code =
      sqlite3_wal_checkpoint_v2(database, name, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  sqlite3_busy_timeout(database, kBusyMs);
  const int step = kLongTimes * checkpoints.pages_max;
  checkpoints.again_at = code == SQLITE_OK ? step : pages + step;
  return code;
}

// A killed process leaves commits in the log that were written and perhaps never synced. They are
// read again, so a repeat of such a command would be answered as recorded, and lost with the next
// power cut: they are made durable before anybody hears of them.
Status sync_log(sqlite3* database) {
  sqlite3_file* log = nullptr;
  const int found = sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (found != SQLITE_OK || log == nullptr || log->pMethods == nullptr) return ok();
  const bool synced = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) == SQLITE_OK;
  return synced ? ok() : Status(Error(ErrorCode::storage_failed).because("sync of the log"));
}

// What SQLite's automatic checkpoint does, but for a failed sync, which that one keeps to itself,
// and for a log that is never begun anew. Any other failure leaves the log as it is, and the next
// commit tries again.
int checkpoint_when_long(void* context, sqlite3* database, const char* name, int pages) {
  auto& checkpoints = *static_cast<Checkpoints*>(context);
  if (pages < checkpoints.pages_max) {
    checkpoints.again_at = kLongTimes * checkpoints.pages_max;
    return SQLITE_OK;
  }
  const int code =
      pages >= checkpoints.again_at
          ? begin_log_anew(database, name, pages, checkpoints)
          : sqlite3_wal_checkpoint_v2(database, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK && is_failed_sync(database)) end_after_failed_sync(database);
  return SQLITE_OK;
}

class SqliteEngine final : public Engine {
 public:
  explicit SqliteEngine(SqliteOptions options) : options_(std::move(options)) {}

  Result<std::unique_ptr<Connection>> open_writer() override {
    if (writer_open_.exchange(true)) {
      return Error(ErrorCode::folder_in_use).because("a writing connection is open");
    }
    auto opened = open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                       "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON" +
                           std::string(kWriterCache));
    // SQLite syncs the folder after making the log, but does not look whether that worked.
    auto on_disk = opened ? files::sync_folder_of(options_.path) : Status(opened.error());
    if (on_disk) on_disk = sync_log(opened->get());
    if (!on_disk) {
      writer_open_ = false;
      return std::move(on_disk).error();
    }
    checkpoints_ = {options_.checkpoint_pages, kLongTimes * options_.checkpoint_pages};
    sqlite3_wal_hook(opened->get(), checkpoint_when_long, &checkpoints_);
    return std::unique_ptr<Connection>(
        std::make_unique<SqliteConnection>(std::move(*opened), &writer_open_));
  }

  Result<std::unique_ptr<Connection>> open_reader() override {
    WD_TRY(auto database, open(SQLITE_OPEN_READONLY, "PRAGMA query_only=ON"));
    sqlite3_wal_autocheckpoint(database.get(), 0);
    sqlite3_db_config(database.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return std::unique_ptr<Connection>(
        std::make_unique<SqliteConnection>(std::move(database), nullptr));
  }

 private:
  Result<DatabasePtr> open(int flags, const std::string& pragmas) {
    sqlite3* raw = nullptr;
    const int code =
        sqlite3_open_v2(options_.path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    DatabasePtr database(raw);
    if (code != SQLITE_OK) return storage_error(raw, code);
    sqlite3_busy_timeout(raw, kBusyMs);
    const auto all = "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-" +
                     std::to_string(options_.cache_kib) + ';' + pragmas;
    const int set = sqlite3_exec(raw, all.c_str(), nullptr, nullptr, nullptr);
    if (set != SQLITE_OK) return storage_error(raw, set);
    return database;
  }

  SqliteOptions options_;
  Checkpoints checkpoints_;  // of the one writer, on its thread
  std::atomic<bool> writer_open_{false};
};

}  // namespace

Result<std::unique_ptr<Engine>> open_sqlite(SqliteOptions options) {
  return std::unique_ptr<Engine>(std::make_unique<SqliteEngine>(std::move(options)));
}

}  // namespace wangdi::store
