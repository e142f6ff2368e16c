// SPDX-License-Identifier: Apache-2.0
// The nightly epoch and the second copy: what was erased is in no old copy of the keys any more,
// everybody else stays readable, and whoever is killed at a step leaves a folder that opens.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <set>

#include "vault/epoch.hpp"
#include "vault/root.hpp"
#include "vault/second_copy.hpp"
#include "vault/tests/fixture.hpp"

namespace wangdi::vault {
namespace {

constexpr int kKilledInEpoch = 78;

class EpochTest : public VaultTest {
 protected:
  std::string copy() const { return (folder_ / "copy").string(); }

  Status add(Server& run, std::uint32_t number) {
    return run.batch([&](Writer& to) -> Status {
      WD_TRY([[maybe_unused]] auto a, to.put(kDistrict, subject_of(number), Field::name, "测试甲"));
      return to.put(kDistrict, subject_of(number), Field::phone, phone(number));
    });
  }
  static std::string phone(std::uint32_t number) {
    return "1390000" + std::to_string(1000 + number);
  }
  Status erase(Server& run, std::uint32_t number) {
    return run.batch([&](Writer& to) { return to.erase(kDistrict, subject_of(number)); });
  }
  Status take(Server& run, EpochChange& change) {
    return run.batch([&](Writer& to) { return to.take_epoch(change); });
  }
  Status renew(Server& run, const std::string& second, EpochChange::After after = nullptr) {
    if (!after) after = [](std::string_view) {};
    WD_TRY(const auto change, EpochChange::prepare(run.vault->keyring(), second, after));
    return take(run, *change);
  }
  void expect_there(Server& run, std::uint32_t number) {
    EXPECT_EQ(run.get(subject_of(number), Field::name), "测试甲") << number;
    EXPECT_EQ(run.found(Field::phone, phone(number)), 1u) << number;
  }
  void expect_gone(Server& run, std::uint32_t number) {
    EXPECT_EQ(run.get(subject_of(number), Field::name), "nothing") << number;
    EXPECT_EQ(run.found(Field::phone, phone(number)), 0u) << number;
  }
  static std::vector<std::string> files_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const auto name = entry.path().filename().string();
      if (name != "lock" && !name.ends_with("-wal") && !name.ends_with("-shm")) {
        names.push_back(name);
      }
    }
    std::ranges::sort(names);
    return names;
  }
  // A folder as it would open after a copy was put in the place of the keys.
  Paths keys_in(const std::string& folder) const { return {folder, paths_.root}; }
};

// security: VA3 VA4
TEST_F(EpochTest, given_old_copies_when_one_is_erased_and_a_night_passes_then_none_opens) {
  auto run = opened();
  for (std::uint32_t i = 1; i <= 5; ++i) ASSERT_TRUE(add(run, i));
  const auto old_keys = (folder_ / "stolen").string();
  // Whoever kept it has the keys of that day.
  ASSERT_TRUE(SecondCopy(run.vault->keyring(), old_keys).follow());
  std::string old_sealed;
  {
    std::ifstream file(paths_.keys + "/epoch.key", std::ios::binary);
    old_sealed.assign(std::istreambuf_iterator<char>(file), {});
  }
  std::filesystem::copy_file(main_file(), main_file() + ".backup");
  std::filesystem::copy_file(main_file() + "-wal", main_file() + ".backup-wal");
  ASSERT_TRUE(erase(run, 3));
  ASSERT_TRUE(renew(run, ""));
  expect_gone(run, 3);
  for (const std::uint32_t i : {1, 2, 4, 5}) expect_there(run, i);
  ASSERT_TRUE(add(run, 6));
  expect_there(run, 6);
  EXPECT_EQ(files_in(paths_.keys), (std::vector<std::string>{"epoch.key", "keys-2.db"}));
  // The old rows with the key of today: the root and the new epoch open none of them.
  {
    const auto root = read_root(paths_.root);
    const auto epoch = read_epoch_file(paths_.keys + "/epoch.key", *root);
    ASSERT_TRUE(epoch);
    const auto engine = store::open_sqlite({.path = old_keys + "/keys.db"});
    const auto reader = (*engine)->open_reader();
    const auto row = store::get(**reader, kPersonKey, {kDistrict, subject_of(3)});
    ASSERT_TRUE(row && *row);
    crypto::Aead aead;
    aead.set_key((*epoch)->key.view());
    EXPECT_FALSE(aead.open(person_key_place({kDistrict, subject_of(3)}), (*row)->wrapped));
  }
  run = Server{};
  std::filesystem::remove_all(old_keys);
  EXPECT_EQ(all_bytes().find(old_sealed.substr(23)), std::string::npos) << "the old epoch key";
  // The backup of before the erasure with the keys of today.
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(main_file() + end);
  std::filesystem::rename(main_file() + ".backup", main_file());
  std::filesystem::rename(main_file() + ".backup-wal", main_file() + "-wal");
  auto restored = opened();
  EXPECT_TRUE(restored.writer->main_was_restored());
  EXPECT_EQ(restored.get(subject_of(3), Field::name), "nothing");
  for (const std::uint32_t i : {1, 2, 4, 5}) expect_there(restored, i);
}

