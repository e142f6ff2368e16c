// SPDX-License-Identifier: Apache-2.0
// One session with a PostgreSQL server: connecting with checked settings, the writer's lock,
// prepared statements, errors without values, and what became of a commit whose answer got lost.
#pragma once

#include <libpq-fe.h>

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "store/postgres.hpp"
#include "store/postgres_values.hpp"

namespace wangdi::store::postgres {

enum class Use : std::uint8_t { kWrite, kRead };

// Which of a server's writing sessions it is. The first holds the lock of the only server; those
// beside it hold one of their own each, and write only while the first has its.
struct Seat {
  int lane = 0;
  std::shared_ptr<std::atomic<int>> first_backend;  // process id of the first session
};

// Statements are constants, so the address of their text (or of a table's name, with a kind)
// identifies them.
struct StatementKey {
  const char* text;
  int kind;
  bool operator==(const StatementKey&) const = default;
};

// One of the statements of a round trip.
struct Execution {
  StatementKey key;
  std::function<std::string()> text;
  Arguments arguments;
};

class Link {
 public:
  Link(PostgresOptions options, Use use, Seat seat = {})
      : options_(std::move(options)), use_(use), seat_(std::move(seat)) {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // The first session. Errors: folder_in_use when another session holds the writer's lock.
  Status open();
  // Connects again when the session is lost.
  Status ready();
  bool is_lost() const { return lost_; }
  // Whether the database spreads its tables over machines.
  bool is_cluster() const { return cluster_; }
  // Whether a statement has rows of one district only.
  bool keeps_districts_apart() const { return cluster_ || options_.keeps_districts_apart; }

  // One or more statements without parameters; the result of the last, as text.
  Result<ResultPtr> simple(const std::string& sql);
  // FETCH and the like: no parameters, a binary result.
  Result<ResultPtr> binary(const std::string& sql);
  // Prepared at its first use.
  Result<ResultPtr> prepared(const StatementKey& key, const std::string& sql,
                             const Arguments& arguments);
  template <class Build>
  Result<ResultPtr> prepared_from(const StatementKey& key, Build build,
                                  const Arguments& arguments) {
    const auto known = prepared_.find(key);
    return prepared(key, known == prepared_.end() ? build() : known->second.sql, arguments);
  }

  // All of them in one round trip, in order. Each result is handed on with its number; from the
  // first that fails on there are none, and the error is the answer.
  using EachResult = std::function<void(std::size_t, const PGresult*)>;
  Status together(std::span<const Execution> executions, const EachResult& each);

  // After a COMMIT without an answer: connects again and asks what became of the transaction.
  Status outcome_of(const std::string& transaction);

 private:
  struct CloseConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  struct Prepared {
    std::string name;
    std::string sql;
    std::vector<Oid> types;
  };
  struct KeyHash {
    std::size_t operator()(const StatementKey& key) const {
      return std::hash<const void*>{}(key.text) ^ (static_cast<std::size_t>(key.kind) << 48);
    }
  };

  // The name under which the session knows the statement.
  Result<std::string> name_of(const StatementKey& key, const std::string& sql,
                              const Arguments& arguments);
  Status receive(std::size_t count, const EachResult& each);
  Status connect();
  Status check_settings();
  Status read_timeline();
  Status lock();
  Status take_lock(const std::string& statement);
  Status check_first();
  // Connects, and as the writer takes the lock, again and again until the time is over.
  Status reconnect();
  Result<ResultPtr> checked(PGresult* raw);
  Error failure(const PGresult* result);

  PostgresOptions options_;
  Use use_;
  Seat seat_;
  bool was_open_ = false;
  std::unique_ptr<PGconn, CloseConnection> connection_;
  std::unordered_map<StatementKey, Prepared, KeyHash> prepared_;
  std::int64_t next_name_ = 1;
  std::string timeline_;  // changes when a standby is promoted
  bool lost_ = false;
  bool cluster_ = false;
};

}  // namespace wangdi::store::postgres
