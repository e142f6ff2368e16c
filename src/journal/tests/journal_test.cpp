// SPDX-License-Identifier: Apache-2.0
// Positions without gaps, repeats found with or without an insert, and a chain that tells every
// change.
#include "journal/journal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <thread>

#include "codec/json.hpp"
#include "journal/destruction.hpp"
#include "tests/support/test_engine.hpp"

namespace wangdi::journal {
namespace {

constexpr District kGusu{320508};
constexpr District kOther{110101};
constexpr UnixMs kNow = 1'582'000'000'000;

CommandId command_number(std::uint8_t number) {
  CommandId id;
  id.value.bytes[15] = number;
  return id;
}

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("wangdi_journal_" + std::to_string(::getpid()) + ".db");
    remove();
    engine_ = testing::open_test_engine(testing::engine_of_tests(), path_, true);
    writer_ = std::move(*engine_->open_writer());
    ASSERT_TRUE(Journal::create(*writer_));
    open();
  }
  void TearDown() override {
    journal_.reset();
    writer_.reset();
    remove();
  }
  void remove() {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(path_.string() + suffix);
    }
  }
  void open() {
    journal_ = std::make_unique<Journal>(*writer_, [this](std::span<std::uint8_t> out) {
      for (auto& byte : out) byte = next_++;
    });
  }

  static std::vector<RecordRow> rows_of(District district, const CommandId& command, int number,
                                        int count) {
    std::vector<RecordRow> rows;
    for (int i = 0; i < count; ++i) {
      RecordRow row;
      row.district = district;
      row.command = command;
      row.ordinal = i;
      row.type = "test.happened";
      row.recorded_at = kNow;
      row.body = "{\"n\":" + std::to_string(number) + "}";
      if (i == 0) row.answer = "{\"answer\":" + std::to_string(number) + "}";
      rows.push_back(std::move(row));
    }
    return rows;
  }
  std::variant<Position, Repeat> append(District district, std::uint8_t command, int count = 1) {
    auto rows = rows_of(district, command_number(command), command, count);
    auto appended = journal_->append(rows);
    EXPECT_TRUE(appended);
    return std::move(*appended);
  }
  void commit(const std::function<void()>& work) {
    ASSERT_TRUE(writer_->begin());
    work();
    ASSERT_TRUE(journal_->seal(kNow));
    ASSERT_TRUE(writer_->commit());
    journal_->committed();
  }
  Verification verification() {
    auto result = verify(*writer_);
    EXPECT_TRUE(result);
    return std::move(*result);
  }

  std::filesystem::path path_;
  std::unique_ptr<store::Engine> engine_;
  std::unique_ptr<store::Connection> writer_;
  std::unique_ptr<Journal> journal_;
  std::uint8_t next_ = 0;
};

TEST_F(JournalTest, each_district_is_numbered_on_its_own_without_gaps) {
  commit([&] {
    EXPECT_EQ(std::get<Position>(append(kGusu, 1, 3)), (Position{kGusu, 1}));
    EXPECT_EQ(std::get<Position>(append(kOther, 2)), (Position{kOther, 1}));
    EXPECT_EQ(std::get<Position>(append(kGusu, 3)), (Position{kGusu, 4}));
  });
  const auto result = verification();
  EXPECT_EQ(result.records, 5);
  EXPECT_EQ(result.seals, 2);
  EXPECT_EQ(result.districts, 2);
  EXPECT_TRUE(result.findings.empty());
}

TEST_F(JournalTest, a_used_command_id_gives_the_first_answer_and_uses_no_number) {
  commit([&] { append(kGusu, 1); });
  commit([&] {
    const auto again = append(kGusu, 1);
    ASSERT_TRUE(std::holds_alternative<Repeat>(again));
    EXPECT_EQ(std::get<Repeat>(again).position, (Position{kGusu, 1}));
    EXPECT_EQ(std::get<Repeat>(again).answer, "{\"answer\":1}");
    EXPECT_EQ(std::get<Position>(append(kGusu, 2)).sequence, 2);
  });
  EXPECT_TRUE(verification().findings.empty());
}

