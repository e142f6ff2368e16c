// SPDX-License-Identifier: Apache-2.0
// Killed between key, vault row and journal record: after the next start there is no record without
// its values, no value without key, no key without value, and the index finds what is there.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/wait.h>

#include <map>

#include "vault/tests/fixture.hpp"

namespace wangdi::vault {
namespace {

constexpr int kKilled = 77;

class SettleTest : public VaultTest {
 protected:
  // Runs one batch in a child that ends at the step; true when it ended there.
  template <class Fill>
  bool killed_in_child(const std::string& step, Fill fill, std::int64_t record) {
    const auto child = ::fork();
    if (child == 0) {
      const auto die = [] { ::_exit(kKilled); };
      Hooks hooks;
      if (step == "after keys") hooks.after_keys = die;
      if (step == "after rows") hooks.after_rows = die;
      auto run = open(hooks);
      if (!run) ::_exit(1);
      const auto after_record = step == "after record" ? std::function<void()>(die) : nullptr;
      const auto done = run->batch(fill, record, after_record);
      // No destructor runs: the process is gone as after kill -9.
      ::_exit(done && step == "after commit" ? kKilled : 2);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == kKilled;
  }

  struct Counts {
    std::int64_t keys, index, fields, records;
    auto operator<=>(const Counts&) const = default;
  };
  Counts counts(Server& run) {
    auto keys = store::open_sqlite({.path = paths_.keys + "/keys.db"});
    return {rows_in(**keys, kCountKeys), rows_in(**keys, kCountIndex),
            rows_in(*run.engine, kCountFields), rows_in(*run.engine, kCountRecords)};
  }
};

Status add_person(Writer& to, std::uint32_t number) {
  WD_TRY([[maybe_unused]] auto a, to.put(kDistrict, subject_of(number), Field::name, "测试甲"));
  WD_TRY([[maybe_unused]] auto b,
         to.put(kDistrict, subject_of(number), Field::phone, "13900000001"));
  return to.put(kDistrict, subject_of(number), Field::document_number, "990101199001010011");
}

TEST_F(SettleTest, given_a_new_person_when_killed_between_the_steps_then_all_or_nothing_is_there) {
  struct Case {
    std::string step;
    bool there;
  };
  for (const auto& one : {Case{"after keys", false}, Case{"after rows", false},
                          Case{"after record", false}, Case{"after commit", true}}) {
    SetUp();
    ASSERT_TRUE(killed_in_child(
        one.step, [](Writer& to) { return add_person(to, 1); }, 1))
        << one.step;
    auto run = opened();
    if (one.there) {
      EXPECT_EQ(counts(run), (Counts{1, 2, 3, 1})) << one.step;
      EXPECT_EQ(run.get(subject_of(1), Field::name), "测试甲");
      EXPECT_EQ(run.found(Field::phone, "13900000001"), 1u);
      EXPECT_EQ(run.writer->taken_back(), 0u);
    } else {
      EXPECT_EQ(counts(run), (Counts{0, 0, 0, 0})) << one.step;
      EXPECT_EQ(run.writer->taken_back(), 3u);
    }
    ASSERT_TRUE(run.batch([](Writer& to) { return add_person(to, 1); }, 2).has_value());
    EXPECT_EQ(run.get(subject_of(1), Field::name), "测试甲") << "the phone sends it again";
    EXPECT_EQ(run.found(Field::document_number, "990101199001010011"), 1u);
    TearDown();
  }
}

TEST_F(SettleTest, given_a_correction_when_killed_between_the_steps_then_the_valid_phone_is_found) {
  for (const std::string step : {"after keys", "after rows", "after record", "after commit"}) {
    SetUp();
    {
      auto run = opened();
      ASSERT_TRUE(run.batch([](Writer& to) { return add_person(to, 1); }, 1).has_value());
    }
    const auto correct = [](Writer& to) {
      return to.put(kDistrict, subject_of(1), Field::phone, "13900000009");
    };
    ASSERT_TRUE(killed_in_child(step, correct, 2)) << step;
    auto run = opened();
    const bool corrected = step == "after commit";
    EXPECT_EQ(run.get(subject_of(1), Field::phone), corrected ? "13900000009" : "13900000001");
    EXPECT_EQ(run.found(Field::phone, "13900000009"), corrected ? 1u : 0u) << step;
    EXPECT_EQ(run.found(Field::phone, "13900000001"), corrected ? 0u : 1u) << step;
    EXPECT_EQ(counts(run), (Counts{1, 2, 3, corrected ? 2 : 1}))
        << step << ": no entry is left over";
    TearDown();
  }
}

TEST_F(SettleTest, given_a_failed_main_commit_when_the_server_goes_on_then_no_key_is_left) {
  auto run = opened();
  ASSERT_TRUE(run.main->begin().has_value());
  ASSERT_TRUE(add_person(*run.writer, 1).has_value());
  ASSERT_TRUE(run.writer->commit_keys().has_value());
  ASSERT_TRUE(run.writer->write_rows().has_value());
  run.main->rollback();
  ASSERT_TRUE(run.writer->abandoned().has_value());
  EXPECT_EQ(counts(run), (Counts{0, 0, 0, 0}));
  ASSERT_TRUE(run.batch([](Writer& to) { return add_person(to, 1); }, 1).has_value());
  EXPECT_EQ(run.get(subject_of(1), Field::name), "测试甲");
  EXPECT_EQ(counts(run), (Counts{1, 2, 3, 1}));
}

TEST_F(SettleTest, given_an_older_main_database_when_it_is_opened_then_no_key_is_taken_back) {
  {
    auto run = opened();
    ASSERT_TRUE(run.batch([](Writer& to) { return add_person(to, 1); }, 1).has_value());
  }
  std::filesystem::copy_file(main_file(), main_file() + ".backup");
  {
    auto run = opened();
    ASSERT_TRUE(run.batch([](Writer& to) { return add_person(to, 2); }, 2).has_value());
    ASSERT_TRUE(run.batch([](Writer& to) { return add_person(to, 3); }, 3).has_value());
  }
  std::filesystem::rename(main_file(), main_file() + ".today");
  std::filesystem::rename(main_file() + ".backup", main_file());
  {
    auto run = opened();
    EXPECT_TRUE(run.writer->main_was_restored());
    EXPECT_EQ(run.writer->taken_back(), 0u);
    EXPECT_EQ(run.get(subject_of(1), Field::name), "测试甲");
  }
  std::filesystem::rename(main_file() + ".today", main_file());
  auto run = opened();
  EXPECT_EQ(run.get(subject_of(3), Field::name), "测试甲") << "the right data still open";
}

// The last batch alone is not seen by its number: the mark of a restore tells.
TEST_F(SettleTest, given_a_restored_database_one_batch_behind_then_no_key_is_taken_back) {
  {
    auto run = opened();
    ASSERT_TRUE(run.batch([](Writer& to) { return add_person(to, 1); }, 1).has_value());
  }
  std::filesystem::copy_file(main_file(), main_file() + ".backup");
  {
    auto run = opened();
    ASSERT_TRUE(run.batch([](Writer& to) { return add_person(to, 2); }, 2).has_value());
  }
  std::filesystem::rename(main_file(), main_file() + ".today");
  std::filesystem::rename(main_file() + ".backup", main_file());
  {
    const auto vault = Vault::open(paths_);
    const auto engine = store::open_sqlite({.path = main_file()});
    const auto main = (*engine)->open_writer();
    ASSERT_TRUE((*vault)->adopt_restored(**main));
    ASSERT_TRUE((*vault)->adopt_restored(**main)) << "twice is once";
  }
  {
    auto run = opened();
    EXPECT_TRUE(run.writer->main_was_restored());
    EXPECT_EQ(run.writer->taken_back(), 0u);
    ASSERT_TRUE(run.batch([](Writer& to) { return add_person(to, 4); }, 2).has_value());
  }
  {
    auto run = opened();
    EXPECT_FALSE(run.writer->main_was_restored()) << "it has gone on since";
    EXPECT_EQ(run.get(subject_of(1), Field::name), "测试甲");
    EXPECT_EQ(run.get(subject_of(4), Field::name), "测试甲");
  }
  std::filesystem::rename(main_file() + ".today", main_file());
  auto run = opened();
  EXPECT_EQ(run.get(subject_of(2), Field::name), "测试甲") << "the newer data still open";
}

TEST_F(SettleTest, given_a_number_that_was_changed_when_restored_then_the_old_one_is_found_again) {
  const auto phone = [](std::uint32_t number, std::string_view value) {
    return [=](Writer& to) { return to.put(kDistrict, subject_of(number), Field::phone, value); };
  };
  {
    auto run = opened();
    ASSERT_TRUE(run.batch(phone(1, "13900000001"), 1).has_value());
    ASSERT_TRUE(run.batch(phone(2, "13900000002"), 2).has_value());
  }
  std::filesystem::copy_file(main_file(), main_file() + ".backup");
  {
    auto run = opened();
    ASSERT_TRUE(run.batch(phone(1, "13900000009"), 3).has_value());
    ASSERT_TRUE(run.batch(phone(3, "13900000003"), 4).has_value()) << "drops the old entry";
    EXPECT_EQ(run.found(Field::phone, "13900000001"), 0u);
  }
  std::filesystem::rename(main_file() + ".backup", main_file());
  {
    auto run = opened();
    EXPECT_EQ(run.found(Field::phone, "13900000001"), 0u) << "a copied file alone does not do";
  }
  {
    const auto keys = store::open_sqlite({.path = paths_.keys + "/keys.db"});
    const auto writer = (*keys)->open_writer();
    const store::Statement forget{"forget", "DELETE FROM person_key WHERE subject = $1"};
    ASSERT_TRUE(store::run(**writer, forget, subject_of(2)));
  }
  {
    const auto vault = Vault::open(paths_);
    const auto engine = store::open_sqlite({.path = main_file()});
    const auto main = (*engine)->open_writer();
    ASSERT_TRUE((*vault)->adopt_restored(**main));
  }
  auto run = opened();
  EXPECT_EQ(run.found(Field::phone, "13900000001"), 1u);
  EXPECT_EQ(run.found(Field::phone, "13900000009"), 0u);
  EXPECT_EQ(run.found(Field::phone, "13900000002"), 0u) << "erased";
}

TEST_F(SettleTest, given_keys_of_other_data_when_a_restored_database_is_adopted_then_refused) {
  {
    auto run = opened();
  }
  std::filesystem::create_directories(folder_ / "other");
  const auto other = Paths::beside((folder_ / "other").string());
  ASSERT_TRUE(Vault::create(other));
  const auto vault = Vault::open(other);
  const auto engine = store::open_sqlite({.path = main_file()});
  const auto main = (*engine)->open_writer();
  const auto adopted = (*vault)->adopt_restored(**main);
  ASSERT_FALSE(adopted);
  EXPECT_EQ(adopted.error().code(), ErrorCode::keys_mismatch);
}

// Two writers of one vault, each with a main connection of its own, as on a database server.
struct Pair {
  Server first;
  std::unique_ptr<store::Engine> engine;
  std::unique_ptr<store::Connection> main;
  std::unique_ptr<Writer> second;
};

class TwoWriters : public SettleTest {
 protected:
  static constexpr District kOther{990202};