// security: VA2
TEST_F(EpochTest, given_an_old_copy_and_keys_of_today_when_numbers_are_tried_then_none_is_in) {
  constexpr std::uint32_t kNumbers = 20;
  auto run = opened();
  for (std::uint32_t i = 1; i <= kNumbers; ++i) ASSERT_TRUE(add(run, i));
  const auto old_keys = (folder_ / "stolen").string();
  ASSERT_TRUE(SecondCopy(run.vault->keyring(), old_keys).follow());
  // Whoever has the server asks for every number there is.
  const auto numbers_in_copy = [&] {
    const auto engine = store::open_sqlite({.path = old_keys + "/keys.db"});
    const auto reader = (*engine)->open_reader();
    auto& keyring = run.vault->keyring();
    auto blind = keyring.hmac(KeyName::blind_index);
    IndexCipher index(keyring.epoch()->key);
    std::set<std::uint32_t> found;
    for (std::uint32_t i = 1; i <= kNumbers; ++i) {
      const auto mac = blind_mac(blind, Field::phone, phone(i));
      const SubjectId id{kDistrict, subject_of(i)};
      for (const auto& tried :
           {index.row_of({kDistrict, Field::phone, mac, id.subject}).enciphered, mac}) {
        const auto row =
            store::get(**reader, kBlindIndex, {kDistrict, Field::phone, tried, id.subject});
        EXPECT_TRUE(row);
        if (*row) found.insert(i);
      }
    }
    return found.size();
  };
  EXPECT_EQ(numbers_in_copy(), kNumbers) << "until the night the copy is as good as the file";
  ASSERT_TRUE(erase(run, 3));
  ASSERT_TRUE(renew(run, ""));
  EXPECT_EQ(numbers_in_copy(), 0u);
  expect_gone(run, 3);
  expect_there(run, 4);
}

TEST_F(EpochTest, given_a_search_before_during_and_after_an_epoch_then_it_finds_the_same) {
  auto run = opened();
  for (std::uint32_t i = 1; i <= 40; ++i) ASSERT_TRUE(add(run, i));
  const auto expect_found = [&](std::uint32_t number, std::size_t times) {
    EXPECT_EQ(run.found(Field::phone, phone(number)), times) << number;
    ASSERT_TRUE(run.batch([&](Writer& to) -> Status {
      WD_TRY(const auto found, to.find_exact(kDistrict, Field::phone, phone(number)));
      EXPECT_EQ(found.size(), times) << number << " by the writer";
      return ok();
    }));
  };
  for (int night = 0; night < 3; ++night) {
    expect_found(1, 1);
    // So few at once that a group is read once for each part of its order.
    const auto change = EpochChange::prepare(run.vault->keyring(), "", [](std::string_view) {}, 8);
    ASSERT_TRUE(change) << change.error().cause();
    const auto fresh = 100 + static_cast<std::uint32_t>(night);
    ASSERT_TRUE(add(run, fresh));
    expect_found(1, 1);
    expect_found(fresh, 1);
    ASSERT_TRUE(run.batch([&](Writer& to) -> Status {
      WD_TRY([[maybe_unused]] auto put, to.put(kDistrict, subject_of(90), Field::phone, phone(90)));
      WD_TRY([[maybe_unused]] auto taken, to.take_epoch(**change));
      for (const std::uint32_t number : {90, 1, 40}) {
        WD_TRY(const auto found, to.find_exact(kDistrict, Field::phone, phone(number)));
        EXPECT_EQ(found.size(), 1u) << number << " in the batch that took the epoch";
      }
      return ok();
    }));
    expect_found(fresh, 1);
    for (std::uint32_t i = 1; i <= 40; ++i) expect_there(run, i);
    const auto engine = store::open_sqlite(
        {.path = keys_file_of(paths_.keys, run.vault->keyring().epoch()->number)});
    EXPECT_EQ(rows_in(**engine, kCountIndex), 42 + night) << "no entry too few, none too many";
  }
  run = Server{};
  auto again = opened();
  EXPECT_EQ(again.writer->taken_back(), 0u);
  for (std::uint32_t i = 1; i <= 40; ++i) expect_there(again, i);
}

