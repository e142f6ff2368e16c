// SPDX-License-Identifier: Apache-2.0
// A keys folder of before epochs enciphered the index, with its database, as that version wrote
// them (recorded/): 1 and 2 are there, 2 with another number since; the process was killed after
// the commit that added 4 and erased 3, whose key waits to be destroyed.
#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "base/hex.hpp"
#include "vault/epoch.hpp"
#include "vault/files.hpp"
#include "vault/old_index.hpp"
#include "vault/root.hpp"
#include "vault/tests/fixture.hpp"

namespace wangdi::vault {
namespace {

constexpr std::string_view kRecordedRoot =
    "97af7b7424aaed0367035562c2e4ac73508d21d154fbf4c82c9edc1e85ce773e";
constexpr std::string_view kRecordedEpoch =
    "57414e4744492d45504f43482d310a0000000000000001a03bffabc3720eb737c7cadf433e71282426bafd"
    "4879f44610bc3ee42470defc40f7eb8cd2337de3e20ea5ba4bde52a90461134939db87366991510d";
constexpr store::Statement kOpenMacs{"open_macs", "SELECT mac FROM blind_index ORDER BY mac"};

class OldIndexTest : public VaultTest {
 protected:
  void SetUp() override {
    VaultTest::SetUp();
    std::filesystem::remove_all(paths_.keys);
    std::filesystem::remove(paths_.root);
    ASSERT_TRUE(make_secret_folder(paths_.keys));
    ASSERT_TRUE(write_secret_file(paths_.root, from_hex(kRecordedRoot).value()));
    ASSERT_TRUE(write_secret_file(epoch_file_of(paths_.keys), from_hex(kRecordedEpoch).value()));
    load("keys.sql", keys_file());
    load("main.sql", main_file());
  }
  static void load(const std::string& recorded, const std::string& file) {
    const auto engine = store::open_sqlite({.path = file});
    const auto writer = (*engine)->open_writer();
    std::ifstream lines(WANGDI_SOURCE_DIR "/src/vault/tests/recorded/" + recorded);
    std::deque<std::string> statements;  // each keeps its address
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("--")) continue;
      statements.push_back(std::move(line));
      ASSERT_TRUE(store::run(**writer, {"recorded", statements.back()})) << statements.back();
    }
    ASSERT_FALSE(statements.empty()) << recorded;
  }
  std::string keys_file() const { return keys_file_of(paths_.keys, 1); }
  Result<std::int64_t> change_keys(const store::Statement& statement) const {
    const auto engine = store::open_sqlite({.path = keys_file()});
    const auto writer = (*engine)->open_writer();
    return store::run(**writer, statement);
  }
  void expect_all(Server& run) {
    for (const std::uint32_t i : {1, 2, 4}) {
      EXPECT_NE(run.get(subject_of(i), Field::name), "nothing") << i;
      const auto phone = run.get(subject_of(i), Field::phone);
      EXPECT_EQ(run.found(Field::phone, phone), 1u) << phone;
    }
    EXPECT_EQ(run.found(Field::document_number, "990101199001010001"), 1u);
    EXPECT_EQ(run.found(Field::document_number, "990101199001010002"), 1u);
    EXPECT_EQ(run.found(Field::phone, "13900000002"), 0u) << "it was changed";
    EXPECT_EQ(run.get(subject_of(3), Field::name), "nothing");
    EXPECT_EQ(run.found(Field::phone, "13900000003"), 0u) << "erased";
    const auto engine = store::open_sqlite(
        {.path = keys_file_of(paths_.keys, run.vault->keyring().epoch()->number)});
    EXPECT_EQ(rows_in(**engine, kCountKeys), 3);
    EXPECT_EQ(rows_in(**engine, kCountIndex), 5);
    EXPECT_EQ(run.writer->is_destroying(), false);
  }
};

TEST_F(OldIndexTest, given_a_folder_of_before_when_it_is_opened_then_the_same_are_found) {
  {
    auto run = opened();
    EXPECT_EQ(run.writer->taken_back(), 1u) << "the key of whom the last batch erased";
    expect_all(run);
    EXPECT_FALSE(is_index_marked(run.vault->keyring().writer()).value());
    ASSERT_TRUE(run.put(subject_of(5), Field::phone, "13900000005"));
    EXPECT_EQ(run.found(Field::phone, "13900000005"), 1u);
    ASSERT_TRUE(run.batch([](Writer& to) { return to.erase(kDistrict, subject_of(5)); }));
  }
  auto run = opened();
  EXPECT_EQ(run.writer->taken_back(), 0u);
  expect_all(run);
  const auto change = EpochChange::prepare(run.vault->keyring(), "");
  ASSERT_TRUE(change) << change.error().cause();
  ASSERT_TRUE(run.batch([&](Writer& to) { return to.take_epoch(**change); }));
  expect_all(run);
}

