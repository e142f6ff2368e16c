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
#include "app/tests/installation.hpp"

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

int verify(const Config& config, std::string& said) {
  std::ostringstream out, err;
  Console console{out, err, Language::kEnglish};
  const int status = run_verify(config, console);
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
