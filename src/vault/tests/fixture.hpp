// SPDX-License-Identifier: Apache-2.0
// A vault in a folder of its own, with the writing and reading ends as the server has them, and a
// one-column stand-in for the journal.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "store/rows.hpp"
#include "tests/support/test_engine.hpp"
#include "vault/vault.hpp"

namespace wangdi::vault {

inline constexpr District kDistrict{990101};
inline constexpr UnixMs kNow = 1'582'000'000'000;  // 2020-02-18

struct RecordRow {
  District district{};
  std::int64_t sequence = 0;
};
WD_DESCRIBE(RecordRow, district, sequence)
inline constexpr store::Table<RecordRow, 2> kRecord{"record_under_test"};

inline Uuid subject_of(std::uint32_t number) {
  std::array<std::uint8_t, 10> random{};
  for (int i = 0; i < 4; ++i) random[9 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return make_uuid_v7(kNow + number, random);
}

// One run of the server: opened, used, closed or killed.
struct Server {
  std::unique_ptr<Vault> vault;
  std::unique_ptr<store::Engine> engine;
  std::unique_ptr<store::Connection> main;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<store::Connection> reading;
  std::unique_ptr<Reader> reader;

  Server() = default;
  Server(Server&&) = default;
  // What a server has goes in the order in which it ends: each part uses those above it.
  Server& operator=(Server&& other) noexcept {
    reader = std::move(other.reader);
    reading = std::move(other.reading);
    writer = std::move(other.writer);
    main = std::move(other.main);
    engine = std::move(other.engine);
    vault = std::move(other.vault);
    return *this;
  }
  ~Server() = default;

  // One batch: the caller's puts, then everything to disk in the promised order.
  template <class Fill>
  Status batch(Fill fill, std::int64_t record = 0, const std::function<void()>& after_record = {}) {
    WD_TRY([[maybe_unused]] auto begun, main->begin());
    auto done = [&]() -> Status {
      WD_TRY([[maybe_unused]] auto filled, fill(*writer));
      WD_TRY([[maybe_unused]] auto keys, writer->commit_keys());
      WD_TRY([[maybe_unused]] auto rows, writer->write_rows());
      if (record != 0) {
        store::Rows records(*main, store::Start::kStored);
        records.put(kRecord, {.district = kDistrict, .sequence = record});
        WD_TRY([[maybe_unused]] auto flushed, records.flush());
      }
      if (after_record) after_record();
      return main->commit();
    }();
    if (!done) {
      main->rollback();
      (void)writer->abandoned();
      return done;
    }
    writer->settled();
    return ok();
  }

  Status put(const Uuid& subject, Field field, std::string_view value) {
    return batch([&](Writer& to) { return to.put(kDistrict, subject, field, value); });
  }
  std::string get(const Uuid& subject, Field field) {
    auto value = reader->get(kDistrict, subject, field);
    if (!value) return std::string("error ") + std::string(error_entry(value.error().code()).name);
    return value->value_or("nothing");
  }
  std::size_t found(Field field, std::string_view value) {
    auto subjects = reader->find_exact(kDistrict, field, value);
    return subjects ? subjects->size() : 999;
  }
};

class VaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("wangdi_vault_" + std::to_string(::getpid()) + "_" + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "data");
    paths_ = Paths::beside((folder_ / "data").string());
    ASSERT_TRUE(Vault::create(paths_).has_value());
  }
  void TearDown() override {
    if (testing::engine_of_tests() == testing::TestEngine::postgres) {
      testing::drop_schema(main_file());
    }
    std::filesystem::remove_all(folder_);
  }

  std::string main_file() const { return (folder_ / "data" / "wangdi.db").string(); }

  Result<Server> open(Hooks hooks = {}, UnixMs now = kNow, Options options = {}) {
    Server run;
    WD_TRY(run.vault, Vault::open(paths_, options));
    run.engine = testing::open_test_engine(testing::engine_of_tests(), main_file(), false);
    WD_TRY(run.main, run.engine->open_writer());
    WD_TRY([[maybe_unused]] auto made, Vault::create_tables(*run.main));
    WD_TRY([[maybe_unused]] auto also, run.main->create(kRecord.info()));
    WD_TRY(run.writer, run.vault->open_writer(*run.main, now, std::move(hooks)));
    WD_TRY(run.reading, run.engine->open_reader());
    WD_TRY(run.reader, run.vault->open_reader(*run.reading));
    return run;
  }
  Server opened(Hooks hooks = {}, UnixMs now = kNow, Options options = {}) {
    auto run = open(std::move(hooks), now, options);
    EXPECT_TRUE(run.has_value()) << run.error().cause();
    return std::move(*run);
  }

  // All bytes of all files below the test's folder.
  std::string all_bytes() const {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }

  // Rows of a table in a database file.
  static std::int64_t rows_in(store::Engine& engine, const store::Statement& count) {
    auto reader = engine.open_reader();
    std::int64_t rows = -1;
    if (!reader) return rows;
    auto read = (*reader)->query(count, store::bind_all(), [&](const store::RowReader& row) {
      rows = row.integer(0);
      return false;
    });
    return read ? rows : -1;
  }

  std::filesystem::path folder_;
  Paths paths_;
};

inline constexpr store::Statement kCountKeys{"count_keys", "SELECT count(*) FROM person_key"};
inline constexpr store::Statement kCountIndex{"count_index", "SELECT count(*) FROM blind_index"};
inline constexpr store::Statement kCountFields{"count_fields", "SELECT count(*) FROM vault_field"};
inline constexpr store::Statement kCountRecords{"count_records",
                                                "SELECT count(*) FROM record_under_test"};

}  // namespace wangdi::vault
