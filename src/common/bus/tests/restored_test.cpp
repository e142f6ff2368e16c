// SPDX-License-Identifier: Apache-2.0
// What a restore leaves in the journal, and which answers it lost.
#include "common/bus/restored.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "journal/journal.hpp"
#include "store/sqlite.hpp"

namespace wangdi::bus {
namespace {

constexpr District kOne{320508}, kTwo{320509};

class RestoredTest : public ::testing::Test {
 protected:
  RestoredTest()
      : path_(::testing::TempDir() + "wangdi_restored_" + std::to_string(::getpid())),
        engine_(*store::open_sqlite({.path = path_})),
        connection_(*engine_->open_writer()) {
    EXPECT_TRUE(journal::Journal::create(*connection_));
    EXPECT_TRUE(connection_->create(kDataRestored.info()));
  }
  ~RestoredTest() override {
    for (const char* end : {"", "-wal", "-shm"}) ::unlink((path_ + end).c_str());
  }

  void append(District district, std::uint8_t command) {
    journal::Journal journal(*connection_, [](std::span<std::uint8_t> bytes) {
      std::ranges::fill(bytes, std::uint8_t{7});
    });
    std::vector<journal::RecordRow> records(1);
    records[0].district = district;
    records[0].command.value.bytes[15] = command;
    records[0].region = *RegionCode::parse(std::to_string(district.number) + "019");
    records[0].type = "test.happened";
    records[0].body = "{}";
    EXPECT_TRUE(connection_->begin());
    EXPECT_TRUE(journal.append(records));
    EXPECT_TRUE(journal.seal(0));
    EXPECT_TRUE(connection_->commit());
  }

  std::string path_;
  std::unique_ptr<store::Engine> engine_;
  std::unique_ptr<store::Connection> connection_;
};

TEST_F(RestoredTest, given_no_restore_then_the_number_is_0_and_all_is_kept) {
  const auto restores = Restores::load(*connection_);
  ASSERT_TRUE(restores);
  EXPECT_EQ(restores->number(), 0);
  EXPECT_EQ(restores->kept(kOne, 0), std::nullopt);
}

TEST_F(RestoredTest, given_restores_then_each_district_has_the_event_and_the_chain_holds) {
  append(kOne, 1);
  append(kOne, 2);
  const auto first = record_restore(*connection_, {Uuid{{1}}, 900}, 1'000);
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, 1'000);
  append(kOne, 3);
  append(kTwo, 4);
  const auto second = record_restore(*connection_, {Uuid{{2}}, 950}, 1'000);
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, 1'001) << "grows though the clock stands";

  const auto restores = Restores::load(*connection_);
  ASSERT_TRUE(restores);
  EXPECT_EQ(restores->number(), 1'001);
  EXPECT_EQ(restores->kept(kOne, 1'001), std::nullopt);
  EXPECT_EQ(restores->kept(kOne, 1'000), 4);
  EXPECT_EQ(restores->kept(kOne, 0), 2);
  EXPECT_EQ(restores->kept(kTwo, 1'000), 1);
  EXPECT_EQ(restores->kept(kTwo, 0), 0) << "the first backup held nothing of it";

  const auto known_as = [](std::int64_t number) {
    return [number](std::int64_t asked) { return asked == number; };
  };
  EXPECT_EQ(restores->kept(kOne, known_as(1'001)), std::nullopt);
  EXPECT_EQ(restores->kept(kOne, known_as(1'000)), 4);
  EXPECT_EQ(restores->kept(kOne, known_as(0)), 2);
  EXPECT_EQ(restores->kept(kOne, known_as(555)), 2) << "of a restore that was itself lost";

  const auto verified = journal::verify(*connection_);
  ASSERT_TRUE(verified);
  EXPECT_TRUE(verified->findings.empty());
  EXPECT_EQ(verified->records, 7);
  const auto heads = journal_heads(*connection_);
  ASSERT_TRUE(heads);
  EXPECT_EQ(heads->size(), 2u);
  EXPECT_EQ(heads->front(), (journal::Position{kOne, 5}));
}

TEST_F(RestoredTest, given_the_events_when_tables_are_rebuilt_then_they_are_the_same) {
  append(kOne, 1);
  ASSERT_TRUE(record_restore(*connection_, {Uuid{{1}}, 900}, 1'000));
  Registry registry;
  register_restored(registry);
  const auto* type = registry.find_event(DataRestored::kType, DataRestored::kVersion);
  ASSERT_NE(type, nullptr);
  const auto live = store::get(*connection_, kDataRestored, {kOne, 1'000});
  ASSERT_TRUE(live && *live);
  ASSERT_TRUE(connection_->erase_all(kDataRestored.info()));
  store::Rows rows(*connection_, store::Start::kEmpty);
  ASSERT_TRUE(journal::replay(*connection_, [&](const journal::RecordRow& record) -> Status {
    if (record.type != DataRestored::kType) return ok();
    WD_TRY(const auto value, type->decode(*record.body));
    Recorded frame;
    frame.position = {record.district, record.sequence};
    frame.recorded_at = record.recorded_at;
    for (const auto& apply : type->projections) apply(value.get(), frame, rows);
    return ok();
  }));
  ASSERT_TRUE(rows.flush());
  const auto rebuilt = store::get(*connection_, kDataRestored, {kOne, 1'000});
  ASSERT_TRUE(rebuilt && *rebuilt);
  EXPECT_EQ((*rebuilt)->sequence, (*live)->sequence);
  EXPECT_EQ((*rebuilt)->backup_at, (*live)->backup_at);
  EXPECT_EQ((*rebuilt)->restored_at, (*live)->restored_at);
}

}  // namespace
}  // namespace wangdi::bus
