// SPDX-License-Identifier: Apache-2.0
// The anchor: what a comparison finds (cases/anchor.txt), that no changed bit of the file passes,
// and that a stop at any moment of writing leaves the old file or the new one.
#include "journal/anchor.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/text.hpp"

namespace wangdi::journal {
namespace {

namespace fs = std::filesystem;

crypto::Hmac mac_of(std::uint8_t key) {
  return crypto::Hmac(std::vector<std::uint8_t>(crypto::kKeyBytes, key));
}

std::int64_t number_of(std::string_view text) {
  std::int64_t number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Digest hash_of(std::string_view letter) {
  Digest hash{};
  hash.fill(static_cast<std::uint8_t>(letter.at(0)));
  return hash;
}

std::vector<AnchorHead> heads_of(std::string_view text) {
  std::vector<AnchorHead> heads;
  for (const auto word : text::split(text, ' ')) {
    const auto seal = text::trim(word);
    if (seal.empty()) continue;
    const auto slash = seal.find('/'), equals = seal.find('=');
    heads.push_back({{District{static_cast<std::int32_t>(number_of(seal.substr(0, slash)))},
                      number_of(seal.substr(slash + 1, equals - slash - 1))},
                     1,
                     hash_of(seal.substr(equals + 1))});
  }
  return heads;
}

// A journal of nothing but its seals.
JournalView view_of_seals(const std::vector<AnchorHead>& seals) {
  return {[&seals](const Position& position) -> Result<std::optional<Digest>> {
            for (const auto& seal : seals) {
              if (seal.position == position) return std::optional(seal.hash);
            }
            return std::optional<Digest>();
          },
          [&seals](District district) -> Result<std::int64_t> {
            std::int64_t head = 0;
            for (const auto& seal : seals) {
              if (seal.position.district == district) head = std::max(head, seal.position.sequence);
            }
            return head;
          }};
}

std::string text_of(const std::vector<Alarm>& alarms) {
  std::string text;
  for (const auto& alarm : alarms) {
    text += (text.empty() ? "" : "; ") + std::string(name_of(alarm.reason)) + " " +
            std::to_string(alarm.first.district.number) + "/" +
            std::to_string(alarm.first.sequence) + ".." + std::to_string(alarm.last.sequence);
  }
  return text;
}

TEST(Anchor, given_a_journal_when_compared_then_what_the_table_says_is_found) {
  std::ifstream file(WANGDI_SOURCE_DIR "/src/journal/tests/cases/anchor.txt");
  std::string line;
  int cases = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line.starts_with('#')) continue;
    SCOPED_TRACE(line);
    const auto parts = text::split(line, '|');
    ASSERT_EQ(parts.size(), 3u);
    const auto seals = heads_of(parts[1]);
    const auto alarms = compare({0, 0, heads_of(parts[0])}, view_of_seals(seals));
    ASSERT_TRUE(alarms);
    EXPECT_EQ(text_of(*alarms), text::trim(parts[2]));
    ++cases;
  }
  EXPECT_GE(cases, 15);
}

class AnchorFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("wangdi_anchor_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    path_ = (folder_ / "anchor").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }
  AnchorState state() { return read_anchor(path_, mac_).state; }

  fs::path folder_;
  std::string path_;
  crypto::Hmac mac_ = mac_of(1);
  const Anchor anchor_{1'582'012'800'000, 7, heads_of("110101/3=a 320508/20=b 9000000/4=c")};
};

TEST_F(AnchorFileTest, given_an_anchor_when_written_then_it_is_read_back) {
  EXPECT_EQ(state(), AnchorState::missing);
  ASSERT_TRUE(write_anchor(path_, anchor_, mac_));
  const auto read = read_anchor(path_, mac_);
  EXPECT_EQ(read.state, AnchorState::whole);
  EXPECT_EQ(read.anchor, anchor_);
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  EXPECT_FALSE(fs::exists(path_ + ".new"));
}

TEST_F(AnchorFileTest, given_another_key_or_any_changed_or_missing_byte_then_it_is_damaged) {
  ASSERT_TRUE(write_anchor(path_, anchor_, mac_));
  const auto whole = bytes();
  auto other = mac_of(2);
  EXPECT_EQ(read_anchor(path_, other).state, AnchorState::damaged);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(parse_anchor(changed, mac_)) << "bit of byte " << at;
    EXPECT_FALSE(parse_anchor(whole.substr(0, at), mac_)) << "cut at " << at;
  }
  EXPECT_TRUE(parse_anchor(whole, mac_));
  EXPECT_FALSE(parse_anchor(whole + "\n", mac_));
  put("");
  EXPECT_EQ(state(), AnchorState::damaged);
  put(std::string(kAnchorBytesMax + 1, 'a'));
  EXPECT_EQ(state(), AnchorState::damaged);
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_EQ(state(), AnchorState::damaged) << "what cannot be read is no missing anchor";
}

TEST_F(AnchorFileTest, given_no_place_to_write_when_written_then_it_fails_and_the_old_one_stays) {
  ASSERT_TRUE(write_anchor(path_, anchor_, mac_));
  auto later = anchor_;
  later.restore = 8;
  fs::create_directory(path_ + ".new");  // what must be written beside cannot be
  EXPECT_FALSE(write_anchor(path_, later, mac_));
  EXPECT_EQ(read_anchor(path_, mac_).anchor, anchor_);
  fs::remove(path_ + ".new");
  EXPECT_TRUE(write_anchor(path_, later, mac_));
  EXPECT_EQ(read_anchor(path_, mac_).anchor, later);
  EXPECT_FALSE(write_anchor((folder_ / "gone/anchor").string(), later, mac_));
}

TEST_F(AnchorFileTest, given_a_killed_process_at_any_moment_then_the_old_or_the_new_one_is_there) {
  Anchor anchor{0, 0, heads_of("320508/1=a")};
  // As many districts as make the write long enough to be hit.
  for (std::int32_t district = 330'000; district < 333'000; ++district) {
    anchor.heads.push_back({{District{district}, 5}, 1, hash_of("x")});
  }
  ASSERT_TRUE(write_anchor(path_, anchor, mac_));
  std::int64_t reached = 0;
  for (int round = 0; round < 20; ++round) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (anchor.restore = reached + 1;; ++anchor.restore) {
        if (!write_anchor(path_, anchor, mac_)) ::_exit(1);
        if (::write(ready[1], "x", 1) != 1) ::_exit(1);
      }
    }
    char byte = 0;
    for (int writes = 0; writes <= round % 3; ++writes) ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    ::close(ready[0]);
    ::close(ready[1]);
    const auto read = read_anchor(path_, mac_);
    ASSERT_EQ(read.state, AnchorState::whole);
    EXPECT_GT(read.anchor.restore, reached + round % 3);
    EXPECT_EQ(read.anchor.heads.size(), anchor.heads.size());
    reached = read.anchor.restore;
  }
}

}  // namespace
}  // namespace wangdi::journal
