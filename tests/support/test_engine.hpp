// SPDX-License-Identifier: Apache-2.0
// The database of a test: a SQLite file in the test's folder, or, where WANGDI_TEST_POSTGRES names
// a server (tools/with_postgres starts one), a schema of its own there, named after the file.
#pragma once

#include <libpq-fe.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/postgres.hpp"
#include "store/sqlite.hpp"

namespace wangdi::testing {

enum class TestEngine : std::uint8_t { sqlite, postgres };

// Empty when tests run on SQLite only.
inline std::string postgres_of_tests() {
  const char* address = std::getenv("WANGDI_TEST_POSTGRES");
  return address == nullptr ? "" : address;
}
inline TestEngine engine_of_tests() {
  return postgres_of_tests().empty() ? TestEngine::sqlite : TestEngine::postgres;
}

// Runs SQL as the operator of the test server would; the first value of the last result.
inline std::string operate_postgres(const std::string& sql) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(
      PQconnectdb(postgres_of_tests().c_str()), PQfinish);
  PQsetNoticeReceiver(connection.get(), [](void*, const PGresult*) {}, nullptr);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), sql.c_str()),
                                                              PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(PQerrorMessage(connection.get()));
  }
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

inline std::string schema_of(const std::filesystem::path& file) {
  return "test_" + std::to_string(std::hash<std::string>{}(file.string()));
}
inline std::string postgres_url_of(const std::filesystem::path& file) {
  const auto address = postgres_of_tests();
  return address + (address.find('?') == std::string::npos ? "?" : "&") +
         "options=-csearch_path%3D" + schema_of(file);
}
// Statements in a cluster's form: each has rows of one district.
inline bool keeps_districts_apart() {
  return std::getenv("WANGDI_TEST_DISTRICTS_APART") != nullptr ||
         std::getenv("WANGDI_TEST_CITUS") != nullptr;
}
inline store::PostgresOptions postgres_options_of(const std::filesystem::path& file) {
  return {.url = postgres_url_of(file),
          .everywhere = {"region", "region_communities"},
          .keeps_districts_apart = keeps_districts_apart()};
}
// What a file's folder is removed with.
inline void drop_schema(const std::filesystem::path& file) {
  operate_postgres("DROP SCHEMA IF EXISTS " + schema_of(file) + " CASCADE");
}

// `is_new`: nothing of an earlier test with the same path may be left.
inline std::unique_ptr<store::Engine> open_test_engine(TestEngine kind,
                                                       const std::filesystem::path& file,
                                                       bool is_new) {
  if (kind == TestEngine::sqlite) {
    return store::open_sqlite({.path = file.string()}).value();
  }
  if (is_new) drop_schema(file);
  operate_postgres("CREATE SCHEMA IF NOT EXISTS " + schema_of(file));
  return store::open_postgres(postgres_options_of(file)).value();
}

// All that the database wrote to its files, its log of writes included.
inline std::string bytes_of_database(TestEngine kind, const std::filesystem::path& file) {
  std::vector<std::filesystem::path> files = {file, file.string() + "-wal"};
  if (kind == TestEngine::postgres) {
    // Everything of the schema, what is out of line too, is in the files before they are read.
    std::istringstream paths(
        operate_postgres("CHECKPOINT; SELECT string_agg(current_setting('data_directory') || '/' ||"
                         " pg_relation_filepath(c.oid), E'\\n') FROM pg_class c JOIN pg_namespace "
                         "n ON n.nspname = '" +
                         schema_of(file) +
                         "' WHERE c.relnamespace = n.oid OR c.oid IN (SELECT reltoastrelid FROM"
                         " pg_class WHERE relnamespace = n.oid)"));
    files.clear();
    for (std::string path; std::getline(paths, path);) files.emplace_back(path);
    const std::filesystem::path log = operate_postgres("SHOW data_directory") + "/pg_wal";
    for (const auto& entry : std::filesystem::directory_iterator(log)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::string bytes;
  for (const auto& path : files) {
    std::ifstream stream(path, std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(stream), {});
  }
  return bytes;
}

}  // namespace wangdi::testing
