// SPDX-License-Identifier: Apache-2.0
// PostgreSQL behind the store interface: a bulk write is one statement a table, in a cluster one a
// table and district; a statement without parameters reads a whole table and comes through a cursor
// in portions. What a batch asks for and writes goes out in few round trips, in libpq's pipeline
// mode.
#include "store/postgres.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <deque>
#include <functional>
#include <utility>

#include "store/ddl.hpp"
#include "store/postgres_growth.hpp"
#include "store/postgres_link.hpp"
#include "store/remote.hpp"

namespace wangdi::store {
namespace {

using postgres::Link;
using postgres::ResultPtr;

constexpr std::size_t kBulkRows = 5'000;  // of one statement; memory against round trips
constexpr std::size_t kBulkBytes = 16u << 20;
constexpr int kFetchRows = 2'000;
// A walk through a whole table comes over a connection: it may take this many times the limit, and
// what follows it has its time still. Whoever walks keeps what was read, so it is rare.
constexpr std::int64_t kWalkTimes = 5;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Error storage_failed(std::string cause) {
  return Error(ErrorCode::storage_failed).because("PostgreSQL: " + std::move(cause));
}

// Only the first column of a row: the district.
class FirstColumn final : public Binder {
 public:
  void null(std::size_t) override {}
  void integer(std::size_t column, std::int64_t value) override {
    if (column == 0) value_ = value;
  }
  void real(std::size_t, double) override {}
  void text(std::size_t, std::string_view) override {}
  void blob(std::size_t, std::span<const std::uint8_t>) override {}
  std::int64_t value() const { return value_; }

 private:
  std::int64_t value_ = 0;
};

// Another district than those that the batch has alone: two at once would change the same rows.
Error outside(const TableInfo& table, std::int64_t district) {
  return Error(ErrorCode::internal)
      .because(std::string(table.name) + " is written in district " + std::to_string(district) +
               ", which the batch does not hold");
}

// Hands on rows as arrays of their columns, a portion at most, and of one district at a time where
// `districts` says so. `admit` is asked for each district that begins.
template <class Admit, class Take>
Status in_portions(std::span<const Column> columns, const RowSource& rows, ddl::Districts districts,
                   Admit admit, Take take) {
  postgres::ArrayBinder arrays(columns);
  std::optional<std::int64_t> district;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    FirstColumn first;
    rows.bind(row, first);
    const bool begins = first.value() != district;
    const bool full = arrays.rows() >= kBulkRows || arrays.bytes() >= kBulkBytes;
    if (arrays.rows() > 0 && (full || (begins && districts == ddl::Districts::one))) {
      WD_TRY([[maybe_unused]] auto taken, take(*district, std::move(arrays)));
      arrays = postgres::ArrayBinder(columns);
    }
    if (begins) {
      WD_TRY([[maybe_unused]] auto admitted, admit(first.value()));
    }
    district = first.value();
    rows.bind(row, arrays);
    arrays.end_row();
  }
  return arrays.rows() > 0 ? take(*district, std::move(arrays)) : ok();
}

// A statement and what it is bound to, until it goes out with others.
struct Waiting {
  postgres::StatementKey key;
  std::function<std::string()> text;
  postgres::ParameterBinder single;
  postgres::ArrayBinder arrays;
  const Connection::EachRow* each = nullptr;  // of a question

  // Where the district stands, which is one value of a question; alone: no arrays at all.
  enum class Place : std::uint8_t { in_arrays, last, alone };
  Place place = Place::in_arrays;
  postgres::Arguments arguments() {
    if (place == Place::alone) return single.arguments();
    auto all = arrays.arguments();
    if (place == Place::in_arrays) return all;
    const auto one = single.arguments();
    const auto move = [&](auto& list, const auto& from) {
      list.erase(list.begin());
      list.push_back(from.front());
    };
    move(all.types, one.types);
    move(all.values, one.values);
    move(all.lengths, one.lengths);
    move(all.formats, one.formats);
    return all;
  }
};
using WaitingList = std::deque<Waiting>;  // what is bound must not move

bool can_be_a_cursor(std::string_view sql) {
  return sql.starts_with("SELECT ") || sql.starts_with("WITH ");
}

class PostgresConnection final : public RemoteConnection {
 public:
  PostgresConnection(std::unique_ptr<Link> link, std::atomic<bool>* writer_flag,
                     const std::vector<std::string>& everywhere,
                     std::shared_ptr<postgres::TableGrowth> growth)
      : link_(std::move(link)),
        writer_flag_(writer_flag),
        everywhere_(everywhere),
        growth_(std::move(growth)) {}