TEST_F(EpochTest, given_a_new_index_that_finds_nobody_when_it_is_tried_then_the_old_epoch_stays) {
  auto run = opened();
  for (std::uint32_t i = 1; i <= 3; ++i) ASSERT_TRUE(add(run, i));
  const auto change = EpochChange::prepare(run.vault->keyring(), "");
  ASSERT_TRUE(change);
  {
    const auto engine = store::open_sqlite({.path = paths_.keys + "/keys-2.db"});
    const auto writer = (*engine)->open_writer();
    const store::Statement spoil{"spoil", "UPDATE blind_index SET enciphered = zeroblob(16)"};
    ASSERT_TRUE(store::run(**writer, spoil));
  }
  EXPECT_EQ(take(run, **change).error().code(), ErrorCode::vault_unreadable);
  for (std::uint32_t i = 1; i <= 3; ++i) expect_there(run, i);
  EXPECT_EQ(number_in_epoch_file(paths_.keys + "/epoch.key"), 1);
}

// What a batch left to be confirmed is deciphered by the key of the file in which it stands.
TEST_F(EpochTest, given_a_batch_that_dies_with_an_epoch_in_between_then_its_entry_is_taken_back) {
  {
    auto run = opened();
    ASSERT_TRUE(add(run, 1));
    ASSERT_TRUE(run.main->begin());
    ASSERT_TRUE(run.writer->put(kDistrict, subject_of(1), Field::phone, phone(2)));
    ASSERT_TRUE(run.writer->commit_keys());
    const auto change = EpochChange::prepare(run.vault->keyring(), "");
    ASSERT_TRUE(change);
    ASSERT_TRUE(run.writer->take_epoch(**change));
    run.main->rollback();  // as a killed process leaves it
  }
  auto run = opened();
  EXPECT_EQ(run.writer->taken_back(), 1u);
  const auto engine = store::open_sqlite({.path = paths_.keys + "/keys-2.db"});
  EXPECT_EQ(rows_in(**engine, kCountIndex), 1);
  expect_there(run, 1);
}

TEST_F(EpochTest, given_writers_that_go_on_when_a_new_epoch_is_prepared_then_it_has_all_they_did) {
  auto run = opened();
  for (std::uint32_t i = 1; i <= 4; ++i) ASSERT_TRUE(add(run, i));
  std::optional<SecondCopy> second(std::in_place, run.vault->keyring(), copy());
  ASSERT_TRUE(second->follow());
  {
    const auto change = EpochChange::prepare(run.vault->keyring(), copy());
    ASSERT_TRUE(change) << change.error().cause();
    EXPECT_EQ((*change)->keys(), 4);
    ASSERT_TRUE(add(run, 5));
    ASSERT_TRUE(erase(run, 2));
    ASSERT_TRUE(run.batch(
        [&](Writer& to) { return to.put(kDistrict, subject_of(4), Field::phone, "13912345678"); }));
    // In the middle of a batch that has made keys already.
    ASSERT_TRUE(run.batch([&](Writer& to) -> Status {
      WD_TRY([[maybe_unused]] auto put, to.put(kDistrict, subject_of(7), Field::name, "测试丁"));
      WD_TRY([[maybe_unused]] auto taken, to.take_epoch(**change));
      return to.put(kDistrict, subject_of(8), Field::name, "测试戊");
    }));
  }
  const auto expect_all = [&](Server& at) {
    for (const std::uint32_t i : {1, 3, 5}) expect_there(at, i);
    expect_gone(at, 2);
    EXPECT_EQ(at.get(subject_of(7), Field::name), "测试丁");
    EXPECT_EQ(at.get(subject_of(8), Field::name), "测试戊");
    EXPECT_EQ(at.found(Field::phone, "13912345678"), 1u);
    EXPECT_EQ(at.found(Field::phone, phone(4)), 0u);
  };
  expect_all(run);
  ASSERT_TRUE(second->follow());
  second.reset();
  run = Server{};
  {
    auto again = opened({}, kNow, {.cached_keys = 0});
    expect_all(again);
  }
  // The second copy alone, in the place of the first.
  std::filesystem::remove_all(paths_.keys);
  std::filesystem::rename(copy(), paths_.keys);
  auto from_copy = opened();
  expect_all(from_copy);
  EXPECT_EQ(files_in(paths_.keys), (std::vector<std::string>{"epoch.key", "keys-2.db"}));
}

