// SPDX-License-Identifier: Apache-2.0
// A nightly epoch of the keys, and the second copy that follows, while several writers make keys,
// change numbers and erase people, each in a district of its own: on a database server beside each
// other. Afterwards nothing is lost, nothing unreadable, and nobody is there who was erased.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/support/harness.hpp"
#include "vault/epoch.hpp"
#include "vault/second_copy.hpp"

namespace wangdi::bus {
namespace {

constexpr District kDistricts[] = {{320508}, {320509}, {330106}};
constexpr int kEpochs = 3;
constexpr std::uint32_t kStepsBetween = 6;    // of each district, before an epoch and during it
constexpr std::uint32_t kPeopleMost = 5'000;  // should an epoch take that long

Uuid subject_of(District district, std::uint32_t number) {
  std::array<std::uint8_t, 10> random{};
  for (int i = 0; i < 4; ++i) random[9 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return make_uuid_v7(1'582'000'000'000 + district.number, random);
}
// Every third is erased later, every fourth has another number by then.
bool is_erased(std::uint32_t number) { return number % 3 == 0; }
std::string first_phone(std::uint32_t number) {
  return "1390000" + std::to_string(10'000 + number);
}
std::string last_phone(std::uint32_t number) {
  return number % 4 == 0 ? "1380000" + std::to_string(10'000 + number) : first_phone(number);
}

class EpochThreads : public ::testing::Test {
 protected:
  // One step of a district: somebody comes, somebody who came before changes or goes.
  Status step(District district, std::uint32_t number) {
    return harness_.writer->run_job(
        [=](store::Rows&, vault::Writer& to) -> Status {
          const auto fresh = subject_of(district, number);
          WD_TRY([[maybe_unused]] auto a, to.put(district, fresh, vault::Field::name, "测试甲"));
          WD_TRY([[maybe_unused]] auto b,
                 to.put(district, fresh, vault::Field::phone, first_phone(number)));
          if (number == 0) return ok();
          const auto before = number - 1;
          WD_TRY([[maybe_unused]] auto c, to.put(district, subject_of(district, before),
                                                 vault::Field::phone, last_phone(before)));
          WD_TRY(const auto found,
                 to.find_exact(district, vault::Field::phone, last_phone(before)));
          EXPECT_EQ(found.size(), 1u) << before;
          if (number == 1 || !is_erased(number - 2)) return ok();
          return to.erase(district, subject_of(district, number - 2));
        },
        {district});
  }
  // Until the epochs are over, or something failed.
  void work(std::size_t place) {
    for (std::uint32_t number = 0; number < kPeopleMost && !over_; ++number) {
      const auto done = step(kDistricts[place], number);
      EXPECT_TRUE(done) << error_entry(done.error().code()).name << " " << done.error().cause();
      ++people_[place];
    }
  }
  void let_them_work() {
    for (auto& people : people_) {
      for (const auto until = people + kStepsBetween; people < until && people < kPeopleMost;) {
        std::this_thread::yield();
      }
    }
  }
  Status change_epoch(const std::string& copy) {
    let_them_work();
    WD_TRY(const auto change, vault::EpochChange::prepare(harness_.vault->keyring(), copy));
    let_them_work();  // what they do now is caught up
    const std::lock_guard lock(of_copy_);
    return harness_.writer->run_job(
        [&](store::Rows&, vault::Writer& to) { return to.take_epoch(*change); });
  }
  Status follow(vault::SecondCopy& copy) {
    const std::lock_guard lock(of_copy_);
    return copy.follow();
  }

  void expect_as_it_was_told(vault::Reader& reader, District district, std::uint32_t people) {
    for (std::uint32_t number = 0; number < people; ++number) {
      const auto id = subject_of(district, number);
      // The last two have not been come back to.
      const bool is_gone = number + 2 < people && is_erased(number);
      const auto phone = number + 1 < people ? last_phone(number) : first_phone(number);
      const auto value = reader.get(district, id, vault::Field::phone);
      ASSERT_TRUE(value) << number << " " << value.error().cause();
      EXPECT_EQ(value->value_or("nothing"), is_gone ? "nothing" : phone) << number;
      const auto found = reader.find_exact(district, vault::Field::phone, phone);
      ASSERT_TRUE(found);
      EXPECT_EQ(*found, is_gone ? std::vector<Uuid>() : std::vector{id}) << number;
      if (phone == first_phone(number)) continue;
      EXPECT_TRUE(reader.find_exact(district, vault::Field::phone, first_phone(number))->empty());
    }
  }
  static std::int64_t rows_of(const std::string& folder, const store::TableInfo& table) {
    const auto number = vault::number_in_epoch_file(vault::epoch_file_of(folder));
    const auto engine = store::open_sqlite({.path = vault::keys_file_of(folder, *number)});
    const auto reader = (*engine)->open_reader();
    std::int64_t rows = 0;
    EXPECT_TRUE((*reader)->by_key(table, 0, store::bind_all(), [&](const store::RowReader&) {
      ++rows;
      return true;
    }));
    return rows;
  }

  testing::Harness harness_{
      {}, {}, {}, testing::engine_of_tests(), static_cast<int>(std::size(kDistricts))};
  std::mutex of_copy_;
  std::atomic<bool> over_{false};
  std::array<std::atomic<std::uint32_t>, std::size(kDistricts)> people_{};  // that came
};

// security: VA2 VA3
TEST_F(EpochThreads, given_writers_beside_each_other_when_epochs_change_then_nothing_is_lost) {
  const auto copy = (harness_.folder() / "copy").string();
  const auto connection = testing::Harness::must(harness_.engine->open_reader());
  const auto reader = testing::Harness::must(harness_.vault->open_reader(*connection));
  harness_.writer->start();
  vault::SecondCopy second(harness_.vault->keyring(), copy);
  ASSERT_TRUE(follow(second));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::size(kDistricts); ++i) threads.emplace_back([&, i] { work(i); });
  std::thread follower([&] {
    while (!over_) EXPECT_TRUE(follow(second));
  });
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    const auto changed = change_epoch(copy);
    EXPECT_TRUE(changed) << changed.error().cause();
  }
  over_ = true;
  for (auto& thread : threads) thread.join();
  follower.join();
  // A last batch, which drops the entries of changed numbers.
  ASSERT_TRUE(harness_.writer->run_job(
      [](store::Rows&, vault::Writer& to) {
        return to.put({320510}, subject_of({320510}, 1), vault::Field::phone, "13900000000");
      },
      {District{320510}}));
  ASSERT_TRUE(follow(second));
  std::int64_t living = 1;
  for (std::size_t i = 0; i < std::size(kDistricts); ++i) {
    expect_as_it_was_told(*reader, kDistricts[i], people_[i]);
    for (std::uint32_t number = 0; number < people_[i]; ++number) {
      living += number + 2 < people_[i] && is_erased(number) ? 0 : 1;
    }
  }
  for (const auto& folder : {harness_.vault->keyring().paths().keys, copy}) {
    EXPECT_EQ(rows_of(folder, vault::kPersonKey.info()), living) << folder;
    EXPECT_EQ(rows_of(folder, vault::kBlindIndex.info()), living) << folder;
  }
  EXPECT_TRUE(harness_.vault->unfinished_erasures().empty());
  // By the keys of the file alone, without any that this process keeps in memory.
  const auto from_copy = testing::Harness::must(
      vault::Vault::open({copy, harness_.vault->keyring().paths().root}, {.cached_keys = 0}));
  const auto fresh = testing::Harness::must(from_copy->open_reader(*connection));
  for (std::size_t i = 0; i < std::size(kDistricts); ++i) {
    expect_as_it_was_told(*fresh, kDistricts[i], people_[i]);
  }
}

}  // namespace
}  // namespace wangdi::bus