  ~PostgresConnection() override {
    link_.reset();
    if (writer_flag_ != nullptr) *writer_flag_ = false;
  }

  Status begin() override {
    if (in_transaction_) return storage_failed("a transaction is open");
    WD_TRY([[maybe_unused]] auto connected, connected_link());
    auto begun = link_->simple(begin_text());
    if (!begun && link_->is_lost()) {
      // The session ended while nothing was under way.
      WD_TRY([[maybe_unused]] auto again, connected_link());
      begun = link_->simple(begin_text());
    }
    if (!begun) return std::move(begun).error();
    in_transaction_ = true;
    gathers_writes_ = false;
    only_in_.clear();
    applied_ms_ = wanted_ms_;
    if (writer_flag_ != nullptr) transaction_ = PQgetvalue(begun->get(), 0, 0);
    return ok();
  }

  Status commit() override {
    if (!in_transaction_) return storage_failed("no transaction is open");
    WD_TRY([[maybe_unused]] auto sent, send_writes());
    if (link_->is_lost()) return storage_failed("the session was lost before the commit");
    auto done = link_->simple("COMMIT");
    in_transaction_ = false;
    applied_ms_ = session_ms_;
    if (done) {
      // A transaction in which a statement failed answers a commit by rolling back.
      if (std::string_view(PQcmdStatus(done->get())) != "COMMIT") {
        return storage_failed("the transaction had failed before its commit");
      }
      note_growth();
      return ok();
    }
    if (!link_->is_lost() || writer_flag_ == nullptr) return std::move(done).error();
    return link_->outcome_of(transaction_);
  }

  void rollback() override {
    writes_.clear();
    writes_bytes_ = 0;
    if (in_transaction_ && !link_->is_lost()) {
      [[maybe_unused]] const auto done = link_->simple("ROLLBACK");
    }
    in_transaction_ = false;
    applied_ms_ = session_ms_;
  }

  Result<std::int64_t> execute(const Statement& statement, const BindAll& bind) override {
    postgres::ParameterBinder binder;
    bind(binder);
    WD_TRY(const auto result, run(statement, binder.arguments()));
    const std::string_view changed(PQcmdTuples(result.get()));
    std::int64_t count = 0;
    std::from_chars(changed.data(), changed.data() + changed.size(), count);
    return count;
  }

  Status query(const Statement& statement, const BindAll& bind, const EachRow& each) override {
    postgres::ParameterBinder binder;
    bind(binder);
    const auto arguments = binder.arguments();
    if (arguments.values.empty() && can_be_a_cursor(statement.sql)) {
      return walk(std::string(statement.sql), each);
    }
    WD_TRY(const auto result, run(statement, arguments));
    visit(result.get(), each);
    return ok();
  }

  Status bulk(const TableInfo& table, BulkMode mode, const RowSource& rows) override {
    if (mode == BulkMode::kErase && link_->is_cluster()) return erase_one_by_one(table, rows);
    const auto bound = mode == BulkMode::kErase ? table.key_columns : table.columns.size();
    return in_portions(
        table.columns.first(bound), rows, districts(),
        [&](std::int64_t district) {
          return may_write(table, district) ? ok() : Status(outside(table, district));
        },
        [&](std::int64_t, postgres::ArrayBinder arrays) {
          return write(table, mode, std::move(arrays));
        });
  }

  Status by_key(const TableInfo& table, std::size_t bound, const BindAll& bind,
                const EachRow& each) override {
    constexpr int kFirstSelect = 16;
    if (bound == 0) return walk(ddl::select_by_key(table, 0), each);
    postgres::ParameterBinder binder;
    bind(binder);
    WD_TRY([[maybe_unused]] auto able, prepare_to_run());
    WD_TRY(const auto result,
           link_->prepared_from(
               {table.name.data(), kFirstSelect + static_cast<int>(bound)},
               [&] { return ddl::select_by_key(table, bound); }, binder.arguments()));
    visit(result.get(), each);
    return ok();
  }

  Status by_values(const TableInfo& table, std::size_t column, const RowSource& wanted,
                   const EachRow& each) override {
    WaitingList asked;
    WD_TRY([[maybe_unused]] auto noted, ask_by_values(table, column, wanted, each, asked));
    return ask(asked);
  }

