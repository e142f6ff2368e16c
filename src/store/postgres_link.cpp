// SPDX-License-Identifier: Apache-2.0
// Connecting, locking, preparing and judging results.
#include "store/postgres_link.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>

#include "store/remote.hpp"

namespace wangdi::store {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

bool is_postgres_url(std::string_view text) {
  return text.starts_with("postgres://") || text.starts_with("postgresql://");
}

std::optional<UrlProblem> problem_of_postgres_url(const std::string& url) {
  if (!is_postgres_url(url)) return UrlProblem::not_an_address;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(url.c_str(), nullptr));
  if (!options) return UrlProblem::not_an_address;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view keyword(option->keyword);
    if (option->val == nullptr) continue;
    if (keyword == "password" || keyword == "sslpassword") return UrlProblem::holds_a_password;
  }
  return std::nullopt;
}

}  // namespace wangdi::store

namespace wangdi::store::postgres {
namespace {

constexpr int kBinary = 1;
constexpr int kRetryEveryMs = 100;

// A plan that was made while a table was empty stays with a session for ever and reads the table
// from end to end when it has grown: each execution is planned for the table as it is. Statistics
// made by a session of ours (growth of tables) sample a fifth of the usual rows: every statement
// names a district, so coarse figures are enough, and the session waits a tenth as long.
constexpr const char* kSettings =
    "SET client_min_messages = warning; SET plan_cache_mode = force_custom_plan; SET jit = off;"
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
    "SET default_statistics_target = 20;"
    "SET TimeZone = 'UTC'";
// Found by name, so that a schema can stand in for the extension.
constexpr const char* kIsCluster = "to_regproc('create_distributed_table') IS NOT NULL";
// A cluster writes a table that all machines have only in a transaction that asked one after
// another.
constexpr const char* kOneAfterAnother = "SET citus.multi_shard_modify_mode = 'sequential'";
constexpr const char* kReadOnly = "SET default_transaction_read_only = on";
constexpr const char* kSyncCommit =
    "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')"
    " WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false)";
// The session of a server that was killed just now may take a moment to end.
constexpr const char* kLockWait = "SET lock_timeout = 2000";
constexpr const char* kNoLockWait = "SET lock_timeout = 0";
constexpr const char* kOfTheServer = "hashtextextended('wangdi writer of ' || current_schema(), 0)";

std::string of_lane(const std::string& number) {
  return "hashtextextended('wangdi writer ' || " + number + " || ' of ' || current_schema(), 0)";
}

// What the last server's other sessions still do ends before this one begins.
std::string each_lane(const std::string& call) {
  return "SELECT count(" + call + "(" + of_lane("lane") + ")) FROM generate_series(1, " +
         std::to_string(kLanesMax - 1) + ") AS lane";
}

// Each is true on a server that keeps what it committed.
struct Demand {
  const char* condition;
  const char* otherwise;
  bool of_writer;
};
constexpr Demand kDemands[] = {
    {"current_setting('server_version_num')::int >= 150000", "PostgreSQL 15 or newer is needed",
     false},
    {"current_setting('server_encoding') = 'UTF8'", "the database is not in UTF8", false},
    {"current_schema() IS NOT NULL", "no schema of the search path is there", false},
    {"current_setting('fsync') = 'on'", "fsync is off", true},
    {"current_setting('full_page_writes') = 'on'", "full_page_writes is off", true},
    {"current_setting('synchronous_commit') IN ('on', 'remote_apply')",
     "synchronous_commit cannot be set to on", true},
    {"NOT pg_is_in_recovery()", "the server is a standby", true},
};

std::string_view field_of(const PGresult* result, int field) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, field);
  return text == nullptr ? std::string_view() : text;
}

// Texts of these classes may quote the value that did not fit.
bool may_quote_values(std::string_view state) {
  return state.starts_with("22") || state.starts_with("23");
}

bool is_true(const PGresult* result, int column) {
  return std::string_view(PQgetvalue(result, 0, column)) == "t";
}

}  // namespace

Error Link::failure(const PGresult* result) {
  if (PQstatus(connection_.get()) == CONNECTION_BAD) lost_ = true;
  const std::string state(field_of(result, PG_DIAG_SQLSTATE));
  std::string cause = "PostgreSQL " + (state.empty() ? std::string("session") : state);
  if (may_quote_values(state)) {
    cause += " " + std::string(field_of(result, PG_DIAG_TABLE_NAME)) + " " +
             std::string(field_of(result, PG_DIAG_CONSTRAINT_NAME));
  } else if (state.empty()) {
    std::string text = PQerrorMessage(connection_.get());
    std::ranges::replace(text, '\n', ' ');
    cause += ": " + text;
  } else {
    cause += ": " + std::string(field_of(result, PG_DIAG_MESSAGE_PRIMARY));
  }
  if (state == "53100") return Error(ErrorCode::storage_full).because(cause);
  if (state == "25006") return Error(ErrorCode::read_only).because(cause);
  return Error(ErrorCode::storage_failed).because(cause);
}

