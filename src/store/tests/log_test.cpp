// SPDX-License-Identifier: Apache-2.0
// The write-ahead log of SQLite while somebody reads at every moment: a log that is never begun
// anew grows until the disk is full.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <thread>

#include "store/rows.hpp"
#include "store/sqlite.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wangdi::store {
namespace {

struct LongRow {
  District district;
  std::int64_t note = 0;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(LongRow, (), (district, note, text))
constexpr Table<LongRow, 2> kLong{"long_under_test"};
constexpr District kHome{320508};
constexpr int kCheckpointPages = 20;
constexpr int kLogCommits = 600;  // of some pages each
constexpr std::uintmax_t kLogBytesMost = std::uintmax_t{30} * kCheckpointPages * 4'096;

// Two snapshots that take turns, so that one of them is open at every moment.
void read_always(Connection& one, Connection& other, std::latch& begun, std::atomic<bool>& over) {
  Connection* now = &one;
  Connection* next = &other;
  EXPECT_TRUE(now->begin());
  EXPECT_TRUE(get(*now, kLong, {kHome, 0}));
  begun.count_down();
  while (!over) {
    EXPECT_TRUE(next->begin());
    EXPECT_TRUE(get(*next, kLong, {kHome, 0}));
    now->rollback();
    std::swap(now, next);
  }
  now->rollback();
}

TEST(Log, given_somebody_reads_at_every_moment_then_it_is_begun_anew) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "log.db";
  {
    auto engine =
        std::move(*open_sqlite({.path = path.string(), .checkpoint_pages = kCheckpointPages}));
    auto writer = std::move(*engine->open_writer());
    ASSERT_TRUE(writer->create(kLong.info()));
    auto one = std::move(*engine->open_reader());
    auto other = std::move(*engine->open_reader());
    std::latch begun(1);
    std::atomic<bool> over{false};
    std::thread reader([&] { read_always(*one, *other, begun, over); });
    begun.wait();
    for (int commit = 0; commit < kLogCommits; ++commit) {
      EXPECT_TRUE(writer->begin());
      Rows rows(*writer, Start::kStored);
      rows.put(kLong, {kHome, commit, std::string(3'000, 'x')});
      EXPECT_TRUE(rows.flush());
      EXPECT_TRUE(writer->commit());
    }
    EXPECT_LE(std::filesystem::file_size(path.string() + "-wal"), kLogBytesMost);
    over = true;
    reader.join();
  }
}

}  // namespace
}  // namespace wangdi::store
