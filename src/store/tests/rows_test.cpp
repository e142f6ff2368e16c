// SPDX-License-Identifier: Apache-2.0
// The contract of an engine and of the batch's working set, on a real SQLite file.
#include "store/rows.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "store/sqlite.hpp"

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

class RowsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("wangdi_rows_" + std::to_string(::getpid()) + "_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    engine_ = std::move(*open_sqlite({.path = (folder_ / "t.db").string()}));
    writer_ = std::move(*engine_->open_writer());
    ASSERT_TRUE(writer_->create(kDoor.info()));
    ASSERT_TRUE(writer_->create(kCount.info()));
  }
  void TearDown() override {
    writer_.reset();
    std::filesystem::remove_all(folder_);
  }
  template <class Work>
  void in_batch(Work work) {
    ASSERT_TRUE(writer_->begin());
    Rows rows(*writer_, Start::kStored);
    work(rows);
    ASSERT_TRUE(rows.flush());
    ASSERT_TRUE(writer_->commit());
  }

  std::filesystem::path folder_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Connection> writer_;
};

TEST_F(RowsTest, what_a_batch_puts_is_found_in_it_and_after_it) {
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

TEST_F(RowsTest, an_erased_row_is_gone_in_the_batch_and_after_it) {
  in_batch([](Rows& rows) { rows.put(kDoor, {kDistrict, 1, "a", CivilDate::from_days(5)}); });
  in_batch([](Rows& rows) {
    rows.erase(kDoor, {kDistrict, 1});
    EXPECT_EQ(rows.find(kDoor, {kDistrict, 1}), nullptr);
  });
  in_batch([](Rows& rows) { EXPECT_EQ(rows.find(kDoor, {kDistrict, 1}), nullptr); });
}

TEST_F(RowsTest, additions_are_summed_in_a_batch_and_added_to_what_is_stored) {
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

TEST_F(RowsTest, a_list_by_prefix_shows_stored_rows_with_the_changes_of_the_batch) {
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

TEST_F(RowsTest, a_rolled_back_batch_leaves_nothing) {
  ASSERT_TRUE(writer_->begin());
  {
    Rows rows(*writer_, Start::kStored);
    rows.put(kDoor, {kDistrict, 1, "a", std::nullopt});
    ASSERT_TRUE(rows.flush());
  }
  writer_->rollback();
  in_batch([](Rows& rows) { EXPECT_EQ(rows.find(kDoor, {kDistrict, 1}), nullptr); });
}

TEST_F(RowsTest, a_failing_database_is_latched_and_stops_the_flush) {
  static constexpr Table<CountRow, 2> kMissing{"table_that_is_not_there"};
  Rows rows(*writer_, Start::kStored);
  EXPECT_EQ(rows.find(kMissing, {kDistrict, CivilDate()}), nullptr);
  EXPECT_FALSE(rows.status());
  EXPECT_FALSE(rows.flush());
  EXPECT_EQ(rows.status().error().code(), ErrorCode::storage_failed);
}

TEST_F(RowsTest, a_second_writer_and_a_writing_reader_are_refused) {
  EXPECT_FALSE(engine_->open_writer());
  auto reader = std::move(*engine_->open_reader());
  EXPECT_FALSE(reader->create({"not_allowed", kDoor.info().columns, 2, {}, true}));
}

TEST_F(RowsTest, a_reader_keeps_its_snapshot_while_the_writer_commits) {
  auto reader = std::move(*engine_->open_reader());
  ASSERT_TRUE(reader->begin());
  EXPECT_FALSE(*get(*reader, kDoor, {kDistrict, 1}));
  in_batch([](Rows& rows) { rows.put(kDoor, {kDistrict, 1, "a", std::nullopt}); });
  EXPECT_FALSE(*get(*reader, kDoor, {kDistrict, 1}));
  ASSERT_TRUE(reader->commit());
  EXPECT_TRUE(*get(*reader, kDoor, {kDistrict, 1}));
}

TEST_F(RowsTest, a_statement_over_its_time_is_ended_with_an_error) {
  static constexpr Statement kEndless{
      "endless",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"};
  auto reader = std::move(*engine_->open_reader());
  reader->limit_time(20);
  EXPECT_FALSE(reader->query(kEndless, bind_all(), [](const RowReader&) { return true; }));
}

// A district is never read from end to end where an index is at hand, not even in an empty table.
TEST_F(RowsTest, given_an_index_when_a_statement_is_planned_then_it_is_used_beyond_the_district) {
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

}  // namespace
}  // namespace wangdi::store
