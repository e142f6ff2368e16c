// SPDX-License-Identifier: Apache-2.0
// The contract of an engine and of the batch's working set, on a real SQLite file and, where
// WANGDI_TEST_POSTGRES names a server, on PostgreSQL.
#include "store/rows.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_engine.hpp"

namespace wangdi::store {
namespace {

struct DoorRow {
  District district;
  std::int64_t door = 0;
  std::string label;
  std::optional<CivilDate> seen_on;
};
BOOST_DESCRIBE_STRUCT(DoorRow, (), (district, door, label, seen_on))
constexpr Table<DoorRow, 2> kDoor{"door_under_test"};

struct CountRow {
  District district;
  CivilDate day;
  std::int64_t value = 0;
  std::int64_t other = 0;
};
BOOST_DESCRIBE_STRUCT(CountRow, (), (district, day, value, other))
constexpr Table<CountRow, 2> kCount{"count_under_test"};

struct PersonRow {
  District district;
  std::int64_t person = 0;
  std::int64_t door = 0;
  std::string label;
};
BOOST_DESCRIBE_STRUCT(PersonRow, (), (district, person, door, label))
constexpr Index kPersonIndexes[] = {{"door", "district, door, person"}};
constexpr Table<PersonRow, 2> kPerson{"person_under_test", kPersonIndexes};

constexpr District kDistrict{320508};

struct AllKindsRow {
  District district;
  std::string text;
  Bytes blob;
  std::int64_t integer = 0;
  double real = 0;
  std::optional<std::string> maybe_text;
  std::optional<Bytes> maybe_blob;
  std::optional<std::int64_t> maybe_integer;
  std::optional<double> maybe_real;
};
BOOST_DESCRIBE_STRUCT(AllKindsRow, (),
                      (district, text, blob, integer, real, maybe_text, maybe_blob, maybe_integer,
                       maybe_real))
constexpr Table<AllKindsRow, 2> kAllKinds{"all_kinds_under_test"};

using testing::TestEngine;

class RowsTest : public ::testing::TestWithParam<TestEngine> {
 protected:
  void SetUp() override {
    if (GetParam() == TestEngine::postgres && testing::postgres_of_tests().empty()) {
      GTEST_SKIP() << "WANGDI_TEST_POSTGRES names no server";
    }
    engine_ = testing::open_test_engine(GetParam(), file(), true);
    writer_ = std::move(*engine_->open_writer());
    ASSERT_TRUE(writer_->create(kDoor.info()));
    ASSERT_TRUE(writer_->create(kCount.info()));
  }
  void TearDown() override {
    if (!engine_) return;
    writer_.reset();
    if (GetParam() == TestEngine::postgres) testing::drop_schema(file());
  }
  std::filesystem::path file() const { return folder_.path() / "t.db"; }
  template <class Work>
  void in_batch(Work work) {
    ASSERT_TRUE(writer_->begin());
    Rows rows(*writer_, Start::kStored);
    work(rows);
    ASSERT_TRUE(rows.flush());
    ASSERT_TRUE(writer_->commit());
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Connection> writer_;
};

TEST_P(RowsTest, what_a_batch_puts_is_found_in_it_and_after_it) {
  in_batch([](Rows& rows) {
    rows.put(kDoor, {kDistrict, 1, "3-2-402", std::nullopt});
    ASSERT_NE(rows.find(kDoor, {kDistrict, 1}), nullptr);
    EXPECT_EQ(rows.find(kDoor, {kDistrict, 1})->label, "3-2-402");
  });
  in_batch([](Rows& rows) {
    const auto* row = rows.find(kDoor, {kDistrict, 1});
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->label, "3-2-402");
    EXPECT_FALSE(row->seen_on);
  });
}

TEST_P(RowsTest, an_erased_row_is_gone_in_the_batch_and_after_it) {
  in_batch([](Rows& rows) { rows.put(kDoor, {kDistrict, 1, "a", CivilDate::from_days(5)}); });
  in_batch([](Rows& rows) {
    rows.erase(kDoor, {kDistrict, 1});
    EXPECT_EQ(rows.find(kDoor, {kDistrict, 1}), nullptr);
  });
  in_batch([](Rows& rows) { EXPECT_EQ(rows.find(kDoor, {kDistrict, 1}), nullptr); });
}

TEST_P(RowsTest, additions_are_summed_in_a_batch_and_added_to_what_is_stored) {
  const auto day = CivilDate::from_days(18310);
  for (int batch = 0; batch < 2; ++batch) {
    in_batch([&](Rows& rows) {
      rows.add(kCount, {kDistrict, day, 1, 10});
      rows.add(kCount, {kDistrict, day, 2, -3});
      EXPECT_EQ(rows.pending(), 1u);
    });
  }
  auto reader = std::move(*engine_->open_reader());
  const auto stored = get(*reader, kCount, {kDistrict, day});
  ASSERT_TRUE(stored && *stored);
  EXPECT_EQ((*stored)->value, 6);
  EXPECT_EQ((*stored)->other, 14);
}

TEST_P(RowsTest, a_list_by_prefix_shows_stored_rows_with_the_changes_of_the_batch) {
  in_batch([](Rows& rows) {
    rows.put(kDoor, {kDistrict, 2, "b", std::nullopt});
    rows.put(kDoor, {kDistrict, 1, "a", std::nullopt});
    rows.put(kDoor, {{110101}, 9, "other district", std::nullopt});
  });
  in_batch([](Rows& rows) {
    rows.put(kDoor, {kDistrict, 3, "c", std::nullopt});
    rows.put(kDoor, {kDistrict, 1, "A", std::nullopt});
    rows.erase(kDoor, {kDistrict, 2});
    const auto listed = rows.list(kDoor, kDistrict);
    ASSERT_EQ(listed.size(), 2u);
    EXPECT_EQ(listed[0].label, "A");
    EXPECT_EQ(listed[1].label, "c");
  });
}

TEST_P(RowsTest, a_rolled_back_batch_leaves_nothing) {
  ASSERT_TRUE(writer_->begin());
  {
    Rows rows(*writer_, Start::kStored);
    rows.put(kDoor, {kDistrict, 1, "a", std::nullopt});
    ASSERT_TRUE(rows.flush());
  }
  writer_->rollback();
  in_batch([](Rows& rows) { EXPECT_EQ(rows.find(kDoor, {kDistrict, 1}), nullptr); });
}

TEST_P(RowsTest, a_failing_database_is_latched_and_stops_the_flush) {
  static constexpr Table<CountRow, 2> kMissing{"table_that_is_not_there"};
  Rows rows(*writer_, Start::kStored);
  EXPECT_EQ(rows.find(kMissing, {kDistrict, CivilDate()}), nullptr);
  EXPECT_FALSE(rows.status());
  EXPECT_FALSE(rows.flush());
  EXPECT_EQ(rows.status().error().code(), ErrorCode::storage_failed);
}

TEST_P(RowsTest, a_second_writer_and_a_writing_reader_are_refused) {
  EXPECT_FALSE(engine_->open_writer());
  auto reader = std::move(*engine_->open_reader());
  EXPECT_FALSE(reader->create({"not_allowed", kDoor.info().columns, 2, {}, true}));
}

TEST_P(RowsTest, a_reader_keeps_its_snapshot_while_the_writer_commits) {
  auto reader = std::move(*engine_->open_reader());
  ASSERT_TRUE(reader->begin());
  EXPECT_FALSE(*get(*reader, kDoor, {kDistrict, 1}));
  in_batch([](Rows& rows) { rows.put(kDoor, {kDistrict, 1, "a", std::nullopt}); });
  EXPECT_FALSE(*get(*reader, kDoor, {kDistrict, 1}));
  ASSERT_TRUE(reader->commit());
  EXPECT_TRUE(*get(*reader, kDoor, {kDistrict, 1}));
}

TEST_P(RowsTest, a_statement_over_its_time_is_ended_with_an_error) {
  static constexpr Statement kEndless{
      "endless",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"};
  auto reader = std::move(*engine_->open_reader());
  reader->limit_time(20);
  EXPECT_FALSE(reader->query(kEndless, bind_all(), [](const RowReader&) { return true; }));
}

INSTANTIATE_TEST_SUITE_P(Engines, RowsTest,
                         ::testing::Values(TestEngine::sqlite, TestEngine::postgres),
                         [](const auto& param) {
                           return param.param == TestEngine::sqlite ? "sqlite" : "postgres";
                         });

// The rows a table holds, in key order.
template <class Row, std::size_t K>
std::vector<Row> all_rows(Connection& from, const Table<Row, K>& table) {
  std::vector<Row> rows;
  EXPECT_TRUE(from.by_key(table.info(), 0, bind_all(), [&](const RowReader& reader) {
    rows.push_back(read_row<Row>(reader));
    return true;
  }));
  return rows;
}

TEST_P(RowsTest, every_kind_of_value_comes_back_as_it_was_bound) {
  ASSERT_TRUE(writer_->create(kAllKinds.info()));
  const Bytes bytes{0, 1, 255, '\\', '\''};
  const std::vector<AllKindsRow> rows{
      {kDistrict, "", {}, 0, 0, std::nullopt, std::nullopt, std::nullopt, std::nullopt},
      {kDistrict, " ", bytes, INT64_MIN, -1.5, "", Bytes{}, 0, 0.0},
      {kDistrict, "'; DROP TABLE", {}, INT64_MAX, 1e300, "{\"a\",NULL}", bytes, -1, 36.6},
      {kDistrict, "Ab", {}, 1, 0.1, "社区", bytes, 1, -0.0},
      {kDistrict, "aB", {}, 1, 0.1, "\n\t\x01", bytes, 1, 0.1},
      {kDistrict, "社区", {}, 1, 0.1, "a", bytes, 1, 0.1},
  };
  in_batch([&](Rows& batch) {
    for (const auto& row : rows) batch.put(kAllKinds, row);
  });
  const auto stored = all_rows(*writer_, kAllKinds);
  ASSERT_EQ(stored.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {  // texts are ordered by their bytes
    EXPECT_EQ(stored[i].text, rows[i].text);
    EXPECT_EQ(stored[i].blob, rows[i].blob);
    EXPECT_EQ(stored[i].integer, rows[i].integer);
    EXPECT_EQ(stored[i].real, rows[i].real);
    EXPECT_EQ(stored[i].maybe_text, rows[i].maybe_text);
    EXPECT_EQ(stored[i].maybe_blob, rows[i].maybe_blob);
    EXPECT_EQ(stored[i].maybe_integer, rows[i].maybe_integer);
    EXPECT_EQ(stored[i].maybe_real, rows[i].maybe_real);
  }
}

TEST_P(RowsTest, a_statement_takes_a_value_where_it_first_had_none) {
  static constexpr Statement kInsert{
      "insert_door",
      "INSERT INTO door_under_test (district, door, label, seen_on) VALUES ($1, $2, $3, $4)"};
  for (const auto& seen : {std::optional<CivilDate>(), std::optional(CivilDate::from_days(9)),
                           std::optional<CivilDate>()}) {
    const std::int64_t door =
        seen ? 2 : 1 + static_cast<std::int64_t>(all_rows(*writer_, kDoor).size());
    const auto changed = run(*writer_, kInsert, kDistrict, door, std::string("x"), seen);
    ASSERT_TRUE(changed);
    EXPECT_EQ(*changed, 1);
  }
  const auto rows = all_rows(*writer_, kDoor);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_FALSE(rows[0].seen_on);
  EXPECT_EQ(rows[1].seen_on, CivilDate::from_days(9));
}

TEST_P(RowsTest, sums_counts_and_greatest_values_are_read_as_integers) {
  static constexpr Statement kSums{
      "sums",
      "SELECT SUM(value), COUNT(*), MAX(other), COALESCE(SUM(other), 0), COUNT(CASE WHEN value > $1"
      " THEN 1 END), SUM(CASE WHEN value > $1 THEN value ELSE -value END) FROM count_under_test"
      " WHERE district = $2"};
  constexpr std::int64_t kLarge = 123'456'789'012'345'678;
  in_batch([](Rows& rows) {
    rows.add(kCount, {kDistrict, CivilDate::from_days(1), kLarge, -10'000});
    rows.add(kCount, {kDistrict, CivilDate::from_days(2), -3, -10'000});
  });
  std::vector<std::int64_t> read;
  for (const auto district : {kDistrict, District{110101}}) {
    ASSERT_TRUE(writer_->query(kSums, bind_all(std::int64_t{0}, district), [&](const auto& row) {
      for (std::size_t column = 0; column < 6; ++column) read.push_back(row.integer(column));
      return true;
    }));
  }
  EXPECT_EQ(read, (std::vector<std::int64_t>{kLarge - 3, 2, -10'000, -20'000, 1, kLarge + 3,  //
                                             0, 0, 0, 0, 0, 0}));
}

TEST_P(RowsTest, many_rows_of_many_districts_are_written_added_to_and_erased) {
  constexpr int kDistricts = 3, kDays = 6'000;
  for (int round = 0; round < 2; ++round) {
    in_batch([&](Rows& rows) {
      for (int d = 0; d < kDistricts; ++d) {
        for (int day = 0; day < kDays; ++day) {
          rows.add(kCount, {{110101 + d}, CivilDate::from_days(day), day, 1});
        }
      }
    });
  }
  auto stored = all_rows(*writer_, kCount);
  ASSERT_EQ(stored.size(), std::size_t{kDistricts} * kDays);
  EXPECT_EQ(stored.back().value, 2 * (kDays - 1));
  EXPECT_EQ(stored.front().other, 2);
  in_batch([&](Rows& rows) {
    for (int d = 0; d < kDistricts; ++d) {
      rows.erase(kCount, {{110101 + d}, CivilDate::from_days(d)});
    }
  });
  stored = all_rows(*writer_, kCount);
  ASSERT_EQ(stored.size(), std::size_t{kDistricts} * (kDays - 1));
  EXPECT_EQ(stored.front().day, CivilDate::from_days(1));
}

TEST_P(RowsTest, an_insert_of_a_key_that_exists_fails_and_a_roll_back_mends) {
  struct Two final : RowSource {
    std::size_t size() const override { return 2; }
    void bind(std::size_t row, Binder& to) const override {
      const CountRow values{kDistrict, CivilDate::from_days(static_cast<int>(row)), 1, 1};
      for_each_member(values, [&](const auto& member, std::size_t column) {
        ColumnTraits<std::decay_t<decltype(member)>>::bind(to, column, member);
      });
    }
  };
  ASSERT_TRUE(writer_->begin());
  ASSERT_TRUE(writer_->bulk(kCount.info(), BulkMode::kInsert, Two()));
  ASSERT_TRUE(writer_->commit());
  ASSERT_TRUE(writer_->begin());
  EXPECT_FALSE(writer_->bulk(kCount.info(), BulkMode::kInsert, Two()));
  writer_->rollback();
  writer_->rollback();  // nothing is open any more
  in_batch([](Rows& rows) { rows.put(kDoor, {kDistrict, 1, "a", std::nullopt}); });
  EXPECT_EQ(all_rows(*writer_, kCount).size(), 2u);
}

TEST_P(RowsTest, a_walk_through_a_table_can_read_and_write_others) {
  in_batch([](Rows& rows) {
    for (int day = 0; day < 5'000; ++day) {
      rows.add(kCount, {kDistrict, CivilDate::from_days(day), day, 1});
    }
    rows.put(kDoor, {kDistrict, 1, "a", std::nullopt});
  });
  ASSERT_TRUE(writer_->begin());
  Rows rows(*writer_, Start::kStored);
  int seen = 0;
  ASSERT_TRUE(writer_->by_key(kCount.info(), 0, bind_all(), [&](const RowReader& reader) {
    const auto row = read_row<CountRow>(reader);
    EXPECT_EQ(row.value, seen++);
    if (row.value % 1'000 == 0) {
      rows.put(kDoor, {kDistrict, 10 + row.value, "b", std::nullopt});
      EXPECT_TRUE(rows.flush());
      EXPECT_TRUE(*get(*writer_, kDoor, {kDistrict, 1}));
    }
    return seen < 4'500;
  }));
  EXPECT_EQ(seen, 4'500);
  ASSERT_TRUE(writer_->commit());
  EXPECT_EQ(all_rows(*writer_, kDoor).size(), 6u);
}

TEST_P(RowsTest, transactions_do_not_nest_and_end_once) {
  EXPECT_FALSE(writer_->commit());
  ASSERT_TRUE(writer_->begin());
  EXPECT_FALSE(writer_->begin());
  ASSERT_TRUE(writer_->commit());
  EXPECT_FALSE(writer_->commit());
}

// A district is never read from end to end where an index is at hand, not even in an empty table.
TEST_P(RowsTest, given_an_index_when_a_statement_is_planned_then_it_is_used_beyond_the_district) {
  if (GetParam() != TestEngine::sqlite) GTEST_SKIP() << "PostgreSQL plans by what the tables hold";
  ASSERT_TRUE(writer_->create(kPerson.info()));
  ASSERT_TRUE(writer_->create(kPerson.info()));  // as at the next start
  constexpr Statement kPlans[] = {
      {"plan_point",
       "EXPLAIN QUERY PLAN SELECT label FROM person_under_test WHERE district = $1 AND door = $2"
       " ORDER BY label"},
      {"plan_join",
       "EXPLAIN QUERY PLAN SELECT p.label FROM door_under_test d JOIN person_under_test p"
       " ON p.district = d.district AND p.door = d.door WHERE d.district = $1 AND d.door >= $2"
       " ORDER BY p.label"},
  };
  const auto reader = std::move(*engine_->open_reader());
  for (auto* connection : {writer_.get(), reader.get()}) {
    for (const auto& plan : kPlans) {
      std::string steps;
      ASSERT_TRUE(
          connection->query(plan, bind_all(kDistrict, std::int64_t{1}), [&](const RowReader& row) {
            steps.append(row.text(3)).append("\n");
            return true;
          }));
      EXPECT_NE(steps.find("person_under_test_door (district=? AND door"), std::string::npos)
          << steps;
    }
  }
}

// The simulation found it (#3): a full disk ends SQLite's transaction, and what the batch wrote
// next was committed record by record, without seal or figures.
TEST(SqliteTransaction, given_an_error_that_ended_it_then_nothing_more_is_written_before_rollback) {
  constexpr Statement kPages{"pages", "PRAGMA max_page_count = 12"};
  constexpr std::size_t kMoreThanFits = 100'000;
  const auto path = std::filesystem::temp_directory_path() /
                    ("wangdi_ended_" + std::to_string(::getpid()) + ".db");
  {
    const auto engine = open_sqlite({.path = path.string()}).value();
    const auto db = engine->open_writer().value();
    ASSERT_TRUE(db->create(kDoor.info()));
    ASSERT_TRUE(run(*db, kPages));
    const auto put = [&](std::int64_t door, std::string label) {
      Rows rows(*db, Start::kStored);
      rows.put(kDoor, {kDistrict, door, std::move(label), std::nullopt});
      return rows.flush();
    };
    ASSERT_TRUE(db->begin());
    EXPECT_TRUE(put(1, "before"));
    EXPECT_EQ(put(2, std::string(kMoreThanFits, 'x')).error().code(), ErrorCode::storage_full);
    EXPECT_EQ(put(3, "after").error().code(), ErrorCode::storage_failed);
    EXPECT_FALSE(db->commit());
    db->rollback();
    EXPECT_FALSE(get(*db, kDoor, {kDistrict, 1}).value().has_value());
    EXPECT_FALSE(get(*db, kDoor, {kDistrict, 3}).value().has_value());
    ASSERT_TRUE(db->begin());
    EXPECT_TRUE(put(4, "anew"));
    EXPECT_TRUE(db->commit());
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
}

}  // namespace
}  // namespace wangdi::store