  Status by_keys(std::span<const Question> questions) override {
    constexpr int kFirstByKeys = 128;
    WaitingList asked;
    for (const auto& [table, bound, wanted, each] : questions) {
      WD_ASSERT(bound >= 2);
      WD_TRY([[maybe_unused]] auto noted,
             bound == 2 ? ask_by_values(table, 1, *wanted, each, asked)
                        : note(
                              {table.name.data(), kFirstByKeys + static_cast<int>(bound)},
                              [&table, bound, of = districts()] {
                                return ddl::select_by_keys(table, bound, of);
                              },
                              table.columns.first(bound), *wanted, each, asked));
    }
    return ask(asked);
  }

  Status lock(const TableInfo& table, const RowSource& keys, const EachRow& each) override {
    constexpr int kLock = 15;
    WaitingList asked;
    for (std::size_t row = 0; row < keys.size(); ++row) {
      asked.push_back(
          {{table.name.data(), kLock},
           [&table] { return ddl::select_by_key(table, table.key_columns) + " FOR UPDATE"; },
           {},
           postgres::ArrayBinder(std::span<const Column>()),
           &each,
           Waiting::Place::alone});
      keys.bind(row, asked.back().single);
    }
    return ask(asked);
  }

  bool is_cluster() const override { return link_->is_cluster(); }

  void gather_writes() override { gathers_writes_ = in_transaction_; }

  void write_only_in(std::span<const District> districts) override {
    only_in_.assign(districts.begin(), districts.end());
  }

  Status erase_all(const TableInfo& table) override { return text(ddl::erase_all(table)); }

  Status create(const TableInfo& table) override {
    // Several statements in one text are one transaction.
    auto sql = ddl::create_table(table, ddl::kPostgres);
    for (const auto& index : table.indexes) sql += "; " + ddl::create_index(table, index);
    WD_TRY([[maybe_unused]] auto made, text(sql));
    if (!link_->is_cluster()) return ok();
    const bool copied = std::ranges::find(everywhere_, table.name) != everywhere_.end();
    return text(
        ddl::place(table, copied ? ddl::Placement::everywhere : ddl::Placement::by_district));
  }

  Result<bool> has_table(std::string_view name) override {
    WD_TRY([[maybe_unused]] auto able, prepare_to_run());
    WD_TRY(const auto found,
           link_->simple("SELECT to_regclass('" + std::string(name) + "') IS NOT NULL"));
    return PQntuples(found.get()) == 1 && std::string_view(PQgetvalue(found.get(), 0, 0)) == "t";
  }

  // The server ends a statement that runs longer; what is left of the time is looked at before
  // each, so that a series of statements takes at most twice the limit.
  void limit_time(std::int64_t ms) override {
    wanted_ms_ = ms;
    deadline_ms_ = ms == 0 ? 0 : steady_ms() + ms;
  }

 private:
  bool may_write(const TableInfo& table, std::int64_t district) const {
    return only_in_.empty() ||
           std::ranges::find(only_in_, district, &District::number) != only_in_.end() ||
           std::ranges::find(everywhere_, table.name) != everywhere_.end();
  }

  std::string begin_text() const {
    // The number of the transaction tells later what became of it.
    // What follows a lock has to see what its last holder committed.
    if (writer_flag_ != nullptr) {
      return "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_current_xact_id()";
    }
    return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = " +
           std::to_string(wanted_ms_);
  }

  Status connected_link() {
    if (!link_->is_lost()) return ok();
    session_ms_ = applied_ms_ = 0;
    return link_->ready();
  }

  Status prepare_to_run(std::int64_t times = 1) {
    WD_TRY([[maybe_unused]] auto sent, send_writes());
    return be_able(times);
  }

  // The session is there, and what is left of the time is told to it.
  Status be_able(std::int64_t times) {
    if (in_transaction_ && link_->is_lost()) return storage_failed("the session was lost");
    WD_TRY([[maybe_unused]] auto connected, connected_link());
    const auto end_ms = deadline_ms_ + (times - 1) * wanted_ms_;
    if (deadline_ms_ != 0 && steady_ms() > end_ms) return storage_failed("time is over");
    if (wanted_ms_ == applied_ms_) return ok();
    const std::string set = in_transaction_ ? "SET LOCAL" : "SET";
    auto limited = link_->simple(set + " statement_timeout = " + std::to_string(wanted_ms_));
    if (!limited) return std::move(limited).error();
    applied_ms_ = wanted_ms_;
    if (!in_transaction_) session_ms_ = wanted_ms_;
    return ok();
  }

  Result<ResultPtr> run(const Statement& statement, const postgres::Arguments& arguments) {
    WD_TRY([[maybe_unused]] auto able, prepare_to_run());
    return link_->prepared_from(
        {statement.sql.data(), 0}, [&] { return std::string(statement.sql); }, arguments);
  }