TEST_F(JournalTest, a_command_id_used_twice_in_one_batch_gives_the_first_answer_too) {
  commit([&] { append(kGusu, 1); });
  for (const bool told : {true, false}) {
    SCOPED_TRACE(told);
    const std::uint8_t id = told ? 2 : 4;
    const auto before = verification().records;
    commit([&] {
      if (told) {
        ASSERT_TRUE(journal_->expect({{kGusu, command_number(id)},
                                      {kGusu, command_number(1)},
                                      {kOther, command_number(id)},
                                      {kGusu, command_number(id)}}));
      }
      EXPECT_EQ(std::get<Position>(append(kGusu, id, 2)), (Position{kGusu, before + 1}));
      const auto again = append(kGusu, id, 2);
      ASSERT_TRUE(std::holds_alternative<Repeat>(again));
      EXPECT_EQ(std::get<Repeat>(again).position, (Position{kGusu, before + 1}));
      EXPECT_EQ(std::get<Repeat>(again).answer, "{\"answer\":" + std::to_string(id) + "}");
      const auto found = journal_->find(kGusu, command_number(1));
      ASSERT_TRUE(found && *found);
      EXPECT_EQ((*found)->position, (Position{kGusu, 1}));
      EXPECT_FALSE(*journal_->find(kOther, command_number(id)));
      EXPECT_EQ(std::get<Position>(append(kGusu, id + 1)).sequence, before + 3);
    });
    EXPECT_EQ(verification().records, before + 3);
    EXPECT_TRUE(verification().findings.empty());
  }
}

TEST_F(JournalTest, what_an_undone_batch_used_is_free_again) {
  ASSERT_TRUE(writer_->begin());
  ASSERT_TRUE(journal_->expect({{kGusu, command_number(1)}}));
  append(kGusu, 1);
  writer_->rollback();
  journal_->rolled_back();
  commit([&] { EXPECT_EQ(std::get<Position>(append(kGusu, 1)).sequence, 1); });
  EXPECT_EQ(verification().records, 1);
}

