// SPDX-License-Identifier: Apache-2.0
// The doctor and the verifier on a sound installation and on each way to spoil one.
#include "app/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "app/commands.hpp"
#include "app/guard.hpp"
#include "app/system_clock.hpp"
#include "app/tests/installation.hpp"
#include "common/bus/restored.hpp"

namespace wangdi::app {
namespace {

using ::testing::HasSubstr;

class FixedClock final : public Clock {
 public:
  explicit FixedClock(UnixMs now) : now_(now) {}
  UnixMs now() const override { return now_; }
  std::int64_t monotonic_ms() const override { return 0; }

 private:
  UnixMs now_;
};

// The lines that want somebody to act; a machine's own state (disk, memory) is not the test's.
std::string attentions(const Config& config, Language language = Language::kEnglish,
                       UnixMs now = kInstalledAt) {
  std::string lines;
  for (const auto& finding : examine(config, FixedClock(now))) {
    const bool machine =
        finding.what[1].starts_with("the disk of") || finding.what[1].starts_with("only ");
    if (finding.health == Health::attention && !machine) {
      lines += finding_line(finding, language) + "\n";
    }
  }
  return lines;
}

// Overwrites what lies in the middle of a file.
void scribble(const std::string& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (const int page : {1, 2, 3, 4, 5, 6}) {
    file.seekp(page * 4'096);
    file << std::string(400, '\x5A');
  }
}

TEST(Doctor, given_a_sound_installation_then_nothing_to_do) {
  const Installation sound("doctor");
  EXPECT_EQ(attentions(sound.config), "");
  std::string all;
  for (const auto& finding : examine(sound.config, FixedClock(kInstalledAt))) {
    all += finding_line(finding, Language::kEnglish) + "\n";
    EXPECT_EQ(finding.advice[0].empty(), finding.health == Health::fine);
    EXPECT_EQ(finding.advice[1].empty(), finding.health == Health::fine);
  }
  EXPECT_THAT(all, HasSubstr("OK         the journal is whole: 3 records of 1 districts"));
  EXPECT_THAT(all, HasSubstr("OK         wangdi.db is sound"));
  EXPECT_THAT(all, HasSubstr("OK         keys and data are a pair"));
}

// security: CR3
TEST(Doctor, given_a_spoilt_installation_then_it_is_named_with_what_to_do) {
  const struct {
    std::function<void(const Installation&)> spoil;
    std::string_view english, chinese;
  } cases[] = {
      {[](const auto& it) { ::chmod(it.config.root.c_str(), 0440); }, "has mode 0440 -> chmod 0400",
       "的权限是 0440 → chmod 0400"},
      {[](const auto& it) { ::chmod(it.config.keys.c_str(), 0750); }, "-> chmod 0700", "chmod"},
      {[](const auto& it) { ::chmod(it.config.data.c_str(), 0755); }, "-> chmod 0700", "chmod"},
      {[](const auto& it) { std::filesystem::remove(it.config.root); }, "root is not there",
       "不在"},
      {[](const auto& it) { std::filesystem::remove_all(it.config.keys); }, "keys is not there",
       "不在"},
      {[](const auto& it) { std::filesystem::remove(it.config.keys + "/epoch.key"); },
       "the keys do not open", "密钥打不开"},
      {[](const auto& it) { std::filesystem::remove(it.config.data + "/WANGDI"); },
       "not initialised", "还没有初始化"},
      {[](const auto& it) { std::filesystem::remove(it.database()); }, "wangdi.db is not there",
       "没有 wangdi.db"},
      {[](const auto& it) { scribble(it.database()); }, "wangdi.db is damaged", "wangdi.db 已损坏"},
      {[](const auto& it) { scribble(it.config.keys + "/keys.db"); }, "keys.db is damaged",
       "keys.db 已损坏"},
      {[](const auto& it) {
         it.tamper({"tamper_body", "UPDATE journal SET body = '{1}' WHERE sequence = 2"});
       },
       "the journal does not fit: 320508/2 body", "日志对不上：320508/2"},
      {[](const auto& it) {
         it.tamper({"tamper_pair", "UPDATE vault_state SET pairing = zeroblob(16)"});
       },
       "keys and data are not a pair", "密钥和数据不是一套"},
  };
  for (const auto& one : cases) {
    const Installation spoilt("doctor");
    one.spoil(spoilt);
    EXPECT_THAT(attentions(spoilt.config), HasSubstr(one.english));
    EXPECT_THAT(attentions(spoilt.config, Language::kChinese), HasSubstr(one.chinese));
  }
}

TEST(Doctor, given_a_wrong_clock_then_it_is_named) {
  const Installation sound("doctor");
  EXPECT_THAT(attentions(sound.config, Language::kEnglish, 0), HasSubstr("1970-01-01"));
  EXPECT_THAT(attentions(sound.config, Language::kEnglish, kInstalledAt - 5 * 60'000),
              HasSubstr("5 minutes behind the last record"));
  EXPECT_EQ(attentions(sound.config, Language::kEnglish, kInstalledAt - 59'000), "");
}

TEST(Doctor, given_a_running_server_then_the_database_is_left_alone) {
  const Installation sound("doctor");
  const auto held = Folder::open(sound.config.data);
  ASSERT_TRUE(held);
  EXPECT_EQ(attentions(sound.config), "");
  std::string all;
  for (const auto& finding : examine(sound.config, FixedClock(kInstalledAt))) {
    all += finding_line(finding, Language::kEnglish) + "\n";
  }
  EXPECT_THAT(all, HasSubstr("note       the server runs"));
  EXPECT_EQ(all.find("journal"), std::string::npos);
}

int verify(const Config& config, std::string& said, const VerifyRequest& request = {}) {
  std::ostringstream out, err;
  Console console{out, err, Language::kEnglish};
  const int status = run_verify(config, console, request);
  said = out.str() + err.str();
  return status;
}

TEST(Verify, given_a_whole_journal_then_0_and_given_a_changed_one_then_3) {
  const Installation installation("verify");
  std::string said;
  EXPECT_EQ(verify(installation.config, said), kExitOk);
  EXPECT_EQ(said, "records 3, seals 1, districts 1, findings 0\n");
  installation.tamper({"tamper_gap", "DELETE FROM journal WHERE sequence = 2"});
  EXPECT_EQ(verify(installation.config, said), kExitFindings);
  EXPECT_THAT(said, HasSubstr("320508/3: records are missing\n"));
}

// An anchor of the installation as it stands, as a server leaves it.
void anchor(const Installation& installation) {
  auto folder = Folder::open(installation.config.data);
  const auto engine = store::open_sqlite({.path = installation.database()});
  const auto writer = (*engine)->open_writer();
  ASSERT_TRUE((*writer)->create(bus::kDataRestored.info()));
  ASSERT_TRUE(anchor_anew(installation.config, *folder, **writer, kInstalledAt));
}

TEST(Verify, given_an_alarm_then_verify_and_doctor_name_it_and_accepting_ends_it) {
  const struct {
    std::function<void(const Installation&)> spoil;
    std::string_view verified, doctor, chinese;
  } cases[] = {
      {[](const auto& it) {
         it.tamper({"tamper_tail", "DELETE FROM journal"});
         it.tamper({"tamper_seals", "DELETE FROM journal_seal"});
       },
       "320508/1 .. 320508/3: all records of the district are gone\n",
       "read-only: all records of the district are gone 320508/1 .. 320508/3 -> touch nothing",
       "这个区县的记录全没了 320508/1 .. 320508/3 → 不要动数据"},
      {[](const auto& it) { std::filesystem::remove(it.config.anchor); },
       "anchor: the anchor file is gone\n", "read-only: the anchor file is gone -> touch nothing",
       "锚点文件不见了 →"},
      {[](const auto& it) { std::ofstream(it.config.anchor) << "{}"; },
       "anchor: the anchor file is damaged or not of this installation\n",
       "the anchor file is damaged or not of this installation -> touch nothing",
       "锚点文件损坏，或不是这套安装写的 →"},
      {[](const auto& it) { std::ofstream(it.config.data + "/CLAIMED") << "320508 9\n"; },
       "320508/4 .. 320508/9: a phone holds receipts of records that are not here\n",
       "a phone holds receipts of records that are not here 320508/4 .. 320508/9 -> touch nothing",
       "手机收到过回执的记录，这里没有 320508/4 .. 320508/9 →"},
  };
  for (const auto& one : cases) {
    const Installation installation("alarm");
    const auto& config = installation.config;
    anchor(installation);
    std::string said;
    EXPECT_EQ(verify(config, said), kExitOk) << said;
    EXPECT_EQ(attentions(config), "");
    one.spoil(installation);
    SCOPED_TRACE(std::string(one.verified));
    EXPECT_EQ(verify(config, said), kExitFindings);
    EXPECT_THAT(said, HasSubstr(one.verified));
    EXPECT_THAT(attentions(config), HasSubstr(one.doctor));
    EXPECT_THAT(attentions(config, Language::kChinese), HasSubstr(one.chinese));
    EXPECT_EQ(verify(config, said, {.accept_loss = true}), kExitOk) << said;
    EXPECT_THAT(said, HasSubstr(one.verified));
    EXPECT_THAT(said, HasSubstr("noted in the journal"));
    EXPECT_EQ(verify(config, said), kExitOk) << said;
    // The event was recorded by the machine's clock.
    EXPECT_EQ(attentions(config, Language::kEnglish, SystemClock().now()), "");
    EXPECT_EQ(verify(config, said, {.accept_loss = true}), kExitOk);
    EXPECT_EQ(said, "no alarm, nothing was changed\n");
  }
}

TEST(Verify, given_a_claim_that_the_journal_meets_then_no_alarm) {
  const Installation installation("claim");
  anchor(installation);
  std::ofstream(installation.config.data + "/CLAIMED") << "320508 3\n";
  std::string said;
  EXPECT_EQ(verify(installation.config, said), kExitOk) << said;
  std::ofstream(installation.config.data + "/CLAIMED") << "unreadable";
  EXPECT_EQ(verify(installation.config, said), kExitFindings) << said;
}

TEST(Verify, given_a_broken_chain_then_no_loss_is_accepted) {
  const Installation installation("chain");
  anchor(installation);
  installation.tamper({"tamper_body", "UPDATE journal SET body = '[]' WHERE sequence = 2"});
  std::filesystem::remove(installation.config.anchor);
  std::string said;
  EXPECT_EQ(verify(installation.config, said, {.accept_loss = true}), kExitFailure);
  EXPECT_THAT(said, HasSubstr("320508/2"));
  EXPECT_FALSE(std::filesystem::exists(installation.config.anchor));
}

TEST(Verify, given_a_running_server_or_no_folder_then_1_and_what_to_do) {
  const Installation installation("verify");
  std::string said;
  {
    const auto held = Folder::open(installation.config.data);
    EXPECT_EQ(verify(installation.config, said), kExitFailure);
    EXPECT_THAT(said, HasSubstr("Stop the other process first"));
  }
  auto elsewhere = installation.config;
  elsewhere.data += "x";
  EXPECT_EQ(verify(elsewhere, said), kExitFailure);
  EXPECT_THAT(said, HasSubstr("is not initialised"));
}

}  // namespace
}  // namespace wangdi::app