  Status text(const std::string& sql) {
    WD_TRY([[maybe_unused]] auto able, prepare_to_run());
    WD_TRY([[maybe_unused]] auto done, link_->simple(sql));
    return ok();
  }

  // A cluster finds the machine of a DELETE by a district that stands in it; erasing is rare.
  Status erase_one_by_one(const TableInfo& table, const RowSource& rows) {
    constexpr int kEraseOne = 14;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      postgres::ParameterBinder binder;
      rows.bind(row, binder);
      WD_TRY([[maybe_unused]] auto able, prepare_to_run());
      WD_TRY([[maybe_unused]] auto done,
             link_->prepared_from(
                 {table.name.data(), kEraseOne},
                 [&] { return ddl::row_statement(table, BulkMode::kErase); }, binder.arguments()));
    }
    return ok();
  }

  ddl::Districts districts() const {
    return link_->keeps_districts_apart() ? ddl::Districts::one : ddl::Districts::any;
  }

  Status ask_by_values(const TableInfo& table, std::size_t column, const RowSource& wanted,
                       const EachRow& each, WaitingList& asked) {
    constexpr int kFirstByValue = 64;
    const Column columns[] = {table.columns[0], table.columns[column]};
    return note(
        {table.name.data(), kFirstByValue + static_cast<int>(column)},
        [&table, column, of = districts()] { return ddl::select_by_values(table, column, of); },
        columns, wanted, each, asked);
  }

  // Adds the questions for what `wanted` binds to the columns.
  Status note(postgres::StatementKey key, std::function<std::string()> text,
              std::span<const Column> columns, const RowSource& wanted, const EachRow& each,
              WaitingList& asked) {
    const bool is_apart = districts() == ddl::Districts::one;
    const auto place = is_apart ? Waiting::Place::last : Waiting::Place::in_arrays;
    return in_portions(
        columns, wanted, districts(), [](std::int64_t) { return ok(); },
        [&](std::int64_t district, postgres::ArrayBinder arrays) {
          asked.push_back({key, text, {}, std::move(arrays), &each, place});
          if (is_apart) asked.back().single.integer(0, district);
          return ok();
        });
  }

  Status ask(WaitingList& asked) {
    WD_TRY([[maybe_unused]] auto able, prepare_to_run());
    return send(asked);
  }

  Status send(WaitingList& waiting) {
    std::vector<postgres::Execution> executions;
    executions.reserve(waiting.size());
    for (auto& one : waiting) executions.push_back({one.key, one.text, one.arguments()});
    return link_->together(executions, [&waiting](std::size_t number, const PGresult* result) {
      const auto* each = waiting[number].each;
      if (each != nullptr) visit(result, *each);
    });
  }

  Status send_writes() {
    if (writes_.empty()) return ok();
    auto writes = std::exchange(writes_, {});
    writes_bytes_ = 0;
    WD_TRY([[maybe_unused]] auto able, be_able(1));
    return send(writes);
  }

  Status write(const TableInfo& table, BulkMode mode, postgres::ArrayBinder arrays) {
    growth_->wrote(table.name, arrays.rows());
    writes_bytes_ += arrays.bytes();
    writes_.push_back({{table.name.data(), 1 + static_cast<int>(mode)},
                       [=] { return ddl::array_statement(table, mode); },
                       {},
                       std::move(arrays)});
    return gathers_writes_ && writes_bytes_ < kBulkBytes ? ok() : send_writes();
  }

  // Statistics only make plans better, so a failure is nobody's error.
  void note_growth() {
    const auto grown = growth_->grown();
    if (grown.empty()) return;
    std::string names;
    for (const auto& name : grown) names += (names.empty() ? "'" : ", '") + std::string(name) + "'";
    const auto known = link_->simple(
        "SELECT t.name, COALESCE(MAX(c.reltuples), -1)::bigint FROM unnest(ARRAY[" + names +
        "]) AS t(name) LEFT JOIN pg_class c ON c.oid = to_regclass(t.name) GROUP BY t.name");
    if (!known) return;
    std::string doubled;
    for (int i = 0; i < PQntuples(known->get()); ++i) {
      const std::string_view told(PQgetvalue(known->get(), i, 0));
      const auto name = std::ranges::find(grown, told);
      if (name == grown.end()) continue;
      const auto rows = std::strtoll(PQgetvalue(known->get(), i, 1), nullptr, 10);
      if (!growth_->doubled(*name, rows)) continue;
      doubled += (doubled.empty() ? "" : ", ") + std::string(told);
    }
    if (doubled.empty()) return;
    [[maybe_unused]] const auto done = link_->simple("ANALYZE (SKIP_LOCKED) " + doubled);
  }

