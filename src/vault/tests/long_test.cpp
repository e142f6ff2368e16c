// SPDX-License-Identifier: Apache-2.0
// What takes too long for each run, with WANGDI_LONG only: an epoch of a million keys, which says
// how long the writer is held, and 200 kills between key, value and record, erasures among them.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <ctime>
#include <random>
#include <set>

#include "vault/bulk.hpp"
#include "vault/epoch.hpp"
#include "vault/tests/fixture.hpp"

namespace wangdi::vault {
namespace {

constexpr int kKilledInLong = 79;

bool is_long() {
  const char* asked = std::getenv("WANGDI_LONG");
  return asked != nullptr && *asked != '\0';
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class LongTest : public VaultTest {
 protected:
  // People as they are registered, a key and two entries of the index each; values only of a few,
  // since an epoch reads none but its samples.
  void fill(Server& run, std::uint32_t people) {
    constexpr std::uint32_t kAtOnce = 50'000;
    auto& keyring = run.vault->keyring();
    auto& to = keyring.writer();
    PersonKeys keys(keyring, *keyring.epoch(), to);
    crypto::Random random;
    for (std::uint32_t from = 0; from < people; from += kAtOnce) {
      std::vector<PersonKeyRow> rows;
      std::vector<BlindIndexRow> index;
      IndexCipher cipher(keyring.epoch()->key);
      for (auto i = from; i < std::min(from + kAtOnce, people); ++i) {
        const SubjectId id{kDistrict, subject_of(i + 1'000'000)};
        PersonKeyRow row{id.district, id.subject, {}};
        static_cast<void>(keys.make(id, random, row.wrapped));
        rows.push_back(std::move(row));
        for (const auto field : {Field::phone, Field::document_number}) {
          crypto::Block mac{};
          random.fill(mac);
          index.push_back(cipher.row_of({kDistrict, field, mac, id.subject}));
        }
      }
      ASSERT_TRUE(to.begin());
      ASSERT_TRUE(bulk(to, kPersonKey, store::BulkMode::kInsert, rows));
      ASSERT_TRUE(bulk(to, kBlindIndex, store::BulkMode::kInsert, index));
      ASSERT_TRUE(to.commit());
    }
  }
};

TEST_F(LongTest, given_a_million_keys_when_a_new_epoch_begins_then_the_writer_is_held_for_moments) {
  if (!is_long()) GTEST_SKIP() << "WANGDI_LONG is not set";
  constexpr std::uint32_t kPeople = 1'000'000;
  constexpr std::uint32_t kMeanwhile = 1'000;
  auto run = opened();
  fill(run, kPeople);
  const auto begun = std::chrono::steady_clock::now();
  const auto cpu_before = cpu_seconds();
  const auto change = EpochChange::prepare(run.vault->keyring(), "");
  ASSERT_TRUE(change) << change.error().cause();
  const auto prepared = seconds_since(begun), cpu = cpu_seconds() - cpu_before;
  ASSERT_TRUE(run.batch([&](Writer& to) -> Status {
    for (std::uint32_t i = 1; i <= kMeanwhile; ++i) {
      const auto phone = std::to_string(13'900'000'000 + i);
      WD_TRY([[maybe_unused]] auto put, to.put(kDistrict, subject_of(i), Field::phone, phone));
    }
    return ok();
  }));
  const auto held_from = std::chrono::steady_clock::now();
  ASSERT_TRUE(run.batch([&](Writer& to) { return to.take_epoch(**change); }));
  const auto held = seconds_since(held_from);
  std::printf(
      "%u keys and twice as many entries: written anew in %.1f s (CPU %.1f s) beside the writer, "
      "which was held for %.3f s\n",
      kPeople, prepared, cpu, held);
  const auto search_from = cpu_seconds();
  for (std::uint32_t i = 1; i <= kMeanwhile; ++i) {
    ASSERT_EQ(run.found(Field::phone, std::to_string(13'900'000'000 + i)), 1u) << i;
  }
  std::printf("exact search: CPU %.1f us\n", (cpu_seconds() - search_from) * 1e6 / kMeanwhile);
  EXPECT_LT(held, 5.0);
}

// security: VA3
TEST_F(LongTest, given_200_kills_between_the_writes_then_keys_and_values_are_a_pair) {
  if (!is_long()) GTEST_SKIP() << "WANGDI_LONG is not set";
  constexpr int kKills = 200;
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 chance(seed);
  std::set<std::uint32_t> there;
  std::uint32_t last = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const auto step = chance() % 4;
    const bool erases = !there.empty() && chance() % 2 == 0;
    const auto who =
        erases ? *std::next(there.begin(), static_cast<int>(chance() % there.size())) : ++last;
    const auto child = ::fork();
    if (child == 0) {
      const auto die = [] { ::_exit(kKilledInLong); };
      Hooks hooks;
      if (step == 0) hooks.after_keys = die;
      if (step == 1) hooks.after_rows = die;
      if (step == 3 && erases) hooks.before_destroying = die;
      auto run = open(hooks);
      if (!run) ::_exit(1);
      const auto done = run->batch(
          [&](Writer& to) -> Status {
            if (erases) return to.erase(kDistrict, subject_of(who));
            WD_TRY([[maybe_unused]] auto put,
                   to.put(kDistrict, subject_of(who), Field::name, "测试甲"));
            return to.put(kDistrict, subject_of(who), Field::phone, "13900000001");
          },
          kill + 1, step == 2 ? std::function<void()>(die) : nullptr);
      ::_exit(done ? kKilledInLong : 2);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == kKilledInLong) << kill;
    if (step == 3)
      erases ? static_cast<void>(there.erase(who)) : static_cast<void>(there.insert(who));
    auto run = opened();
    const auto engine = store::open_sqlite({.path = paths_.keys + "/keys.db"});
    const auto people = static_cast<std::int64_t>(there.size());
    ASSERT_EQ(rows_in(**engine, kCountKeys), people) << kill << " seed " << seed;
    ASSERT_EQ(rows_in(**engine, kCountIndex), people) << kill << " seed " << seed;
    ASSERT_EQ(rows_in(*run.engine, kCountFields), 2 * people) << kill << " seed " << seed;
    ASSERT_EQ(run.get(subject_of(who), Field::name), there.contains(who) ? "测试甲" : "nothing");
  }
}

}  // namespace
}  // namespace wangdi::vault