Result<ResultPtr> Link::checked(PGresult* raw) {
  ResultPtr result(raw);
  const auto status = PQresultStatus(raw);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
  return failure(raw);
}

Result<ResultPtr> Link::simple(const std::string& sql) {
  return checked(PQexec(connection_.get(), sql.c_str()));
}

Result<ResultPtr> Link::binary(const std::string& sql) {
  return checked(
      PQexecParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, kBinary));
}

Result<std::string> Link::name_of(const StatementKey& key, const std::string& sql,
                                  const Arguments& arguments) {
  auto& slot = prepared_[key];
  auto types = arguments.types;
  const auto count = static_cast<int>(types.size());
  if (slot.types.size() == types.size()) {
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (types[i] == kUnknownType) types[i] = slot.types[i];
    }
  }
  if (slot.name.empty() || slot.types != types) {
    // A NULL has no type, so a statement first run with one is prepared again for a value.
    const auto name = "s" + std::to_string(next_name_++);
    WD_TRY([[maybe_unused]] auto made,
           checked(PQprepare(connection_.get(), name.c_str(), sql.c_str(), count, types.data())));
    slot = {name, sql, std::move(types)};
  }
  return slot.name;
}

Result<ResultPtr> Link::prepared(const StatementKey& key, const std::string& sql,
                                 const Arguments& arguments) {
  WD_TRY(const auto name, name_of(key, sql, arguments));
  return checked(PQexecPrepared(connection_.get(), name.c_str(),
                                static_cast<int>(arguments.types.size()), arguments.values.data(),
                                arguments.lengths.data(), arguments.formats.data(), kBinary));
}

Status Link::together(std::span<const Execution> executions, const EachResult& each) {
  std::vector<std::string> names;
  for (const auto& one : executions) {
    const auto known = prepared_.find(one.key);
    WD_TRY(auto name, name_of(one.key, known == prepared_.end() ? one.text() : known->second.sql,
                              one.arguments));
    names.push_back(std::move(name));
  }
  auto* const session = connection_.get();
  if (PQenterPipelineMode(session) != 1) return failure(nullptr);
  bool sent = true;
  for (std::size_t i = 0; i < names.size() && sent; ++i) {
    const auto& with = executions[i].arguments;
    sent = PQsendQueryPrepared(session, names[i].c_str(), static_cast<int>(with.types.size()),
                               with.values.data(), with.lengths.data(), with.formats.data(),
                               kBinary) == 1;
  }
  sent = sent && PQpipelineSync(session) == 1;
  auto done = sent ? receive(names.size(), each) : Status(failure(nullptr));
  // A session whose answers do not come in turn any more is of no use.
  if (PQexitPipelineMode(session) != 1) {
    if (done) done = failure(nullptr);
    lost_ = true;
  }
  return done;
}

Status Link::receive(std::size_t count, const EachResult& each) {
  auto* const session = connection_.get();
  Status status = ok();
  for (std::size_t i = 0; i < count; ++i) {
    auto result = checked(PQgetResult(session));
    if (status && !result) status = std::move(result).error();
    if (status) each(i, result->get());
    // Nothing is what ends the results of one statement.
    while (PQstatus(session) == CONNECTION_OK && ResultPtr(PQgetResult(session))) continue;
  }
  if (PQstatus(session) != CONNECTION_OK) return status ? Status(failure(nullptr)) : status;
  const ResultPtr end(PQgetResult(session));
  if (status && PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) status = failure(end.get());
  return status;
}

Status Link::connect() {
  // What stands after the address wins over it, what stands before gives way.
  const char* keywords[] = {"connect_timeout", "tcp_user_timeout", "fallback_application_name",
                            "dbname",          "client_encoding",  nullptr};
  const char* values[] = {"10", "30000", "wangdi", options_.url.c_str(), "UTF8", nullptr};
  prepared_.clear();
  connection_.reset(PQconnectdbParams(keywords, values, 1));
  if (PQstatus(connection_.get()) != CONNECTION_OK) return failure(nullptr);
  lost_ = false;
  PQsetNoticeReceiver(connection_.get(), [](void*, const PGresult*) {}, nullptr);
  WD_TRY([[maybe_unused]] auto set, simple(kSettings));
  if (use_ == Use::kRead) {
    WD_TRY([[maybe_unused]] auto reading, simple(kReadOnly));
  } else {
    WD_TRY([[maybe_unused]] auto synced, simple(kSyncCommit));
  }
  return check_settings();
}

