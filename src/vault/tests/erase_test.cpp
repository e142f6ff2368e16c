// SPDX-License-Identifier: Apache-2.0
// Erasure: nobody reads the values any more when settled() returns, the bytes of the key are in no
// file, and whoever is killed on the way leaves either everything or nothing of the person.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <random>

#include "vault/tests/fixture.hpp"

namespace wangdi::vault {
namespace {

constexpr int kKilledErasing = 77;

Status add_with_phone(Writer& to, std::uint32_t number, std::string_view phone) {
  WD_TRY([[maybe_unused]] auto a, to.put(kDistrict, subject_of(number), Field::name, "测试甲"));
  return to.put(kDistrict, subject_of(number), Field::phone, phone);
}

std::string phone_of(std::uint32_t number) {
  auto digits = std::to_string(number);
  return "139" + std::string(8 - digits.size(), '0') + digits;
}

class EraseTest : public VaultTest {
 protected:
  Result<std::unique_ptr<store::Engine>> keys() {
    return store::open_sqlite({.path = paths_.keys + "/keys.db"});
  }
  // The wrapped key as it stands in keys.db.
  std::string wrapped_key(std::uint32_t number) {
    const auto engine = keys();
    const auto reader = (*engine)->open_reader();
    const auto row = store::get(**reader, kPersonKey, {kDistrict, subject_of(number)});
    if (!row || !*row) return {};
    return {(*row)->wrapped.begin(), (*row)->wrapped.end()};
  }
  std::int64_t keys_left() {
    const auto engine = keys();
    return rows_in(**engine, kCountKeys);
  }
  std::int64_t entries_left() {
    const auto engine = keys();
    return rows_in(**engine, kCountIndex);
  }
};

// security: VA3 VA4
TEST_F(EraseTest, given_a_crowd_when_some_are_erased_then_no_file_holds_a_byte_of_their_keys) {
  constexpr std::uint32_t kPeople = 4'000;
  constexpr std::uint32_t kErased = 200;
  constexpr std::uint32_t kSeed = 20200218;
  auto run = opened();
  std::vector<std::uint32_t> people(kPeople);
  for (std::uint32_t i = 0; i < kPeople; ++i) people[i] = i + 1;
  std::mt19937 chance(kSeed);
  std::ranges::shuffle(people, chance);  // so that pages split where they are full of others
  for (std::size_t at = 0; at < people.size(); at += 100) {
    ASSERT_TRUE(run.batch([&](Writer& to) -> Status {
      for (std::size_t i = at; i < at + 100; ++i) {
        WD_TRY([[maybe_unused]] auto put, add_with_phone(to, people[i], phone_of(people[i])));
      }
      return ok();
    }));
  }
  std::vector<std::string> gone;
  for (std::uint32_t i = 0; i < kErased; ++i) gone.push_back(wrapped_key(people[i]));
  EXPECT_EQ(gone.front().size(), crypto::kKeyBytes + crypto::kSealOverheadBytes);
  for (std::uint32_t i = 0; i < kErased; ++i) {
    ASSERT_EQ(run.get(subject_of(people[i]), Field::name), "测试甲") << "in the readers' cache";
    ASSERT_TRUE(run.batch([&](Writer& to) { return to.erase(kDistrict, subject_of(people[i])); }));
    ASSERT_FALSE(run.writer->is_destroying());
    ASSERT_EQ(run.get(subject_of(people[i]), Field::name), "nothing");
    ASSERT_EQ(run.found(Field::phone, phone_of(people[i])), 0u);
  }
  EXPECT_EQ(keys_left(), kPeople - kErased);
  EXPECT_EQ(entries_left(), kPeople - kErased);
  EXPECT_EQ(std::filesystem::file_size(paths_.keys + "/keys.db-wal"), 0u);
  const auto all = all_bytes();
  std::size_t found = 0;
  for (const auto& key : gone) found += all.find(key.substr(0, 16)) != std::string::npos;
  EXPECT_EQ(found, 0u) << "of " << kErased << ", seed " << kSeed;
  const auto living = wrapped_key(people[kErased]);
  EXPECT_NE(all.find(living.substr(0, 16)), std::string::npos) << "the search can find a key";
  EXPECT_EQ(run.get(subject_of(people[kErased]), Field::name), "测试甲");
}

TEST_F(EraseTest, given_a_reader_with_an_older_snapshot_then_it_brings_no_erased_key_back) {
  auto run = opened({}, kNow, {.cached_keys = 0});
  ASSERT_TRUE(run.batch([](Writer& to) { return add_with_phone(to, 1, phone_of(1)); }));
  const auto engine = keys();
  const auto snapshot = (*engine)->open_reader();
  ASSERT_TRUE((*snapshot)->begin());
  const SubjectId id{kDistrict, subject_of(1)};
  const auto row = store::get(**snapshot, kPersonKey, {id.district, id.subject});
  ASSERT_TRUE(row && *row);
  ASSERT_TRUE(run.batch([&](Writer& to) { return to.erase(id.district, id.subject); }));
  EXPECT_TRUE(run.writer->is_destroying()) << "the reader keeps the log of keys.db";
  KeyCache cache(64);
  const std::array<std::uint8_t, crypto::kKeyBytes> bytes{1};
  cache.erase(id);
  cache.put(id, SubjectKey(bytes));
  EXPECT_FALSE(cache.find(id).has_value());
  cache.put_new(id, SubjectKey(bytes));
  EXPECT_TRUE(cache.find(id).has_value()) << "a new note under an old visit";
  (*snapshot)->rollback();
  ASSERT_TRUE(run.batch([](Writer&) { return ok(); }));
  EXPECT_FALSE(run.writer->is_destroying());
  EXPECT_EQ(std::filesystem::file_size(paths_.keys + "/keys.db-wal"), 0u);
}

TEST_F(EraseTest, given_an_erasure_when_killed_at_a_step_then_all_or_nothing_is_there) {
  struct Case {
    std::string step;
    bool erased;
  };
  for (const auto& one :
       {Case{"after keys", false}, Case{"after rows", false}, Case{"after record", false},
        Case{"before destroying", true}, Case{"after commit", true}}) {
    SetUp();
    {
      auto run = opened();
      ASSERT_TRUE(run.batch([](Writer& to) { return add_with_phone(to, 1, phone_of(1)); }));
      ASSERT_TRUE(run.batch([](Writer& to) { return add_with_phone(to, 2, phone_of(2)); }));
    }
    const auto key = wrapped_key(1);
    const auto child = ::fork();
    if (child == 0) {
      const auto die = [] { ::_exit(kKilledErasing); };
      Hooks hooks;
      if (one.step == "after keys") hooks.after_keys = die;
      if (one.step == "after rows") hooks.after_rows = die;
      if (one.step == "before destroying") hooks.before_destroying = die;
      auto run = open(hooks);
      if (!run) ::_exit(1);
      const auto after_record = one.step == "after record" ? std::function<void()>(die) : nullptr;
      const auto done = run->batch([](Writer& to) { return to.erase(kDistrict, subject_of(1)); }, 1,
                                   after_record);
      ::_exit(done && one.step == "after commit" ? kKilledErasing : 2);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == kKilledErasing) << one.step;
    auto run = opened();
    EXPECT_EQ(run.get(subject_of(1), Field::name), one.erased ? "nothing" : "测试甲") << one.step;
    EXPECT_EQ(run.found(Field::phone, phone_of(1)), one.erased ? 0u : 1u) << one.step;
    EXPECT_EQ(keys_left(), one.erased ? 1 : 2) << one.step;
    EXPECT_EQ(entries_left(), one.erased ? 1 : 2) << one.step;
    EXPECT_EQ(all_bytes().find(key.substr(0, 16)) == std::string::npos, one.erased) << one.step;
    EXPECT_EQ(run.get(subject_of(2), Field::name), "测试甲") << one.step;
    ASSERT_TRUE(run.batch([](Writer& to) { return to.erase(kDistrict, subject_of(1)); }));
    EXPECT_EQ(keys_left(), 1) << one.step;
    TearDown();
  }
}

TEST_F(EraseTest, given_a_batch_that_is_refused_or_fails_then_nobody_is_erased) {
  auto run = opened();
  ASSERT_TRUE(run.batch([](Writer& to) { return add_with_phone(to, 1, phone_of(1)); }));
  ASSERT_TRUE(run.batch([](Writer& to) -> Status {
    const auto mark = to.mark();
    WD_TRY([[maybe_unused]] auto erased, to.erase(kDistrict, subject_of(1)));
    to.undo(mark);
    return ok();
  }));
  EXPECT_EQ(run.get(subject_of(1), Field::name), "测试甲");
  ASSERT_FALSE(run.batch([](Writer& to) -> Status {
    WD_TRY([[maybe_unused]] auto erased, to.erase(kDistrict, subject_of(1)));
    WD_TRY([[maybe_unused]] auto keys, to.commit_keys());
    return Error(ErrorCode::storage_full);
  }));
  EXPECT_EQ(run.get(subject_of(1), Field::name), "测试甲");
  EXPECT_EQ(run.found(Field::phone, phone_of(1)), 1u);
  EXPECT_EQ(keys_left(), 1);
}

TEST_F(EraseTest, given_an_erased_subject_when_put_in_the_same_batch_then_refused_later_it_is_new) {
  auto run = opened();
  ASSERT_TRUE(run.batch([](Writer& to) { return add_with_phone(to, 1, phone_of(1)); }));
  const auto before = wrapped_key(1);
  ASSERT_TRUE(run.batch([](Writer& to) -> Status {
    WD_TRY([[maybe_unused]] auto erased, to.erase(kDistrict, subject_of(1)));
    const auto put = to.put(kDistrict, subject_of(1), Field::name, "测试乙");
    EXPECT_FALSE(put);
    return ok();
  }));
  ASSERT_TRUE(run.batch(
      [](Writer& to) { return to.put(kDistrict, subject_of(1), Field::note, "测试备注"); }));
  EXPECT_EQ(run.get(subject_of(1), Field::note), "测试备注");
  EXPECT_EQ(run.get(subject_of(1), Field::name), "nothing");
  EXPECT_NE(wrapped_key(1), before);
}

}  // namespace
}  // namespace wangdi::vault
