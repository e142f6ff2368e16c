// SPDX-License-Identifier: Apache-2.0
// Statistics of a table are made when it has doubled, once for all sessions of a program.
#include "store/postgres_growth.hpp"

#include <gtest/gtest.h>

#include "store/tests/postgres_fixture.hpp"

namespace wangdi::store {
namespace {

using postgres::TableGrowth;

class PostgresGrowthTest : public PostgresTest {
 protected:
  static void write(Connection& connection, std::size_t rows, std::int64_t first) {
    ASSERT_TRUE(connection.begin());
    ASSERT_TRUE(connection.bulk(kNote.info(), BulkMode::kInsert, Many(rows, first)));
    ASSERT_TRUE(connection.commit());
  }
  // As of the last collecting.
  static double known_rows(Connection& connection) {
    static constexpr Statement kKnown{"known",
                                      "SELECT reltuples::float8 FROM pg_class"
                                      " WHERE oid = 'note_under_test'::regclass AND $1 = $1"};
    double found = -2;
    EXPECT_TRUE(connection.query(kKnown, bind_all(std::int64_t{1}), [&](const RowReader& row) {
      found = row.real(0);
      return true;
    }));
    return found;
  }
};

TEST_F(PostgresGrowthTest, given_a_table_that_has_grown_then_its_statistics_are_made_at_once) {
  write(*writer_, 600, 0);
  EXPECT_EQ(known_rows(*writer_), 600);
}

// Each collecting holds its session up, so it waits until there is something to learn.
TEST_F(PostgresGrowthTest, given_a_full_table_when_a_new_program_writes_then_it_waits) {
  write(*writer_, 3'000, 0);
  writer_.reset();
  engine_ = testing::open_test_engine(testing::TestEngine::postgres, file(), false);
  writer_ = engine_->open_writer().value();
  for (int portion = 0; portion < 5; ++portion) {
    write(*writer_, 600, 3'000 + 600 * portion);
    EXPECT_EQ(known_rows(*writer_), portion < 4 ? 3'000 : 6'000) << portion;
  }
}

class Numbers final : public RowSource {
 public:
  Numbers(District district, std::size_t count) : district_(district), count_(count) {}
  std::size_t size() const override { return count_; }
  void bind(std::size_t row, Binder& to) const override {
    to.integer(0, district_.number);
    to.integer(1, static_cast<std::int64_t>(row));
  }

 private:
  District district_;
  std::size_t count_;
};

// The server believes that such a district has one row, and would look through all of them.
TEST_F(PostgresGrowthTest, given_a_district_that_statistics_do_not_know_then_rows_are_looked_up) {
  write(*writer_, 20'000, 0);
  constexpr District kNew{110101};
  static constexpr Statement kFill{"fill",
                                   "INSERT INTO note_under_test (district, number, text)"
                                   " SELECT $1, n, 'a' FROM generate_series(1, 2000) AS n"};
  static constexpr Statement kFetched{"fetched",
                                      "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE"
                                      " relid = 'note_under_test'::regclass AND $1 = $1"};
  ASSERT_TRUE(run(*writer_, kFill, kNew));
  ASSERT_TRUE(writer_->begin());
  int found = 0;
  ASSERT_TRUE(remote().by_values(kNote.info(), 1, Numbers(kNew, 6), [&](const RowReader&) {
    ++found;
    return true;
  }));
  EXPECT_EQ(found, 5);
  ASSERT_TRUE(writer_->query(kFetched, bind_all(std::int64_t{1}), [](const RowReader& row) {
    EXPECT_EQ(row.integer(0), 5) << "rows read";
    return true;
  }));
  writer_->rollback();
}

TEST(TableGrowthTest, given_sessions_beside_each_other_then_one_of_them_looks) {
  TableGrowth growth;
  growth.wrote("visit", 499);
  EXPECT_TRUE(growth.grown().empty());
  growth.wrote("visit", 1);
  EXPECT_EQ(growth.grown(), (std::vector<std::string_view>{"visit"}));
  EXPECT_TRUE(growth.grown().empty()) << "another session does not look as well";
  EXPECT_TRUE(growth.doubled("visit", -1)) << "the server knows nothing yet";
  growth.wrote("visit", 499);
  EXPECT_TRUE(growth.grown().empty());
}

TEST(TableGrowthTest, given_a_table_known_to_be_larger_then_as_much_must_be_written) {
  TableGrowth growth;
  growth.wrote("visit", 500);
  ASSERT_EQ(growth.grown().size(), 1u);
  EXPECT_FALSE(growth.doubled("visit", 100'000));
  growth.wrote("visit", 99'499);
  EXPECT_TRUE(growth.grown().empty());
  growth.wrote("visit", 1);
  ASSERT_EQ(growth.grown().size(), 1u);
  EXPECT_TRUE(growth.doubled("visit", 100'000));
  growth.wrote("visit", 199'999);
  EXPECT_TRUE(growth.grown().empty()) << "it holds 200,000 now";
}

}  // namespace
}  // namespace wangdi::store