  Pair pair() {
    Pair pair;
    pair.first = opened({}, kNow, {.writers = 2});
    pair.engine = store::open_sqlite({.path = main_file()}).value();
    pair.main = pair.engine->open_writer().value();
    pair.second = pair.first.vault->open_writer(*pair.main, kNow).value();
    return pair;
  }
  // A batch of one district up to its keys, and to the end or not.
  static Status keys_of_batch(Writer& writer, store::Connection& main, District district,
                              std::uint32_t number, std::string_view phone) {
    writer.begin(district);
    WD_TRY([[maybe_unused]] auto begun, main.begin());
    WD_TRY([[maybe_unused]] auto put,
           writer.put(district, subject_of(number), Field::phone, phone));
    WD_TRY([[maybe_unused]] auto keys, writer.commit_keys());
    return writer.write_rows();
  }
  static Status batch(Writer& writer, store::Connection& main, District district,
                      std::uint32_t number, std::string_view phone) {
    WD_TRY([[maybe_unused]] auto keys, keys_of_batch(writer, main, district, number, phone));
    WD_TRY([[maybe_unused]] auto committed, main.commit());
    writer.settled();
    return ok();
  }
};

TEST_F(TwoWriters, given_a_batch_that_never_ends_then_only_what_is_its_own_is_taken_back) {
  {
    auto it = pair();
    ASSERT_TRUE(batch(*it.first.writer, *it.first.main, kDistrict, 1, "13900000001"));
    ASSERT_TRUE(keys_of_batch(*it.second, *it.main, kOther, 2, "13900000002"));
    it.main->rollback();
    // The other goes on while the second hangs, then the process dies.
    ASSERT_TRUE(batch(*it.first.writer, *it.first.main, kDistrict, 3, "13900000003"));
    ASSERT_TRUE(batch(*it.first.writer, *it.first.main, kDistrict, 3, "13900000004"));
  }
  auto it = pair();
  EXPECT_EQ(it.first.writer->taken_back(), 3u) << "a key, its entry, and that of a changed number";
  EXPECT_EQ(it.first.get(subject_of(1), Field::phone), "13900000001");
  EXPECT_EQ(it.first.get(subject_of(3), Field::phone), "13900000004");
  ASSERT_TRUE(batch(*it.second, *it.main, kOther, 2, "13900000002")) << "its key is made again";
}

TEST_F(TwoWriters, given_a_value_that_comes_back_by_the_other_writer_then_it_is_found) {
  auto it = pair();
  ASSERT_TRUE(batch(*it.first.writer, *it.first.main, kDistrict, 1, "13900000001"));
  ASSERT_TRUE(batch(*it.first.writer, *it.first.main, kDistrict, 1, "13900000002"));
  ASSERT_TRUE(batch(*it.second, *it.main, kDistrict, 1, "13900000001"));
  // The first one writes its keys again: what it had to drop must be gone from its list.
  ASSERT_TRUE(batch(*it.first.writer, *it.first.main, kOther, 2, "13900000005"));
  EXPECT_EQ(it.first.found(Field::phone, "13900000001"), 1u);
  EXPECT_EQ(it.first.found(Field::phone, "13900000002"), 0u);
}

TEST_F(TwoWriters, given_a_body_key_made_by_one_then_the_other_compares_under_it) {
  std::optional<BodyMac> mac;
  {
    auto it = pair();
    it.first.writer->begin(kDistrict);
    mac = it.first.writer->body_mac(kNow, "a body");
    ASSERT_TRUE(mac);
    // It is on disk with the first batch that is committed, whoever's.
    ASSERT_TRUE(batch(*it.second, *it.main, kOther, 2, "13900000002"));
    EXPECT_EQ(it.second->same_body(kNow, "a body", *mac), true);
    EXPECT_EQ(it.second->same_body(kNow, "another", *mac), false);
  }
  auto again = pair();
  EXPECT_EQ(again.second->same_body(kNow, "a body", *mac), true);
}

// security: VA4
TEST_F(TwoWriters, given_an_erasure_whose_key_a_reader_keeps_then_any_writer_may_empty_the_log) {
  auto it = pair();
  ASSERT_TRUE(batch(*it.second, *it.main, kOther, 2, "13900000002"));
  const auto engine = store::open_sqlite({.path = paths_.keys + "/keys.db"});
  const auto snapshot = (*engine)->open_reader().value();
  ASSERT_TRUE(snapshot->begin());
  ASSERT_TRUE(store::get(*snapshot, kPersonKey, {kOther, subject_of(2)}).value());
  const auto in_batch = [&](auto work) {
    it.second->begin(kOther);
    ASSERT_TRUE(it.main->begin());
    ASSERT_TRUE(work());
    ASSERT_TRUE(it.second->commit_keys());
    ASSERT_TRUE(it.second->write_rows());
    ASSERT_TRUE(it.main->commit());
    it.second->settled();
  };
  in_batch([&] { return it.second->erase(kOther, subject_of(2)); });
  EXPECT_EQ(it.first.vault->unfinished_erasures(), std::vector{kOther});
  snapshot->rollback();
  ASSERT_TRUE(batch(*it.first.writer, *it.first.main, kDistrict, 1, "13900000001"));
  EXPECT_EQ(std::filesystem::file_size(paths_.keys + "/keys.db-wal"), 0u);
  in_batch([] { return ok(); });
  EXPECT_TRUE(it.first.vault->unfinished_erasures().empty());
}

TEST_F(TwoWriters, given_a_log_of_a_district_by_both_then_its_chain_holds) {
  auto it = pair();
  for (int turn = 0; turn < 4; ++turn) {
    auto& writer = turn % 2 == 0 ? *it.first.writer : *it.second;
    auto& main = turn % 2 == 0 ? *it.first.main : *it.main;
    writer.begin(kDistrict);
    ASSERT_TRUE(main.begin());
    AccessEntry entry;
    entry.district = kDistrict;
    entry.subject = subject_of(1);
    ASSERT_TRUE(writer.log(entry, kNow));
    ASSERT_TRUE(writer.commit_keys());
    ASSERT_TRUE(writer.write_rows());
    ASSERT_TRUE(main.commit());
    writer.settled();
  }
  EXPECT_FALSE(first_broken_access_row(*it.first.main, kDistrict).value().has_value());
}

// Random batches of puts, refusals, failed commits and restarts against a plain map.
RC_GTEST_PROP(SettleProperty, reader_and_index_agree_with_a_map_after_every_step, ()) {
  struct Folder : VaultTest {
    void TestBody() override {}
    Folder() { VaultTest::SetUp(); }
    ~Folder() override { VaultTest::TearDown(); }
    using VaultTest::opened;
  };
  Folder folder;
  std::optional<Server> run = folder.opened();
  std::map<std::pair<std::uint32_t, Field>, std::string> model;
  const auto steps = *rc::gen::inRange(1, 12);
  for (int step = 0; step < steps; ++step) {
    auto after = model;
    const auto fill = [&](Writer& to) -> Status {
      const auto commands = *rc::gen::inRange(0, 6);
      for (int i = 0; i < commands; ++i) {
        const auto number = *rc::gen::inRange<std::uint32_t>(0, 4);
        const auto field = *rc::gen::element(Field::name, Field::phone, Field::document_number);
        const auto value = *rc::gen::element<std::string>("", "1", "2", "3");
        const auto mark = to.mark();
        WD_TRY([[maybe_unused]] auto put, to.put(kDistrict, subject_of(number), field, value));
        if (*rc::gen::inRange(0, 4) == 0) {
          to.undo(mark);
        } else if (value.empty()) {
          after.erase({number, field});
        } else {
          after[{number, field}] = value;
        }
      }
      return ok();
    };
    const bool fails = *rc::gen::inRange(0, 5) == 0;
    const auto done = run->batch([&](Writer& to) -> Status {
      WD_TRY([[maybe_unused]] auto filled, fill(to));
      if (!fails) return ok();
      WD_TRY([[maybe_unused]] auto keys, to.commit_keys());
      return Error(ErrorCode::storage_full);
    });
    RC_ASSERT(done.has_value() != fails);
    if (!fails) model = std::move(after);
    if (*rc::gen::inRange(0, 4) == 0) {
      run.reset();
      run = folder.opened();
    }
    for (std::uint32_t number = 0; number < 4; ++number) {
      for (const auto field : {Field::name, Field::phone, Field::document_number}) {
        const auto expected = model.find({number, field});
        RC_ASSERT(run->get(subject_of(number), field) ==
                  (expected == model.end() ? "nothing" : expected->second));
      }
    }
    for (const std::string value : {"1", "2", "3"}) {
      for (const auto field : {Field::phone, Field::document_number}) {
        const auto expected = std::ranges::count_if(model, [&](const auto& entry) {
          return entry.first.second == field && entry.second == value;
        });
        RC_ASSERT(run->found(field, value) == static_cast<std::size_t>(expected));
      }
    }
  }
}

}  // namespace
}  // namespace wangdi::vault