  // False when `each` wants no more.
  static bool visit(const PGresult* result, const EachRow& each) {
    postgres::PostgresRow row(result);
    for (int i = 0; i < PQntuples(result); ++i) {
      row.at(i);
      if (!each(row)) return false;
    }
    return true;
  }

  Status walk(const std::string& sql, const EachRow& each) {
    if (in_transaction_) return fetch(sql, each);
    WD_TRY([[maybe_unused]] auto begun, begin());
    auto read = fetch(sql, each);
    if (!read) {
      rollback();
      return read;
    }
    return commit();
  }

  Status fetch(const std::string& sql, const EachRow& each) {
    const auto began_ms = steady_ms();
    // A walk may happen inside another one.
    const auto name = "walk" + std::to_string(next_cursor_++);
    WD_TRY([[maybe_unused]] auto opened, text("DECLARE " + name + " NO SCROLL CURSOR FOR " + sql));
    const auto more = "FETCH FORWARD " + std::to_string(kFetchRows) + " FROM " + name;
    for (;;) {
      WD_TRY([[maybe_unused]] auto able, prepare_to_run(kWalkTimes));
      WD_TRY(const auto portion, link_->binary(more));
      if (!visit(portion.get(), each) || PQntuples(portion.get()) < kFetchRows) break;
    }
    WD_TRY([[maybe_unused]] auto closed, link_->simple("CLOSE " + name));
    if (deadline_ms_ != 0) deadline_ms_ += steady_ms() - began_ms;
    return ok();
  }

  std::unique_ptr<Link> link_;
  std::atomic<bool>* writer_flag_;
  std::vector<std::string> everywhere_;  // tables
  std::string transaction_;
  bool in_transaction_ = false;
  bool gathers_writes_ = false;
  std::vector<District> only_in_;  // empty: everywhere
  WaitingList writes_;
  std::size_t writes_bytes_ = 0;
  std::int64_t next_cursor_ = 1;
  std::shared_ptr<postgres::TableGrowth> growth_;
  // statement_timeout: asked for, in force, and in force after the transaction.
  std::int64_t wanted_ms_ = 0, applied_ms_ = 0, session_ms_ = 0;
  std::int64_t deadline_ms_ = 0;
};

class PostgresEngine final : public RemoteEngine {
 public:
  explicit PostgresEngine(PostgresOptions options) : options_(std::move(options)) {}

  Result<std::unique_ptr<Connection>> open_writer() override {
    if (!options_.is_only_writer) return open(postgres::Use::kWrite, &beside_others_);
    if (writer_open_.exchange(true)) {
      return Error(ErrorCode::folder_in_use).because("a writing connection is open");
    }
    auto opened = open(postgres::Use::kWrite, &writer_open_, {0, first_backend_});
    if (!opened) writer_open_ = false;
    return opened;
  }

  Result<std::unique_ptr<Connection>> open_beside(int lane) override {
    WD_ASSERT(lane > 0 && lane < kLanesMax && options_.is_only_writer);
    return open(postgres::Use::kWrite, &beside_others_, {lane, first_backend_});
  }

  Result<std::unique_ptr<Connection>> open_reader() override {
    return open(postgres::Use::kRead, nullptr);
  }

 private:
  Result<std::unique_ptr<Connection>> open(postgres::Use use, std::atomic<bool>* flag,
                                           postgres::Seat seat = {}) {
    auto link = std::make_unique<Link>(options_, use, std::move(seat));
    WD_TRY([[maybe_unused]] auto opened, link->open());
    return std::unique_ptr<Connection>(
        std::make_unique<PostgresConnection>(std::move(link), flag, options_.everywhere, growth_));
  }

  PostgresOptions options_;
  std::atomic<bool> writer_open_{false};
  std::atomic<bool> beside_others_{false};  // says nothing: there may be many
  std::shared_ptr<postgres::TableGrowth> growth_ = std::make_shared<postgres::TableGrowth>();
  std::shared_ptr<std::atomic<int>> first_backend_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace

Result<std::unique_ptr<Engine>> open_postgres(PostgresOptions options) {
  if (problem_of_postgres_url(options.url)) {
    return Error(ErrorCode::configuration_invalid).with("what", "storage.url");
  }
  return std::unique_ptr<Engine>(std::make_unique<PostgresEngine>(std::move(options)));
}

}  // namespace wangdi::store
