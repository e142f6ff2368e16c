// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL engine (15 or newer) on libpq: one writing connection under an advisory lock that
// a second server cannot get, readers that are REPEATABLE READ READ ONLY. A lost connection fails
// what ran on it; the next begin() connects again. Passwords come from PGPASSFILE, ~/.pgpass or a
// service file, never from the address. In a database with the extension Citus, tables are handed
// to it when they are made.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/engine.hpp"

namespace wangdi::store {

// How long a commit whose answer got lost is asked for, and a lock of the own former session is
// waited for. Then the batch counts as failed, and its commands are told apart by their ids.
inline constexpr std::int64_t kReconnectMs = 30'000;

struct PostgresOptions {
  std::string url;  // postgres://user@host/database or any other address that libpq takes
  std::int64_t reconnect_ms = kReconnectMs;
  // False: without the advisory lock, beside other writers, who then lock what they number.
  bool is_only_writer = true;
  // Tables of which a cluster keeps a copy on each machine; all others are spread by district.
  std::vector<std::string> everywhere = {};
  // Statements as a cluster needs them, each with rows of one district, where there is none.
  bool keeps_districts_apart = false;
};

enum class UrlProblem : std::uint8_t { not_an_address, holds_a_password };
std::optional<UrlProblem> problem_of_postgres_url(const std::string& url);
bool is_postgres_url(std::string_view text);

// Connects when the first connection is opened. Errors of opening: configuration_invalid for an
// address that is none, folder_in_use for a second writer, else storage_failed with the cause: no
// connection, an older server, or settings that could lose what was committed.
Result<std::unique_ptr<Engine>> open_postgres(PostgresOptions options);

}  // namespace wangdi::store
