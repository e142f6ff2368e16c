// SPDX-License-Identifier: Apache-2.0
// A backup made while accounts are opened, restored, damaged, tried with wrong keys, drilled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "app/commands.hpp"
#include "app/restore.hpp"
#include "app/tests/made_installation.hpp"
#include "app/user_command.hpp"
#include "common/bus/restored.hpp"
#include "journal/journal.hpp"
#include "store/rows.hpp"
#include "store/sqlite.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::string_view kShown = "测试";  // of each account, with its number

// A real installation without a division tree: its records are accounts, opened one after another.
class BackupTest : public InstallationTest {
 protected:
  BackupTest() : InstallationTest("backup") {
    runtime_ = made();
    std::ofstream(config_.data + "/files/kept") << std::string(300'000, 'k');
    fs::create_directories(config_.data + "/files/trees/half.part");
    std::ofstream(config_.data + "/files/trees/half.part/one") << "half";
    for (int i = 0; i < 5; ++i) open_one();
  }
  ~BackupTest() override { runtime_.reset(); }

  void open_one() {
    const auto number = accounts_.size() + 1;
    const auto opened = open_account(*runtime_, {"account" + std::to_string(number),
                                                 std::string(kShown) + std::to_string(number),
                                                 access::Role::system_administrator, RegionCode()});
    ASSERT_TRUE(opened) << opened.error().cause();
    accounts_.push_back(opened->account);
  }

  std::string backup(const std::string& name = "backup") {
    const auto made = make_backup(config_, clock_, path(name));
    EXPECT_TRUE(made) << error_entry(made.error().code()).name << made.error().cause();
    return path(name);
  }
  // Another folder for the same keys; the first server has ended.
  Config elsewhere(const std::string& name = "restored") {
    runtime_.reset();
    auto config = config_;
    config.data = path(name);
    config.anchor = path(name + ".anchor");
    return config;
  }
  ErrorCode refusal(const Config& config, const std::string& from) {
    const auto restored = restore_backup(config, clock_, from);
    EXPECT_FALSE(restored);
    EXPECT_FALSE(fs::exists(config.data)) << "a refused backup leaves nothing";
    return restored ? ErrorCode::internal : restored.error().code();
  }
  // What stands in the vault for an account, or "nothing".
  static std::string shown(Runtime& runtime, AccountId account) {
    const auto reader = runtime.reader();
    const auto value =
        reader->vault->get(RegionCode().district(), account.value, vault::Field::name);
    if (!value) return std::string(error_entry(value.error().code()).name);
    return value->value_or("nothing");
  }
  static int run(int (*command)(const Config&, Console&, const BackupRequest&),
                 const Config& config, const std::string& file, std::string& said,
                 const std::string& keys_to = "") {
    std::ostringstream out, err;
    Console console{out, err, Language::kEnglish};
    const int status = command(config, console, {.file = file, .keys_to = keys_to});
    said = out.str() + err.str();
    return status;
  }

  std::unique_ptr<Runtime> runtime_;
  std::vector<AccountId> accounts_;
};

// security: OP2
TEST_F(BackupTest, given_a_backup_under_load_when_restored_then_it_is_an_exact_prefix) {
  std::atomic<bool> stop{false};
  std::thread load([&] {
    while (!stop) open_one();
  });
  std::vector<BackupManifest> manifests;
  for (int i = 0; i < 5; ++i) {
    auto made = make_backup(config_, clock_, path("backup" + std::to_string(i)));
    if (made) manifests.push_back(std::move(*made));
  }
  stop = true;
  load.join();
  ASSERT_EQ(manifests.size(), 5u);
  ASSERT_EQ(manifests.back().heads.size(), 1u);
  const auto head = manifests.back().heads.items.front().sequence;
  EXPECT_EQ(manifests.back().records, head);
  EXPECT_LT(head, static_cast<std::int64_t>(accounts_.size()) + 1);

  const auto config = elsewhere();
  const auto restored = restore_backup(config, clock_, path("backup4"));
  ASSERT_TRUE(restored) << error_entry(restored.error().code()).name << restored.error().cause();
  EXPECT_EQ(fs::file_size(config.data + "/files/kept"), 300'000u);
  EXPECT_FALSE(fs::exists(config.data + "/files/trees/half.part"));
  struct stat mode{};
  ASSERT_EQ(::stat((config.data + "/wangdi.db").c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 0777, 0600u);

  auto again = Runtime::open(config, clock_);
  ASSERT_TRUE(again) << again.error().cause();
  EXPECT_TRUE(fs::exists(config.anchor)) << "a restore sets the anchor";
  EXPECT_FALSE((*again)->guard().is_alarmed());
  EXPECT_EQ((*again)->restores().number(), restored->number);
  EXPECT_EQ((*again)->restores().kept(RegionCode().district(), 0), head);
  const auto verified = journal::verify((*again)->connection());
  ASSERT_TRUE(verified);
  EXPECT_TRUE(verified->findings.empty());
  EXPECT_EQ(verified->records, head + 1) << "and the event of the restore";
  // One record an account: each up to the head is there with its name, each after it is not.
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    const bool held = static_cast<std::int64_t>(i) < head;
    EXPECT_EQ(shown(**again, accounts_[i]),
              held ? std::string(kShown) + std::to_string(i + 1) : "nothing");
  }
}

TEST_F(BackupTest, given_flipped_bytes_and_cut_ends_then_each_is_refused) {
  const auto file = backup();
  const auto config = elsewhere();
  const auto size = static_cast<std::int64_t>(fs::file_size(file));
  constexpr unsigned kSeed = 20'200'218;
  std::mt19937_64 random(kSeed);
  constexpr int kTries = 200;
  for (int i = 0; i < kTries; ++i) {
    const auto spoilt = path("spoilt");
    fs::copy_file(file, spoilt, fs::copy_options::overwrite_existing);
    // The first tries walk through the head, byte by byte.
    const auto at =
        i < 72 ? i : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(size));
    if (i % 4 == 3 && i >= 72) {
      fs::resize_file(spoilt, static_cast<std::uintmax_t>(at));
    } else {
      std::fstream bytes(spoilt, std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekg(at);
      const auto flipped = static_cast<char>(bytes.get() ^ (1 << random() % 8));
      bytes.seekp(at);
      bytes.put(flipped);
    }
    const auto code = refusal(config, spoilt);
    EXPECT_TRUE(code == ErrorCode::backup_damaged || code == ErrorCode::backup_unknown ||
                code == ErrorCode::backup_key_wrong)
        << "seed " << kSeed << " try " << i << " at " << at << ": " << error_entry(code).name;
  }
  std::ofstream(file, std::ios::app | std::ios::binary) << 'x';
  EXPECT_EQ(refusal(config, file), ErrorCode::backup_damaged) << "a byte too many";
}

TEST_F(BackupTest, given_a_cut_at_the_end_of_a_chunk_then_it_is_refused) {
  const auto file = backup();
  const auto config = elsewhere();
  constexpr std::uintmax_t kHead = 72, kSealed = kBackupChunkBytes + crypto::kStreamOverheadBytes;
  ASSERT_GT(fs::file_size(file), kHead + kSealed);
  fs::resize_file(file, kHead + kSealed);
  EXPECT_EQ(refusal(config, file), ErrorCode::backup_damaged);
  fs::resize_file(file, kHead);
  EXPECT_EQ(refusal(config, file), ErrorCode::backup_damaged);
}

TEST_F(BackupTest, given_a_foreign_file_root_or_keys_then_the_reason_is_told) {
  const auto file = backup();
  auto config = elsewhere();
  std::ofstream(path("text"))
      << "no backup at all, but longer than the head of one would have been";
  EXPECT_EQ(refusal(config, path("text")), ErrorCode::backup_unknown);
  EXPECT_EQ(refusal(config, path("nowhere")), ErrorCode::storage_failed);

  auto foreign = config;
  foreign.keys = path("other.keys");
  foreign.root = path("other.root");
  ASSERT_TRUE(vault::Vault::create({foreign.keys, foreign.root}));
  EXPECT_EQ(refusal(foreign, file), ErrorCode::backup_key_wrong);
  // The right root, but keys that were made for other data under it.
  foreign.root = config.root;
  fs::remove_all(foreign.keys);
  ASSERT_TRUE(vault::Vault::create({foreign.keys, foreign.root}));
  EXPECT_EQ(refusal(foreign, file), ErrorCode::keys_mismatch);
  foreign.keys = path("no.keys");
  EXPECT_EQ(refusal(foreign, file), ErrorCode::keys_missing);
  foreign.root = path("no.root");
  EXPECT_EQ(refusal(foreign, file), ErrorCode::root_missing);
  EXPECT_TRUE(fs::exists(config.keys + "/keys.db")) << "nobody touched the keys";
}

TEST_F(BackupTest, given_keys_in_use_or_a_folder_in_use_then_nothing_is_overwritten) {
  const auto file = backup();
  auto config = config_;
  config.data = path("restored");
  EXPECT_EQ(refusal(config, file), ErrorCode::folder_in_use) << "the first server holds the keys";
  runtime_.reset();
  const auto over = restore_backup(config_, clock_, file);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code(), ErrorCode::folder_exists);
  EXPECT_TRUE(Runtime::open(config_, clock_)) << "the live folder is whole";
}

TEST_F(BackupTest, given_a_served_folder_when_a_second_server_starts_then_it_is_refused) {
  const auto second = Runtime::open(config_, clock_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::folder_in_use);
  // Nor can a copy of the folder be served with the same keys.
  auto copied = config_;
  copied.data = path("copied");
  fs::copy(config_.data, copied.data, fs::copy_options::recursive);
  const auto twin = Runtime::open(copied, clock_);
  ASSERT_FALSE(twin);
  EXPECT_EQ(twin.error().code(), ErrorCode::folder_in_use);
}

TEST_F(BackupTest,
       given_a_key_that_is_gone_when_an_old_backup_is_restored_then_no_name_comes_back) {
  const auto file = backup();
  const auto config = elsewhere();
  {
    const auto keys = store::open_sqlite({.path = config.keys + "/keys.db"});
    const auto writer = (*keys)->open_writer();
    const store::Statement forget{"test_forget",
                                  "DELETE FROM person_key WHERE district = $1 AND subject = $2"};
    ASSERT_TRUE(store::run(**writer, forget, RegionCode().district(), accounts_[1].value));
  }
  ASSERT_TRUE(restore_backup(config, clock_, file));
  const auto runtime = Runtime::open(config, clock_);
  ASSERT_TRUE(runtime);
  EXPECT_EQ(shown(**runtime, accounts_[0]), std::string(kShown) + "1");
  EXPECT_EQ(shown(**runtime, accounts_[1]), "nothing");
}

TEST_F(BackupTest, given_a_restored_folder_when_it_goes_on_then_newer_data_still_open) {
  const auto file = backup();
  open_one();
  const auto newest = accounts_.back();
  const auto config = elsewhere();
  ASSERT_TRUE(restore_backup(config, clock_, file));
  {
    auto runtime = Runtime::open(config, clock_);
    ASSERT_TRUE(runtime);
    EXPECT_EQ(shown(**runtime, newest), "nothing");
    runtime_ = std::move(*runtime);
    runtime_->start();
    open_one();
    EXPECT_EQ(shown(*runtime_, accounts_.back()), std::string(kShown) + "7");
    runtime_.reset();
  }
  const auto back = Runtime::open(config_, clock_);
  ASSERT_TRUE(back);
  EXPECT_EQ(shown(**back, newest), std::string(kShown) + "6");
}

TEST_F(BackupTest, given_a_place_that_will_not_do_then_no_backup_is_made) {
  const auto code = [&](const std::string& to) {
    const auto made = make_backup(config_, clock_, to);
    EXPECT_FALSE(made);
    return made ? ErrorCode::internal : made.error().code();
  };
  std::ofstream(path("there")) << "kept";
  EXPECT_EQ(code(path("there")), ErrorCode::file_exists);
  EXPECT_EQ(fs::file_size(path("there")), 4u);
  EXPECT_EQ(code(config_.data + "/backup"), ErrorCode::usage);
  EXPECT_EQ(code(config_.keys + "/backup"), ErrorCode::usage);
  EXPECT_EQ(code(path("no/such/folder")), ErrorCode::storage_failed);
  EXPECT_FALSE(fs::exists(path("no")));
  const auto root = config_.root;
  config_.root = path("other.root");
  ASSERT_TRUE(vault::Vault::create({path("other.keys"), config_.root}));
  EXPECT_EQ(code(path("never")), ErrorCode::keys_mismatch) << "nobody could open it";
  config_.root = root;
  config_.storage_url = "postgres:///wangdi";
  EXPECT_EQ(code(path("never")), ErrorCode::configuration_invalid);
  EXPECT_EQ(refusal(elsewhere(), path("never")), ErrorCode::configuration_invalid);
  EXPECT_FALSE(drill_backup(config_, clock_, path("never")));
  config_.storage_url.clear();
  config_.data = path("empty");
  EXPECT_EQ(code(path("never")), ErrorCode::folder_not_initialised);
  EXPECT_FALSE(fs::exists(path("never")));
  EXPECT_FALSE(fs::exists(path("never.part")));
}

TEST_F(BackupTest, given_a_backup_when_it_is_drilled_then_all_is_counted_and_nothing_stays) {
  std::string said;
  ASSERT_EQ(run(run_backup, config_, path("backup"), said), kExitOk) << said;
  EXPECT_THAT(said, HasSubstr("records 5, districts 1\n"));
  EXPECT_EQ(run(run_drill, config_, path("backup"), said), kExitOk) << said;
  EXPECT_THAT(said, HasSubstr("events replayed 5, tables that differ 0\n"));
  EXPECT_THAT(said, HasSubstr("name their copy with --keys"));
  EXPECT_THAT(said, HasSubstr("the drill passed\n"));
  runtime_.reset();
  EXPECT_EQ(run(run_drill, config_, path("backup"), said), kExitOk) << said;
  EXPECT_THAT(said, HasSubstr("sealed values tried: read 10, erased 0, unreadable 0\n"));
  EXPECT_FALSE(fs::exists(config_.data + ".drill"));
  EXPECT_TRUE(Runtime::open(config_, clock_)) << "the live folder is as before";
}

TEST_F(BackupTest, given_a_copy_of_the_keys_when_all_else_is_lost_then_backup_copy_and_root_do) {
  std::string said;
  ASSERT_EQ(run(run_backup, config_, path("first"), said, path("copy")), kExitOk) << said;
  open_one();
  ASSERT_EQ(run(run_backup, config_, path("second"), said, path("copy/")), kExitOk) << said;
  EXPECT_FALSE(fs::exists(path("copy.old"))) << "one copy only";
  EXPECT_FALSE(fs::exists(path("copy.part")));
  // The drill tries the copy while the server holds the keys themselves.
  auto drilled = config_;
  drilled.keys = path("copy");
  EXPECT_EQ(run(run_drill, drilled, path("second"), said), kExitOk) << said;
  EXPECT_THAT(said, HasSubstr("sealed values tried: read 12, erased 0, unreadable 0\n"));

  runtime_.reset();
  fs::remove_all(config_.data);
  fs::remove_all(config_.keys);
  fs::rename(path("copy"), config_.keys);
  ASSERT_EQ(run(run_restore, config_, path("second"), said), kExitOk) << said;
  const auto runtime = Runtime::open(config_, clock_);
  ASSERT_TRUE(runtime) << runtime.error().cause();
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    EXPECT_EQ(shown(**runtime, accounts_[i]), std::string(kShown) + std::to_string(i + 1));
  }
}

