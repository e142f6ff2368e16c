// SPDX-License-Identifier: Apache-2.0
// What goes into the vault comes out for the right reader only, and nothing of it can be read from
// the files.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/trips.hpp"
#include "vault/files.hpp"
#include "vault/root.hpp"
#include "vault/tests/fixture.hpp"

namespace wangdi::vault {
namespace {

TEST_F(VaultTest, given_a_person_when_the_batch_is_committed_then_readers_see_the_values) {
  auto run = opened();
  const auto person = subject_of(1);
  ASSERT_TRUE(
      run.batch([&](Writer& to) -> Status {
           WD_TRY([[maybe_unused]] auto a, to.put(kDistrict, person, Field::name, "欧阳测试"));
           WD_TRY([[maybe_unused]] auto b, to.put(kDistrict, person, Field::phone, "13900000001"));
           EXPECT_EQ(to.get(kDistrict, person, Field::name)->value(), "欧阳测试")
               << "the batch sees its own values";
           EXPECT_EQ(run.get(person, Field::name), "nothing") << "readers do not yet";
           return ok();
         })
          .has_value());
  EXPECT_EQ(run.get(person, Field::name), "欧阳测试");
  EXPECT_EQ(run.get(person, Field::phone), "13900000001");
  EXPECT_EQ(run.get(person, Field::room), "nothing");
  EXPECT_EQ(run.get(subject_of(2), Field::name), "nothing");
}

TEST_F(VaultTest, values_survive_a_restart) {
  const auto person = subject_of(1);
  {
    auto run = opened();
    ASSERT_TRUE(run.put(person, Field::name, "测试甲").has_value());
  }
  auto run = opened();
  EXPECT_EQ(run.get(person, Field::name), "测试甲");
  EXPECT_EQ(run.writer->taken_back(), 0u);
  EXPECT_FALSE(run.writer->main_was_restored());
}

TEST_F(VaultTest, an_empty_value_removes_the_field) {
  auto run = opened();
  const auto person = subject_of(1);
  ASSERT_TRUE(run.put(person, Field::phone, "13900000001").has_value());
  ASSERT_TRUE(run.put(person, Field::phone, "").has_value());
  EXPECT_EQ(run.get(person, Field::phone), "nothing");
  EXPECT_EQ(run.found(Field::phone, "13900000001"), 0u);
}

TEST_F(VaultTest, exact_search_finds_every_spelling_of_the_present_value_only) {
  auto run = opened();
  const auto first = subject_of(1);
  const auto second = subject_of(2);
  ASSERT_TRUE(run.put(first, Field::document_number, "99010119900101001X").has_value());
  ASSERT_TRUE(run.put(first, Field::phone, "13900000001").has_value());
  ASSERT_TRUE(run.put(second, Field::phone, "13900000001").has_value());
  EXPECT_EQ(run.found(Field::document_number, "99010119900101001x"), 1u);
  EXPECT_EQ(run.found(Field::document_number, " ９９０１０１ 19900101-001X "), 1u);
  EXPECT_EQ(run.found(Field::phone, "139 0000 0001"), 2u) << "a phone may be shared";
  EXPECT_EQ(run.found(Field::document_number, "13900000001"), 0u) << "each field has its own index";
  EXPECT_EQ(run.found(Field::name, "x"), 0u) << "names have no index";
  auto elsewhere = run.reader->find_exact(District{990102}, Field::phone, "13900000001");
  EXPECT_TRUE(elsewhere->empty()) << "another district";

  ASSERT_TRUE(run.put(first, Field::phone, "13900000002").has_value());
  EXPECT_EQ(run.found(Field::phone, "13900000001"), 1u) << "the old value of a correction is gone";
  EXPECT_EQ(run.found(Field::phone, "13900000002"), 1u);
  ASSERT_TRUE(run.put(first, Field::phone, "13900000001").has_value());
  ASSERT_TRUE(run.put(subject_of(3), Field::name, "x").has_value());  // carries out what waits
  EXPECT_EQ(run.found(Field::phone, "13900000001"), 2u) << "changed back";
  EXPECT_EQ(run.found(Field::phone, "13900000002"), 0u);
}

TEST_F(VaultTest, a_value_changed_back_within_one_batch_stays_findable) {
  auto run = opened();
  const auto person = subject_of(1);
  ASSERT_TRUE(run.put(person, Field::phone, "13900000001").has_value());
  ASSERT_TRUE(run.batch([&](Writer& to) -> Status {
                   WD_TRY([[maybe_unused]] auto a,
                          to.put(kDistrict, person, Field::phone, "13900000002"));
                   EXPECT_EQ(to.find_exact(kDistrict, Field::phone, "13900000001")->size(), 0u);
                   EXPECT_EQ(to.find_exact(kDistrict, Field::phone, "13900000002")->size(), 1u);
                   return to.put(kDistrict, person, Field::phone, "13900000001");
                 })
                  .has_value());
  ASSERT_TRUE(run.put(subject_of(2), Field::phone, "13900000003").has_value());
  EXPECT_EQ(run.found(Field::phone, "13900000001"), 1u);
  EXPECT_EQ(run.found(Field::phone, "13900000002"), 0u);
}

TEST_F(VaultTest, given_a_refused_command_when_it_is_undone_then_only_the_others_are_written) {
  auto run = opened();
  const auto kept = subject_of(1);
  const auto refused = subject_of(2);
  ASSERT_TRUE(
      run.batch([&](Writer& to) -> Status {
           WD_TRY([[maybe_unused]] auto a, to.put(kDistrict, kept, Field::phone, "13900000001"));
           const auto mark = to.mark();
           WD_TRY([[maybe_unused]] auto b, to.put(kDistrict, kept, Field::phone, "13900000002"));
           WD_TRY([[maybe_unused]] auto c, to.put(kDistrict, refused, Field::phone, "13900000003"));
           to.undo(mark);
           EXPECT_EQ(to.get(kDistrict, kept, Field::phone)->value(), "13900000001");
           EXPECT_FALSE(to.get(kDistrict, refused, Field::phone)->has_value());
           EXPECT_EQ(to.find_exact(kDistrict, Field::phone, "13900000003")->size(), 0u);
           return ok();
         })
          .has_value());
  EXPECT_EQ(run.get(kept, Field::phone), "13900000001");
  EXPECT_EQ(run.get(refused, Field::phone), "nothing");
  EXPECT_EQ(run.found(Field::phone, "13900000002"), 0u);
  auto keys = store::open_sqlite({.path = paths_.keys + "/keys.db"});
  EXPECT_EQ(rows_in(**keys, kCountKeys), 1);
}

TEST_F(VaultTest, many_subjects_come_in_the_order_asked_for_also_past_the_key_cache) {
  constexpr std::uint32_t kSubjects = 1'500;  // the smallest cache holds 256
  auto run = opened({}, kNow, {.cached_keys = 1});
  ASSERT_TRUE(run.batch([&](Writer& to) -> Status {
                   for (std::uint32_t i = 0; i < kSubjects; ++i) {
                     WD_TRY([[maybe_unused]] auto a, to.put(kDistrict, subject_of(i), Field::name,
                                                            "甲" + std::to_string(i)));
                     WD_TRY([[maybe_unused]] auto b,
                            to.put(kDistrict, subject_of(i), Field::room, std::to_string(i)));
                   }
                   return ok();
                 })
                  .has_value());
  std::vector<Uuid> asked;
  for (std::uint32_t i = kSubjects; i-- > 0;) asked.push_back(subject_of(i));
  asked.push_back(asked.front());  // once more
  const bool on_postgres = testing::engine_of_tests() == testing::TestEngine::postgres;
  testing::Trips trips(*run.reading);
  if (on_postgres) trips.since();
  for (int again = 0; again < 2; ++again) {
    const auto all = run.reader->get_many(kDistrict, asked, {Field::name, Field::room});
    ASSERT_TRUE(all.has_value());
    for (std::uint32_t i = 0; i < kSubjects; ++i) {
      ASSERT_EQ((*all)[kSubjects - 1 - i].get(Field::name), "甲" + std::to_string(i));
      ASSERT_EQ((*all)[kSubjects - 1 - i].get(Field::room), std::to_string(i));
    }
    EXPECT_EQ(all->back().get(Field::name), all->front().get(Field::name));
  }
  if (on_postgres) {
    EXPECT_EQ(trips.since(), 2) << "one question for all of them";
  }
}

// security: CR2
TEST_F(VaultTest, a_ciphertext_moved_to_another_place_does_not_open) {
  const auto first = subject_of(1);
  const auto second = subject_of(2);
  struct Move {
    const char* what;
    store::Statement statement;
  };
  const Move moves[] = {
      {"to another person",
       {"a",
        "UPDATE vault_field SET ciphertext = (SELECT ciphertext FROM vault_field WHERE "
        "subject = $1 AND field = 1) WHERE subject = $2 AND field = 1"}},
      {"to another field",
       {"b",
        "UPDATE vault_field SET ciphertext = (SELECT ciphertext FROM vault_field WHERE "
        "subject = $1 AND field = 9) WHERE subject = $1 AND field = 1 AND $2 IS NOT NULL"}},
      {"to another version",
       {"c",
        "UPDATE vault_field SET version = version + 1 WHERE $1 IS NOT NULL AND $2 IS NOT NULL"}},
      {"to another district",
       {"d", "UPDATE vault_field SET district = 990102 WHERE $1 IS NOT NULL AND $2 IS NOT NULL"}},
  };
  auto run = opened();
  for (const auto& move : moves) {
    for (const auto& subject : {first, second}) {
      ASSERT_TRUE(run.put(subject, Field::name, "测试甲").has_value());
      ASSERT_TRUE(run.put(subject, Field::note, "测试乙").has_value());
    }
    ASSERT_EQ(run.get(second, Field::name), "测试甲");
    ASSERT_TRUE(store::run(*run.main, move.statement, first, second).has_value());
    const auto seen =
        run.get(move.what == std::string("to another field") ? first : second, Field::name);
    EXPECT_TRUE(seen == "error vault_unreadable" || seen == "nothing") << move.what << ": " << seen;
  }
}

// security: CR3
TEST_F(VaultTest, the_vault_opens_only_with_its_root_and_tight_modes) {
  const auto opens = [&] {
    auto vault = Vault::open(paths_);
    return vault ? std::string("opens") : std::string(error_entry(vault.error().code()).name);
  };
  EXPECT_EQ(opens(), "opens");
  for (const mode_t open : {0644u, 0440u, 0600u, 0404u}) {
    ASSERT_EQ(::chmod(paths_.root.c_str(), open), 0);
    EXPECT_EQ(opens(), "root_missing") << std::oct << open;
  }
  ASSERT_EQ(::chmod(paths_.root.c_str(), 0400), 0);
  ASSERT_EQ(::chmod(paths_.keys.c_str(), 0750), 0);
  EXPECT_EQ(opens(), "keys_missing");
  ASSERT_EQ(::chmod(paths_.keys.c_str(), 0700), 0);
  ASSERT_EQ(::chmod((paths_.keys + "/epoch.key").c_str(), 0640), 0);
  EXPECT_EQ(opens(), "keys_missing");
  ASSERT_EQ(::chmod((paths_.keys + "/epoch.key").c_str(), 0400), 0);
  EXPECT_EQ(opens(), "opens");

  std::filesystem::rename(paths_.root, paths_.root + ".away");
  EXPECT_EQ(opens(), "root_missing");
  std::ofstream(paths_.root) << std::string(31, 'x');
  ASSERT_EQ(::chmod(paths_.root.c_str(), 0400), 0);
  EXPECT_EQ(opens(), "root_missing") << "too short";
  std::filesystem::remove(paths_.root);
  std::ofstream(paths_.root) << std::string(32, 'x');
  ASSERT_EQ(::chmod(paths_.root.c_str(), 0400), 0);
  EXPECT_EQ(opens(), "keys_mismatch") << "the root of another installation";
}

// security: CR3
TEST_F(VaultTest, a_root_of_mode_0440_is_taken_from_the_credentials_of_systemd_only) {
  if (::geteuid() != 0) GTEST_SKIP() << "not run: only root can hand out a credential";
  const auto credentials = folder_ / "credentials";
  std::filesystem::create_directories(credentials / "below");
  for (const auto* name : {"root", "below/root"}) {
    std::filesystem::copy_file(paths_.root, credentials / name);
  }
  const auto file = (credentials / "root").string();
  const auto opens = [&](const std::string& root) {
    return read_root(root) ? std::string("opens") : std::string("refused");
  };
  const auto mode = [](const std::string& path, mode_t bits) {
    ASSERT_EQ(::chmod(path.c_str(), bits), 0);
  };
  mode(credentials, 0550);
  mode(file, 0440);
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(opens(file), "refused") << "nobody handed it out";
  ::setenv("CREDENTIALS_DIRECTORY", credentials.c_str(), 1);
  EXPECT_EQ(opens(file), "opens");
  EXPECT_TRUE(is_credential(file));
  mode(paths_.root, 0440);
  EXPECT_EQ(opens(paths_.root), "refused") << "it lies elsewhere";
  mode(credentials / "below/root", 0440);
  EXPECT_EQ(opens(credentials / "below/root"), "refused") << "it lies deeper";
  EXPECT_EQ(opens(file + "/../below/root"), "refused");
  for (const mode_t bits : {0444u, 0640u, 0460u, 0441u, 04440u, 0600u}) {
    mode(file, bits);
    EXPECT_EQ(opens(file), "refused") << std::oct << bits;
  }
  mode(file, 0400);
  EXPECT_EQ(opens(file), "opens") << "as older systemd does it";
  mode(file, 0440);
  ASSERT_EQ(::chown(file.c_str(), 0, 1), 0);
  EXPECT_EQ(opens(file), "refused") << "a group that may have members";
  ASSERT_EQ(::chown(file.c_str(), 1, 0), 0);
  EXPECT_EQ(opens(file), "refused") << "somebody's own file";
  ASSERT_EQ(::chown(file.c_str(), 0, 0), 0);
  mode(credentials, 0770);
  EXPECT_EQ(opens(file), "refused") << "others may change the folder";
  mode(credentials, 0700);
  EXPECT_EQ(opens(file), "opens");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

// security: CR3
TEST_F(VaultTest, root_and_keys_lie_outside_the_data_folder_and_are_made_private) {
  EXPECT_EQ(paths_.keys, (folder_ / "data").string() + ".keys");
  EXPECT_EQ(paths_.root, (folder_ / "data").string() + ".root");
  EXPECT_EQ(Paths::beside((folder_ / "data/").string()).keys, paths_.keys);
  struct stat status{};
  ASSERT_EQ(::stat(paths_.root.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0400u);
  EXPECT_EQ(status.st_size, 32);
  ASSERT_EQ(::stat(paths_.keys.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  EXPECT_FALSE(Vault::create(paths_).has_value()) << "an existing keys folder is never made anew";
}

TEST_F(VaultTest, keys_of_other_data_are_refused) {
  {
    auto run = opened();
    ASSERT_TRUE(run.put(subject_of(1), Field::name, "测试甲").has_value());
  }
  const auto own = paths_;
  paths_ = {.keys = own.keys + "2", .root = own.root};
  ASSERT_TRUE(Vault::create(paths_).has_value());
  auto fresh_keys = open();
  ASSERT_FALSE(fresh_keys.has_value());
  EXPECT_EQ(fresh_keys.error().code(), ErrorCode::keys_mismatch);
  paths_ = own;
  std::filesystem::remove_all(folder_ / "data");
  std::filesystem::create_directories(folder_ / "data");
  auto fresh_data = open();
  ASSERT_FALSE(fresh_data.has_value());
  EXPECT_EQ(fresh_data.error().code(), ErrorCode::keys_mismatch);
}

TEST_F(VaultTest, keys_that_another_version_wrote_are_refused_and_stay_as_they_are) {
  const auto keys_db = paths_.keys + "/keys.db", epoch = paths_.keys + "/epoch.key";
  const auto bytes = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const auto expect_refused = [&](std::string_view what) {
    const auto keys_before = bytes(keys_db);
    const auto vault = Vault::open(paths_);
    ASSERT_FALSE(vault.has_value()) << what;
    EXPECT_EQ(vault.error().code(), ErrorCode::migration_refused) << what;
    ASSERT_EQ(vault.error().details().size(), 1u);
    const std::string said(vault.error().details()[0].value);
    EXPECT_TRUE(said.starts_with(std::string(what) + " (")) << said;
    EXPECT_TRUE(bytes(keys_db) == keys_before) << what;
  };
  const auto change = [&](std::initializer_list<const char*> statements) {
    const auto engine = store::open_sqlite({.path = keys_db});
    const auto writer = (*engine)->open_writer();
    for (const auto* sql : statements) {
      const auto done = store::run(**writer, store::Statement{"other_version", sql});
      ASSERT_TRUE(done.has_value()) << done.error().cause();
    }
  };
  const auto whole = bytes(keys_db);
  const auto put_back = [&] { std::ofstream(keys_db, std::ios::binary) << whole; };

  // Later: a column more, and a table that this version does not know.
  change({"ALTER TABLE person_key ADD COLUMN epoch bigint",
          "UPDATE table_form SET form = 'column epoch integer' || char(10) || form"
          " WHERE table_name = 'person_key'",
          "INSERT INTO table_form VALUES (9000000, 'erasure', 'column id blob')"});
  expect_refused("keys.db: person_key, erasure");
  // Earlier, of before forms were kept: a column less.
  put_back();
  change({"DROP TABLE table_form", "ALTER TABLE keys_state DROP COLUMN settled"});
  expect_refused("keys.db: keys_state");
  // Of before forms were kept, and as today: taken, and kept from now on.
  put_back();
  change({"DROP TABLE table_form"});
  EXPECT_TRUE(Vault::open(paths_).has_value());
  change({"UPDATE table_form SET form = '' WHERE table_name = 'named_key'"});
  expect_refused("keys.db: named_key");

  put_back();
  ASSERT_EQ(::chmod(epoch.c_str(), 0600), 0);
  std::ofstream(epoch, std::ios::binary) << "WANGDI-EPOCH-2\n" << std::string(400, 'x');
  ASSERT_EQ(::chmod(epoch.c_str(), 0400), 0);
  expect_refused("epoch.key");
}

TEST_F(VaultTest, a_second_process_on_the_keys_folder_is_refused) {
  auto run = opened();
  auto second = Vault::open(paths_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), ErrorCode::folder_in_use);
}

// security: VA1
TEST_F(VaultTest, no_file_holds_a_value_or_a_key_in_plain) {
  const std::string values[] = {"欧阳测试人",  "99010119900101001X", "99010119900101001x",
                                "13900000001", "北门旧仓库三层右手", "经测试县转车回来"};
  const Field fields[] = {Field::name, Field::document_number, Field::document_number, Field::phone,
                          Field::room, Field::journey};
  std::string root;
  {
    auto run = opened();
    for (std::size_t i = 0; i < std::size(values); ++i) {
      ASSERT_TRUE(run.put(subject_of(1), fields[i], values[i]).has_value());
    }
    EXPECT_EQ(run.found(Field::phone, values[3]), 1u);
    ASSERT_TRUE(run.batch([&](Writer& to) {
                     EXPECT_TRUE(to.body_mac(kNow, "{\"phone\":\"13900000001\"}").has_value());
                     return ok();
                   })
                    .has_value());
    const auto bytes = all_bytes();  // with write-ahead logs
    for (const auto& value : values) EXPECT_EQ(bytes.find(value), std::string::npos) << value;
  }
  const auto bytes = all_bytes();
  for (const auto& value : values) EXPECT_EQ(bytes.find(value), std::string::npos) << value;
  std::ifstream file(paths_.root, std::ios::binary);
  root.assign(std::istreambuf_iterator<char>(file), {});
  ASSERT_EQ(root.size(), 32u);
  const auto first = bytes.find(root);
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(bytes.find(root, first + 1), std::string::npos) << "the root stands in its file only";
}

// security: VA1
TEST_F(VaultTest, errors_name_no_value) {
  auto run = opened();
  ASSERT_TRUE(run.put(subject_of(1), Field::name, "测试甲").has_value());
  constexpr store::Statement kDamage{"damage", "UPDATE vault_field SET ciphertext = $1"};
  ASSERT_TRUE(store::run(*run.main, kDamage, store::Bytes(40, 7)).has_value());
  const auto value = run.reader->get(kDistrict, subject_of(1), Field::name);
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().code(), ErrorCode::vault_unreadable);
  EXPECT_TRUE(value.error().details().empty());
  EXPECT_EQ(value.error().cause().find("测试甲"), std::string::npos);
}

TEST(Fields, are_listed_in_order_and_unknown_numbers_left_out) {
  const Fields fields{Field::phone, Field::name, Field::held_body};
  EXPECT_EQ(fields.list(), (std::vector{Field::name, Field::phone, Field::held_body}));
  EXPECT_TRUE(Fields::from_bits(std::int64_t{1} << 40).list().empty());
}

TEST(Fields, masks_hide_what_a_reader_without_purpose_may_not_see) {
  struct Case {
    Field field;
    const char* value;
    const char* mask;
  };
  const Case cases[] = {
      {Field::name, "王建国", "王*国"},
      {Field::name, "王芳", "王*"},
      {Field::document_number, "99010119900101001X", "990***********001X"},
      {Field::phone, "13900000001", "139****0001"},
      {Field::birth_date, "1990-01-01", "1990-**-**"},
      {Field::room, "302", "302"},
      {Field::note, "行动不便", "***"},
      {Field::journey, "自测试县", "***"},
      {Field::name, "", ""},
  };
  for (const auto& one : cases) EXPECT_EQ(masked(one.field, one.value), one.mask) << one.value;
}

}  // namespace
}  // namespace wangdi::vault