Status Link::check_settings() {
  std::string sql = "SELECT ";
  for (const auto& demand : kDemands) sql += std::string(demand.condition) + ", ";
  WD_TRY(const auto found, simple(sql + kIsCluster));
  cluster_ = is_true(found.get(), static_cast<int>(std::size(kDemands)));
  for (int i = 0; const auto& demand : kDemands) {
    const bool asked = !demand.of_writer || use_ == Use::kWrite;
    if (asked && !is_true(found.get(), i)) {
      return Error(ErrorCode::storage_failed)
          .because(std::string("PostgreSQL: ") + demand.otherwise);
    }
    ++i;
  }
  if (!cluster_ || use_ == Use::kRead) return ok();
  WD_TRY([[maybe_unused]] auto set, simple(kOneAfterAnother));
  return ok();
}

Status Link::lock() {
  WD_TRY([[maybe_unused]] auto bounded, simple(kLockWait));
  const bool is_first = seat_.lane == 0;
  const auto own = is_first ? kOfTheServer : of_lane(std::to_string(seat_.lane));
  WD_TRY([[maybe_unused]] auto taken, take_lock("SELECT pg_advisory_lock(" + own + ")"));
  if (is_first && !was_open_) {
    WD_TRY([[maybe_unused]] auto ended, take_lock(each_lane("pg_advisory_lock")));
    WD_TRY([[maybe_unused]] auto free, simple(each_lane("pg_advisory_unlock")));
  }
  was_open_ = true;
  WD_TRY([[maybe_unused]] auto unbounded, simple(kNoLockWait));
  if (!is_first) return check_first();
  if (seat_.first_backend) *seat_.first_backend = PQbackendPID(connection_.get());
  return ok();
}

// After the own lock was taken: a server that starts has the first one before it asks for this.
Status Link::check_first() {
  WD_TRY(const auto found,
         simple("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
                " AND objsubid = 1 AND ((classid::bigint << 32) | objid::bigint) = " +
                std::string(kOfTheServer) +
                " AND pid = " + std::to_string(seat_.first_backend->load()) + ")"));
  if (is_true(found.get(), 0)) return ok();
  return Error(ErrorCode::storage_failed).because("PostgreSQL: the first session is lost");
}

Status Link::take_lock(const std::string& statement) {
  const ResultPtr taken(PQexec(connection_.get(), statement.c_str()));
  constexpr std::string_view kLockNotAvailable = "55P03";
  if (field_of(taken.get(), PG_DIAG_SQLSTATE) == kLockNotAvailable) {
    return Error(ErrorCode::folder_in_use).because("another server writes to this database");
  }
  if (PQresultStatus(taken.get()) != PGRES_TUPLES_OK) return failure(taken.get());
  return ok();
}

Status Link::read_timeline() {
  WD_TRY(const auto told, simple("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"));
  timeline_ = PQgetvalue(told.get(), 0, 0);
  return ok();
}

Status Link::open() {
  WD_TRY([[maybe_unused]] auto connected, connect());
  if (use_ == Use::kWrite) {
    WD_TRY([[maybe_unused]] auto known, read_timeline());
  }
  return use_ == Use::kWrite && options_.is_only_writer ? lock() : ok();
}

Status Link::ready() { return lost_ ? reconnect() : ok(); }

// The server may still hold the lost session with its lock; while it does, its last transaction is
// not decided. So who has the lock again can ask for the outcome.
Status Link::reconnect() {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.reconnect_ms);
  for (;;) {
    auto opened = open();
    if (opened) return opened;
    lost_ = true;
    if (use_ == Use::kRead || std::chrono::steady_clock::now() >= end) return opened;
    // Nothing tells that a server is back: it has to be asked now and then.
    ::poll(nullptr, 0, kRetryEveryMs);
  }
}

// A standby that was promoted may never have heard of the transaction and have given its number to
// another one: then the commands tell, by their ids, when they come again.
Status Link::outcome_of(const std::string& transaction) {
  const auto timeline = timeline_;
  WD_TRY([[maybe_unused]] auto connected, reconnect());
  if (timeline_ != timeline) {
    return Error(ErrorCode::storage_failed).because("PostgreSQL: another server took over");
  }
  WD_TRY(const auto told, simple("SELECT pg_xact_status('" + transaction + "'::xid8)"));
  if (std::string_view(PQgetvalue(told.get(), 0, 0)) == "committed") return ok();
  return Error(ErrorCode::storage_failed).because("PostgreSQL: the session was lost at the commit");
}

}  // namespace wangdi::store::postgres