TEST_F(JournalTest, writers_beside_each_other_number_districts_without_gaps_and_failures) {
  if (testing::engine_of_tests() == testing::TestEngine::sqlite) {
    GTEST_SKIP() << "SQLite has one writer";
  }
  constexpr int kWriters = 4, kBatches = 40;
  const District districts[] = {kGusu, kOther};
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  auto options = testing::postgres_options_of(path_);
  options.is_only_writer = false;
  std::atomic<int> records{0}, repeats{0}, failures{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < kWriters; ++number) {
    threads.emplace_back([&, number] {
      std::mt19937 random(seed + static_cast<unsigned>(number));
      auto bytes = static_cast<std::uint8_t>(number);
      const auto engine = store::open_postgres(options).value();
      const auto connection = engine->open_writer().value();
      Journal journal(*connection, [&](std::span<std::uint8_t> out) {
        for (auto& byte : out) byte = bytes++;
      });
      // A batch in the order of its commands, not of its districts; ids are shared by all writers.
      const auto batch = [&]() -> Status {
        WD_TRY([[maybe_unused]] auto begun, connection->begin());
        std::vector<CommandKey> keys;
        for (int i = 0; i < 1 + static_cast<int>(random() % 5); ++i) {
          keys.push_back({districts[random() % 2], command_number(random() % 250)});
        }
        WD_TRY([[maybe_unused]] auto told, journal.expect(keys));
        int appended = 0;
        for (const auto& key : keys) {
          auto rows = rows_of(key.district, key.command, 1, 1 + static_cast<int>(random() % 3));
          const auto count = static_cast<int>(rows.size());
          WD_TRY(const auto done, journal.append(rows));
          if (std::holds_alternative<Repeat>(done)) {
            ++repeats;
          } else {
            appended += count;
          }
        }
        WD_TRY([[maybe_unused]] auto sealed, journal.seal(kNow));
        WD_TRY([[maybe_unused]] auto committed, connection->commit());
        journal.committed();
        records += appended;
        return ok();
      };
      for (int i = 0; i < kBatches; ++i) {
        const auto done = batch();
        if (done) continue;
        ++failures;
        ADD_FAILURE() << done.error().cause();
        connection->rollback();
        journal.rolled_back();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_GT(repeats, 0) << "no id met another";
  const auto result = verification();
  EXPECT_EQ(result.records, records);
  EXPECT_EQ(result.districts, 2);
  EXPECT_TRUE(result.findings.empty());
}

TEST_F(JournalTest, a_rolled_back_batch_leaves_no_number_behind) {
  commit([&] { append(kGusu, 1); });
  ASSERT_TRUE(writer_->begin());
  append(kGusu, 2);
  ASSERT_TRUE(journal_->seal(kNow));
  writer_->rollback();
  journal_->rolled_back();
  commit([&] { EXPECT_EQ(std::get<Position>(append(kGusu, 3)).sequence, 2); });
  EXPECT_TRUE(verification().findings.empty());
}

TEST_F(JournalTest, a_new_start_goes_on_from_the_stored_head) {
  commit([&] { append(kGusu, 1); });
  open();
  commit([&] { EXPECT_EQ(std::get<Position>(append(kGusu, 2)).sequence, 2); });
  EXPECT_EQ(journal_->commit_number(), 2);
  EXPECT_TRUE(verification().findings.empty());
}

TEST_F(JournalTest, every_kind_of_tampering_is_found_at_its_position) {
  struct Case {
    store::Statement change;
    const char* what;
    std::int64_t sequence;
  };
  static constexpr Case kCases[] = {
      {{"body", "UPDATE journal SET body = '{\"n\":9}' WHERE sequence = 2"}, "body", 2},
      {{"actor", "UPDATE journal SET actor = event WHERE sequence = 2"}, "chain", 2},
      {{"answer", "UPDATE journal SET answer = '{}' WHERE sequence = 3"}, "chain", 3},
      {{"cut tail", "DELETE FROM journal WHERE sequence = 3"}, "gap", 3},
      {{"hole", "DELETE FROM journal WHERE sequence = 2"}, "gap", 3},
      {{"seal",
        "UPDATE journal_seal SET hash = (SELECT event FROM journal WHERE sequence = 2) WHERE "
        "last_sequence = 2"},
       "chain",
       2},
      {{"lost seal", "DELETE FROM journal_seal WHERE last_sequence = 3"}, "seal", 3},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(std::string(test.change.name));
    TearDown();
    SetUp();
    for (std::uint8_t i = 1; i <= 3; ++i) commit([&] { append(kGusu, i); });
    ASSERT_TRUE(verification().findings.empty());
    ASSERT_TRUE(store::run(*writer_, test.change));
    const auto findings = verification().findings;
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings.front().what, test.what);
    EXPECT_EQ(findings.front().position, (Position{kGusu, test.sequence}));
  }
}

// A batch of three, of which one goes; then the event that says so, and another destruction of the
// same seal.
TEST_F(JournalTest, destroyed_records_are_accepted_only_where_an_event_tells_of_them) {
  commit([&] { append(kGusu, 1, 3); });
  commit([&] { append(kGusu, 2); });
  Destructions before;
  std::uint8_t command = 10;
  const auto destroy_one = [&](std::int64_t sequence, Destroy how, bool is_told) {
    ASSERT_TRUE(writer_->begin());
    const Doomed doomed{sequence, how};
    auto destroyed = destroy(*writer_, kGusu, {&doomed, 1}, before);
    ASSERT_TRUE(destroyed);
    RecordsDestroyed event;
    event.records = destroyed->records;
    event.seals = destroyed->seals;
    auto rows = rows_of(kGusu, command_number(++command), 0, 1);
    if (is_told) rows.front().type = RecordsDestroyed::kType;
    rows.front().body = codec::encode(event);
    const auto appended = journal_->append(rows);
    ASSERT_TRUE(appended);
    ASSERT_TRUE(journal_->seal(kNow));
    ASSERT_TRUE(writer_->commit());
    journal_->committed();
    if (is_told) before.add(std::get<Position>(*appended), event);
  };
  destroy_one(2, Destroy::whole, true);
  EXPECT_TRUE(verification().findings.empty());
  EXPECT_EQ(verification().destroyed, 1);
  const auto kept = record_at(*writer_, {kGusu, 2});
  ASSERT_TRUE(kept && *kept);
  EXPECT_EQ((*kept)->type, kDestroyedType);
  EXPECT_EQ((*kept)->command.value, (*kept)->event.value);
  destroy_one(1, Destroy::content, true);
  EXPECT_TRUE(verification().findings.empty()) << "a seal that was changed before";
  EXPECT_EQ((**record_at(*writer_, {kGusu, 1})).command, command_number(1));
  destroy_one(4, Destroy::whole, false);
  const auto findings = verification().findings;
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].what, "body");
  EXPECT_EQ(findings[0].position, (Position{kGusu, 4}));
  EXPECT_EQ(findings[1].what, "chain");
}

TEST_F(JournalTest, nothing_is_destroyed_of_a_seal_that_does_not_hold) {
  commit([&] { append(kGusu, 1, 2); });
  ASSERT_TRUE(store::run(*writer_,
                         {"test_damage", "UPDATE journal SET recorded_at = 7 WHERE sequence = 1"}));
  const Doomed doomed{2, Destroy::whole};
  ASSERT_TRUE(writer_->begin());
  const auto destroyed = destroy(*writer_, kGusu, {&doomed, 1}, {});
  writer_->rollback();
  ASSERT_FALSE(destroyed);
  EXPECT_EQ(destroyed.error().code(), ErrorCode::journal_damaged);
}

TEST_F(JournalTest, followers_read_the_seals_after_the_commit_they_know) {
  commit([&] { append(kGusu, 1); });
  commit([&] {
    append(kGusu, 2);
    append(kOther, 3);
  });
  const auto seals = seals_after(*writer_, 1, 10);
  ASSERT_TRUE(seals);
  ASSERT_EQ(seals->size(), 2u);
  EXPECT_EQ((*seals)[0].district, kOther);
  EXPECT_EQ((*seals)[1].first_sequence, 2);
}

}  // namespace
}  // namespace wangdi::journal