TEST_F(BackupTest, given_a_folder_that_is_no_copy_of_keys_then_it_is_not_replaced) {
  fs::create_directories(path("photos"));
  std::ofstream(path("photos/one")) << "kept";
  std::string said;
  EXPECT_EQ(run(run_backup, config_, path("backup"), said, path("photos")), kExitFailure);
  EXPECT_THAT(said, HasSubstr("is not empty"));
  EXPECT_TRUE(fs::exists(path("photos/one")));
  EXPECT_EQ(run(run_backup, config_, path("next"), said, path("photos/one")), kExitFailure);
}

TEST_F(BackupTest, given_tables_that_do_not_follow_from_the_journal_then_the_drill_fails) {
  runtime_.reset();
  {
    const auto engine = store::open_sqlite({.path = config_.data + "/wangdi.db"});
    const auto writer = (*engine)->open_writer();
    ASSERT_TRUE(store::run(**writer, store::Statement{"test_tamper", "DELETE FROM account"}));
  }
  std::string said;
  const auto file = backup();
  EXPECT_EQ(run(run_drill, config_, file, said), kExitFindings);
  EXPECT_THAT(said, HasSubstr("tables that differ 1\n"));
  EXPECT_THAT(said, HasSubstr("the drill failed"));
  EXPECT_FALSE(fs::exists(config_.data + ".drill"));
}

