// SPDX-License-Identifier: Apache-2.0
// The real write path for tests of modules: engine, vault, registry and writer in a folder that is
// removed at the end; only the clock and the rights are the test's own. The engine is the one of
// test_engine.hpp, what is rebuilt beside is always SQLite.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "common/bus/held.hpp"
#include "common/bus/query_runner.hpp"
#include "common/bus/rebuild.hpp"
#include "common/bus/writer.hpp"
#include "common/parameters/parameters.hpp"
#include "journal/journal.hpp"
#include "store/remote.hpp"
#include "store/sqlite.hpp"
#include "tests/support/test_engine.hpp"
#include "vault/vault.hpp"

namespace wangdi::testing {

class FixedClock final : public Clock {
 public:
  UnixMs now() const override { return now_; }
  std::int64_t monotonic_ms() const override { return now_; }
  void set(UnixMs now) { now_ = now; }
  void advance(std::int64_t ms) { now_ += ms; }

 private:
  UnixMs now_ = 1'582'011'600'000;  // 2020-02-18 15:40 in China
};

// Everybody keeps the rights they come with, unless the test takes them away.
class TestRights final : public bus::Rights {
 public:
  std::optional<access::Actor> current(store::Rows&, const access::Actor& actor) override {
    if (taken_away) return std::nullopt;
    return actor;
  }
  bool had(store::Rows&, const access::Actor& actor, access::Roles roles, const RegionCode& region,
           UnixMs) override {
    return had_before && roles.contains(actor.role) && actor.region.contains(region);
  }
  bool taken_away = false;
  bool had_before = false;
};

class Harness {
 public:
  using Register = void (*)(bus::Registry&);
  // Writers beside each other on PostgreSQL; each is a session more for each test.
  static constexpr int kLanes = 2;
  static constexpr std::size_t kBatchLeast = 4;
  explicit Harness(std::initializer_list<Register> modules, vault::Hooks hooks = {},
                   std::filesystem::path folder = {}, TestEngine kind = engine_of_tests(),
                   int lanes = kLanes)
      : kind_(kind),
        keep_folder_(!folder.empty()),
        folder_(keep_folder_ ? folder : fresh_folder()) {
    std::filesystem::create_directories(folder_);
    bus::register_held(registry);
    for (const auto add : modules) add(registry);
    registry.check();
    engine = open_test_engine(kind_, database(), !std::filesystem::exists(folder_ / "keys"));
    connection = must(engine->open_writer());
    must(journal::Journal::create(*connection));
    must(vault::Vault::create_tables(*connection));
    for (const auto& table : registry.tables()) must(connection->create(table));
    const vault::Paths paths{(folder_ / "keys").string(), (folder_ / "root").string()};
    if (!std::filesystem::exists(paths.keys)) must(vault::Vault::create(paths));
    if (kind_ == TestEngine::sqlite) lanes = 1;
    vault = must(vault::Vault::open(paths, {.writers = lanes}));
    vault_writer = must(vault->open_writer(*connection, clock.now(), std::move(hooks)));
    parameters = std::make_unique<Parameters>(must(Parameters::shipped()));
    make_writer(lanes);
  }
  ~Harness() {
    if (writer) writer->stop();
    queries_.reset();
    writer.reset();
    beside_.clear();
    vault_writer.reset();
    connection.reset();
    if (keep_folder_) return;
    std::filesystem::remove_all(folder_);
    if (kind_ == TestEngine::postgres) drop_schema(database());
  }

  template <class T>
  static T must(Result<T> result) {
    if (!result) {
      ADD_FAILURE() << error_entry(result.error().code()).name << " " << result.error().cause();
      std::abort();
    }
    return std::move(result).value();
  }

  const std::filesystem::path& folder() const { return folder_; }

  // A deterministic id: tests that print it can be repeated.
  Uuid id() {
    std::array<std::uint8_t, 10> bytes{};
    for (int i = 0; i < 8; ++i) bytes[9 - i] = static_cast<std::uint8_t>(next_id_ >> (8 * i));
    ++next_id_;
    return make_uuid_v7(clock.now(), bytes);
  }

  template <class Command>
  bus::PreparedCommand prepare(const Command& command, const RegionCode& region) {
    bus::PreparedCommand prepared;
    prepared.id = CommandId{id()};
    prepared.type = Command::kType;
    prepared.region = region;
    prepared.occurred_at = clock.now();
    prepared.skew_measured = true;
    prepared.body = codec::encode(command);
    prepared.value = std::make_shared<const Command>(command);
    return prepared;
  }