// security: VA2
TEST_F(OldIndexTest, given_a_copy_of_before_and_the_keys_of_today_then_no_number_is_in_it) {
  std::set<std::int64_t> in_copy;
  std::optional<crypto::Hmac> of_before;
  {
    const auto engine = store::open_sqlite({.path = keys_file()});
    const auto reader = (*engine)->open_reader();
    ASSERT_TRUE((*reader)->query(kOpenMacs, store::bind_all(), [&](const store::RowReader& row) {
      in_copy.insert(row.integer(0));
      return true;
    }));
    const auto row = store::get(**reader, kNamedKey, {District{}, 1, 0});
    const auto epoch = read_epoch_file(epoch_file_of(paths_.keys), *read_root(paths_.root));
    crypto::Aead aead;
    aead.set_key((*epoch)->key.view());
    of_before.emplace(
        *aead.open(named_key_place(KeyName::old_blind_index, 0), row.value()->wrapped));
  }
  // Every number is tried under a key.
  const auto numbers_in_copy = [&](crypto::Hmac& blind) {
    int found = 0;
    for (int number = 0; number < 1'000; ++number) {
      const auto phone = std::to_string(13'900'000'000 + number);
      const auto mac = blind_mac(blind, Field::phone, phone);
      std::uint64_t head = 0;
      for (std::size_t i = 0; i < 8; ++i) head = head << 8 | mac[i];
      found += in_copy.contains(static_cast<std::int64_t>(head)) ? 1 : 0;
    }
    return found;
  };
  EXPECT_EQ(numbers_in_copy(*of_before), 4) << "as the version before would";
  auto run = opened();
  auto blind = run.vault->keyring().hmac(KeyName::blind_index);
  EXPECT_EQ(numbers_in_copy(blind), 0);
  const auto old_key = store::get(run.vault->keyring().writer(), kNamedKey, {District{}, 1, 0});
  EXPECT_FALSE(old_key.value()) << "nothing is left to try them under";
}

TEST_F(OldIndexTest, given_one_that_was_opened_without_a_writer_or_killed_then_it_is_made_whole) {
  {
    const auto vault = Vault::open(paths_);
    ASSERT_TRUE(vault) << vault.error().cause();
    EXPECT_TRUE(is_index_marked((*vault)->keyring().writer()).value());
  }
  {
    auto run = opened();
    expect_all(run);
  }
  // As somebody leaves it who dies while it is made.
  ASSERT_TRUE(change_keys({"lose", "DELETE FROM blind_index WHERE kind = 3"}));
  ASSERT_TRUE(
      change_keys({"mark", "INSERT INTO named_key SELECT district, 1, 0, x'' FROM keys_state"}));
  auto run = opened();
  expect_all(run);
  EXPECT_FALSE(is_index_marked(run.vault->keyring().writer()).value());
}

TEST_F(OldIndexTest, given_one_of_before_forms_were_kept_or_a_restored_database_then_it_opens) {
  ASSERT_TRUE(change_keys({"forget", "DROP TABLE table_form"}));
  {
    const auto vault = Vault::open(paths_);
    ASSERT_TRUE(vault) << vault.error().cause();
    const auto engine = store::open_sqlite({.path = main_file()});
    const auto main = (*engine)->open_writer();
    ASSERT_TRUE((*vault)->adopt_restored(**main));
    EXPECT_FALSE(is_index_marked((*vault)->keyring().writer()).value());
  }
  auto run = opened();
  EXPECT_EQ(run.found(Field::phone, "13900000001"), 1u);
  EXPECT_EQ(run.found(Field::phone, "13900000020"), 1u);
}

TEST_F(OldIndexTest, given_another_form_than_these_two_then_it_is_refused_untouched) {
  ASSERT_TRUE(change_keys({"other", "ALTER TABLE blind_index RENAME COLUMN mac TO mark"}));
  ASSERT_TRUE(change_keys({"told",
                           "UPDATE table_form SET form = replace(form, 'mac', 'mark') WHERE "
                           "table_name = 'blind_index'"}));
  const auto vault = Vault::open(paths_);
  ASSERT_FALSE(vault);
  EXPECT_EQ(vault.error().code(), ErrorCode::migration_refused);
  EXPECT_TRUE(change_keys({"back", "ALTER TABLE blind_index RENAME COLUMN mark TO mac"}));
}

}  // namespace
}  // namespace wangdi::vault