TEST_F(BackupTest, given_a_changed_journal_then_its_backup_is_refused_at_the_position) {
  runtime_.reset();
  {
    const auto engine = store::open_sqlite({.path = config_.data + "/wangdi.db"});
    const auto writer = (*engine)->open_writer();
    ASSERT_TRUE(store::run(**writer, store::Statement{"test_tamper",
                                                      "UPDATE journal SET body = '{}'"
                                                      " WHERE sequence = 3"}));
  }
  std::string said;
  const auto file = backup();
  EXPECT_EQ(run(run_restore, elsewhere(), file, said), kExitFailure);
  EXPECT_THAT(said, HasSubstr("9000000/3"));
  EXPECT_FALSE(fs::exists(path("restored")));
}

TEST_F(BackupTest, given_a_killed_restore_then_the_next_one_begins_anew_and_no_key_is_touched) {
  const auto file = backup();
  const auto config = elsewhere();
  {
    const auto killed = Folder::create(config.data, "", false);
    ASSERT_TRUE(killed);
    std::ofstream(killed->database()) << "half a database";
  }
  EXPECT_FALSE(Folder::is_complete(config.data));
  // An init must not take the keys for remnants of its own.
  const auto init = Runtime::create(config, clock_, false);
  ASSERT_FALSE(init);
  EXPECT_EQ(init.error().code(), ErrorCode::folder_exists);
  ASSERT_TRUE(restore_backup(config, clock_, file));
  const auto runtime = Runtime::open(config, clock_);
  ASSERT_TRUE(runtime) << runtime.error().cause();
  EXPECT_EQ(shown(**runtime, accounts_[0]), std::string(kShown) + "1");
}

TEST_F(BackupTest, given_what_a_killed_backup_left_then_the_next_one_is_made) {
  for (const char* end : {"", "-wal", "-shm"}) {
    std::ofstream(config_.data + "/wangdi.db-backup" + end) << "half";
  }
  std::ofstream(path("backup.part")) << "half";
  const auto file = backup();
  EXPECT_FALSE(fs::exists(config_.data + "/wangdi.db-backup"));
  EXPECT_FALSE(fs::exists(file + ".part"));
  EXPECT_TRUE(restore_backup(elsewhere(), clock_, file));
}

TEST_F(BackupTest, given_a_restore_then_the_tool_says_what_follows) {
  const auto file = backup();
  std::string said;
  EXPECT_EQ(run(run_restore, elsewhere(), file, said), kExitOk) << said;
  EXPECT_THAT(said, HasSubstr("everybody logs in again"));
}

}  // namespace
}  // namespace wangdi::app