  std::vector<bus::Outcome> send(const access::Actor& actor,
                                 std::vector<bus::PreparedCommand> commands) {
    start();
    return must(writer->send(actor, std::move(commands)));
  }
  template <class Command>
  bus::Outcome send(const access::Actor& actor, const Command& command, const RegionCode& region) {
    return send(actor, std::vector{prepare(command, region)}).front();
  }

  // Runs a query of the registry by its path, as the server does.
  Result<bus::Answer> query(const access::Actor& actor, const std::string& path,
                            std::string url_query, std::string body = {}) {
    start();
    if (!queries_) {
      bus::ReaderParts reader;
      reader.connection = must(engine->open_reader());
      reader.vault = must(vault->open_reader(*reader.connection));
      std::vector<bus::ReaderParts> readers;
      readers.push_back(std::move(reader));
      queries_ =
          std::make_unique<bus::QueryRunner>(std::move(readers), *writer, *parameters, clock,
                                             bus::QueryRunnerOptions{.threads = 1, .zone = {}});
    }
    const bus::QueryType* type = nullptr;
    for (const auto& known : registry.queries()) {
      if (known.path == path) type = &known;
    }
    EXPECT_NE(type, nullptr) << path;
    std::promise<Result<bus::Answer>> promise;
    auto future = promise.get_future();
    must(queries_->submit(
        {type, actor, std::move(url_query), std::move(body), "", "zh"},
        [&](Result<bus::Answer> answer) { promise.set_value(std::move(answer)); }));
    return future.get();
  }

  // Rebuilds beside the live tables; the tables that differ.
  std::vector<bus::Difference> rebuild_differences() {
    const auto path = folder_ / "rebuilt.db";
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
    auto beside_engine = must(store::open_sqlite({.path = path.string()}));
    auto beside = must(beside_engine->open_writer());
    auto live = must(engine->open_reader());
    return must(bus::rebuild_and_compare(registry, *live, *beside, ZoneOffset{})).differences;
  }

  FixedClock clock;
  TestRights rights;
  bus::Registry registry;
  std::unique_ptr<store::Engine> engine;
  std::unique_ptr<store::Connection> connection;
  std::unique_ptr<vault::Vault> vault;
  std::unique_ptr<vault::Writer> vault_writer;
  std::unique_ptr<Parameters> parameters;
  std::unique_ptr<bus::Writer> writer;

 private:
  struct Beside {
    std::unique_ptr<store::Connection> connection;
    std::unique_ptr<vault::Writer> vault_writer;
  };

  void make_writer(int lanes) {
    const auto parts = [this](store::Connection& to, vault::Writer& values) {
      return bus::WriterParts{to, registry, values, rights, *parameters, clock};
    };
    bus::WriterOptions options;
    options.batch_least = kBatchLeast;
    std::vector<bus::WriterParts> all{parts(*connection, *vault_writer)};
    for (int lane = 1; lane < lanes; ++lane) {
      auto& remote = dynamic_cast<store::RemoteEngine&>(*engine);
      Beside beside;
      beside.connection = must(remote.open_beside(lane));
      beside.vault_writer = must(vault->open_writer(*beside.connection, clock.now()));
      all.push_back(parts(*beside.connection, *beside.vault_writer));
      beside_.push_back(std::move(beside));
    }
    writer = std::make_unique<bus::Writer>(std::move(all), options);
  }

  static std::filesystem::path fresh_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wangdi_test_XXXXXX").string();
    return ::mkdtemp(pattern.data());
  }
  std::filesystem::path database() const { return folder_ / "wangdi.db"; }
  void start() {
    if (started_) return;
    started_ = true;
    writer->start();
  }

  TestEngine kind_;
  bool keep_folder_;
  std::filesystem::path folder_;
  std::unique_ptr<bus::QueryRunner> queries_;
  std::vector<Beside> beside_;
  std::uint64_t next_id_ = 1;
  bool started_ = false;
};

inline RegionCode region(std::string_view code) { return Harness::must(RegionCode::parse(code)); }
inline access::Actor actor(access::Role role, std::string_view code, std::uint8_t number = 1) {
  access::Actor result;
  result.account.value.bytes[15] = number;
  result.role = role;
  result.region = region(code);
  result.is_fresh = true;
  return result;
}

}  // namespace wangdi::testing
