// SPDX-License-Identifier: Apache-2.0
// A schema of its own on the server that WANGDI_TEST_POSTGRES names, with one table of notes.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "store/remote.hpp"
#include "store/rows.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_engine.hpp"

namespace wangdi::store {

struct NoteRow {
  District district;
  std::int64_t number = 0;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(NoteRow, (), (district, number, text))
inline constexpr Table<NoteRow, 2> kNote{"note_under_test"};
inline constexpr Statement kInsert{
    "insert_note", "INSERT INTO note_under_test (district, number, text) VALUES ($1, $2, $3)"};
inline constexpr Statement kCount{"count_notes",
                                  "SELECT COUNT(*) FROM note_under_test WHERE district = $1"};
inline constexpr Statement kSession{"session", "SELECT pg_backend_pid() WHERE $1 = $1"};
inline constexpr District kDistrict{320508};

class Many final : public RowSource {
 public:
  explicit Many(std::size_t count, std::int64_t first = 0) : count_(count), first_(first) {}
  std::size_t size() const override { return count_; }
  void bind(std::size_t row, Binder& to) const override {
    const NoteRow note{kDistrict, first_ + static_cast<std::int64_t>(row), "a"};
    for_each_member(note, [&](const auto& member, std::size_t column) {
      ColumnTraits<std::decay_t<decltype(member)>>::bind(to, column, member);
    });
  }

 private:
  std::size_t count_;
  std::int64_t first_;
};

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::postgres_of_tests().empty()) {
      GTEST_SKIP() << "WANGDI_TEST_POSTGRES names no server";
    }
    engine_ = testing::open_test_engine(testing::TestEngine::postgres, file(), true);
    writer_ = engine_->open_writer().value();
    ASSERT_TRUE(writer_->create(kNote.info()));
  }
  void TearDown() override {
    if (!engine_) return;
    writer_.reset();
    testing::drop_schema(file());
  }
  std::filesystem::path file() const { return folder_.path() / "t.db"; }
  static void end_sessions_of(Connection& connection) {
    std::int64_t session = 0;
    ASSERT_TRUE(connection.query(kSession, bind_all(std::int64_t{1}), [&](const RowReader& row) {
      session = row.integer(0);
      return true;
    }));
    testing::operate_postgres("SELECT pg_terminate_backend(" + std::to_string(session) + ", 5000)");
  }
  RemoteConnection& remote() { return dynamic_cast<RemoteConnection&>(*writer_); }
  static std::int64_t count(Connection& connection) {
    std::int64_t found = -1;
    EXPECT_TRUE(connection.query(kCount, bind_all(kDistrict), [&](const RowReader& row) {
      found = row.integer(0);
      return true;
    }));
    return found;
  }
  static Result<std::int64_t> insert(Connection& connection, std::int64_t number) {
    return run(connection, kInsert, kDistrict, number, std::string("a"));
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Connection> writer_;
};

}  // namespace wangdi::store