TEST_F(EpochTest, given_a_new_epoch_when_killed_at_each_step_then_both_folders_open) {
  for (int steps = 1; steps <= 11; ++steps) {
    SetUp();
    std::string last;
    {
      auto run = opened();
      for (std::uint32_t i = 1; i <= 3; ++i) ASSERT_TRUE(add(run, i));
      ASSERT_TRUE(erase(run, 2));
      ASSERT_TRUE(SecondCopy(run.vault->keyring(), copy()).follow());
    }
    const auto child = ::fork();
    if (child == 0) {
      auto run = open();
      if (!run) ::_exit(1);
      int left = steps;
      const auto die = [&](std::string_view) {
        if (--left == 0) ::_exit(kKilledInEpoch);
      };
      ::_exit(renew(*run, copy(), die) ? 0 : 2);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_EQ(WEXITSTATUS(status), steps <= 10 ? kKilledInEpoch : 0) << steps;
    {
      auto run = opened();
      for (const std::uint32_t i : {1, 3}) expect_there(run, i);
      expect_gone(run, 2);
      ASSERT_TRUE(add(run, 4)) << steps;
      EXPECT_EQ(files_in(paths_.keys).size(), 2u) << steps;
      SecondCopy second(run.vault->keyring(), copy());
      ASSERT_TRUE(second.follow()) << steps;
      ASSERT_TRUE(renew(run, copy())) << steps << ": the next night";
      for (const std::uint32_t i : {1, 3, 4}) expect_there(run, i);
    }
    std::filesystem::remove_all(paths_.keys);
    std::filesystem::rename(copy(), paths_.keys);
    auto from_copy = opened();
    for (const std::uint32_t i : {1, 3, 4}) expect_there(from_copy, i);
    expect_gone(from_copy, 2);
    from_copy = Server{};
    TearDown();
  }
}

TEST_F(EpochTest, given_a_copy_that_is_lost_when_an_epoch_is_due_then_the_old_one_stays) {
  auto run = opened();
  ASSERT_TRUE(add(run, 1));
  EXPECT_EQ(renew(run, copy()).error().code(), ErrorCode::keys_missing);
  expect_there(run, 1);
  SecondCopy second(run.vault->keyring(), copy());
  ASSERT_TRUE(second.follow());
  ASSERT_TRUE(renew(run, copy()));
  expect_there(run, 1);
  // A copy whose keys are not those of the data is found before anything is destroyed.
  const auto change = EpochChange::prepare(run.vault->keyring(), copy());
  ASSERT_TRUE(change);
  {
    const auto engine = store::open_sqlite({.path = copy() + "/keys-3.db"});
    const auto writer = (*engine)->open_writer();
    const store::Statement spoil{"spoil", "UPDATE person_key SET wrapped = zeroblob(60)"};
    ASSERT_TRUE(store::run(**writer, spoil));
  }
  EXPECT_EQ(take(run, **change).error().code(), ErrorCode::vault_unreadable);
  expect_there(run, 1);
  EXPECT_EQ(number_in_epoch_file(paths_.keys + "/epoch.key"), 2);
}

TEST_F(EpochTest, given_a_second_copy_when_keys_come_and_go_then_it_follows_and_is_made_anew) {
  auto run = opened();
  ASSERT_TRUE(add(run, 1));
  SecondCopy second(run.vault->keyring(), copy());
  ASSERT_TRUE(second.follow());
  ASSERT_TRUE(add(run, 2));
  ASSERT_TRUE(erase(run, 1));
  ASSERT_TRUE(second.follow());
  const auto keys = [&] {
    const auto engine = store::open_sqlite({.path = copy() + "/keys.db"});
    return rows_in(**engine, kCountKeys);
  };
  EXPECT_EQ(keys(), 1);
  std::filesystem::remove_all(copy());
  ASSERT_TRUE(second.follow()) << "made anew";
  EXPECT_EQ(keys(), 1);
  std::filesystem::remove_all(copy());
  std::ofstream(copy()) << "something else";
  EXPECT_EQ(second.follow().error().code(), ErrorCode::folder_exists);
  std::filesystem::remove(copy());
  ASSERT_TRUE(add(run, 3));
  ASSERT_TRUE(second.follow());
  EXPECT_EQ(keys(), 2);
}

}  // namespace
}  // namespace wangdi::vault
