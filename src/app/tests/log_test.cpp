// SPDX-License-Identifier: Apache-2.0
// One event is one line of JSON whatever its values hold; the file can be rotated; nothing that a
// client sent gets in with an error.
#include "app/log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "base/text.hpp"

namespace wangdi::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FixedClock final : public Clock {
 public:
  UnixMs now() const override { return 1'582'012'800'007; }  // 2020-02-18T08:00:00.007Z
  std::int64_t monotonic_ms() const override { return 0; }
};

class LogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("wangdi_log_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    file_ = (folder_ / "w.log").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::vector<std::string> lines(const std::string& file) {
    std::ifstream in(file);
    std::vector<std::string> found;
    for (std::string line; std::getline(in, line);) found.push_back(line);
    return found;
  }
  std::unique_ptr<Log> log(LogLevel level = LogLevel::debug) {
    auto opened = Log::open({.file = file_, .level = level}, clock_);
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }

  FixedClock clock_;
  std::filesystem::path folder_;
  std::string file_;
};

TEST_F(LogTest, given_values_then_one_line_of_json) {
  EXPECT_EQ(log_line(clock_.now(), LogLevel::info, "started",
                     {{"port", 8080}, {"region", "江陵街道"}, {"big", std::size_t{7}}}),
            "{\"time\":\"2020-02-18T08:00:00.007Z\",\"level\":\"info\",\"event\":\"started\","
            "\"port\":8080,\"region\":\"江陵街道\",\"big\":7}");
  EXPECT_THAT(log_line(-1, LogLevel::error, "e", {}), HasSubstr("1969-12-31T23:59:59.999Z"));
}

// security: IO3
TEST_F(LogTest, given_control_characters_then_no_new_line_begins) {
  const struct {
    std::string_view value, written;
  } cases[] = {
      {"a\nb", "a\\u000ab"},
      {"a\r\n{\"level\":\"error\"}", "a\\u000d\\u000a{\\\"level\\\":\\\"error\\\"}"},
      {std::string_view("nul\0end", 7), "nul\\u0000end"},
      {"\x1B[31mred", "\\u001b[31mred"},
      {"del\x7F", "del\\u007f"},
      {"csi\xC2\x9B", "csi\\u009b"},
      {"next\xC2\x85line", "next\\u0085line"},
      {"line\xE2\x80\xA8separator", "line\\u2028separator"},
      {"paragraph\xE2\x80\xA9", "paragraph\\u2029"},
      {"back\\slash\"quote", "back\\\\slash\\\"quote"},
      {"bad\xFF\xC0\x80", "bad\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"cut\xE4\xBD", "cut\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"surrogate\xED\xA0\x80", "surrogate\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"plain 中文 \xF0\xA0\xAE\xB7", "plain 中文 \xF0\xA0\xAE\xB7"},
  };
  for (const auto& [value, written] : cases) {
    const auto line = log_line(0, LogLevel::info, "e", {{"v", value}});
    EXPECT_THAT(line, HasSubstr("\"v\":\"" + std::string(written) + "\"}"));
    EXPECT_TRUE(text::is_valid_utf8(line));
    for (const auto& forged :
         {log_line(0, LogLevel::info, value, {}), log_line(0, LogLevel::info, "e", {{value, 1}})}) {
      EXPECT_EQ(forged.find_first_of("\n\r"), std::string::npos);
    }
  }
}

TEST_F(LogTest, given_a_long_value_then_it_is_cut_at_a_character) {
  std::string value;
  for (int count = 0; count < 3'000; ++count) value += "网";
  const auto line = log_line(0, LogLevel::info, "e", {{"v", value}});
  EXPECT_LT(line.size(), kLogValueBytes + 100);
  EXPECT_THAT(line, HasSubstr("…\"}"));
  EXPECT_TRUE(text::is_valid_utf8(line));
}

TEST_F(LogTest, given_a_level_then_lower_events_are_left_out) {
  log(LogLevel::warning)->write(LogLevel::info, "quiet");
  log(LogLevel::warning)->write(LogLevel::warning, "loud");
  const auto found = lines(file_);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0], HasSubstr("loud"));
}

// security: IO5
TEST_F(LogTest, given_an_error_then_what_a_client_sent_stays_out) {
  const auto target = log();
  target->error("request",
                Error(ErrorCode::field_choice_unknown)
                    .with("value", "李四九九")
                    .at("/李四九九", ErrorCode::field_unknown),
                "r-1");
  target->error("start", Error(ErrorCode::configuration_invalid).with("what", "x:1").because("y"));
  const auto found = lines(file_);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_THAT(found[0], Not(HasSubstr("李四九九")));
  EXPECT_THAT(found[0], HasSubstr("\"level\":\"info\""));
  EXPECT_THAT(found[0], HasSubstr("\"request_id\":\"r-1\",\"code\":208,"
                                  "\"name\":\"field_choice_unknown\""));
  EXPECT_THAT(found[0], HasSubstr("\"fields\":1"));
  EXPECT_THAT(found[1], HasSubstr("\"level\":\"error\""));
  EXPECT_THAT(found[1], HasSubstr("x:1\",\"cause\":\"y\""));
}

TEST_F(LogTest, given_the_file_was_renamed_when_reopened_then_writing_goes_to_a_new_one) {
  const auto target = log();
  target->write(LogLevel::info, "first");
  std::filesystem::rename(file_, file_ + ".1");
  target->write(LogLevel::info, "second");
  ASSERT_TRUE(target->reopen());
  target->write(LogLevel::info, "third");
  EXPECT_EQ(lines(file_ + ".1").size(), 2u);
  EXPECT_EQ(lines(file_).size(), 1u);
  struct stat mode{};
  ASSERT_EQ(::stat(file_.c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 0007u, 0u) << "the log is not for everybody";
}

TEST_F(LogTest, given_no_place_to_write_then_open_says_so_and_lost_lines_are_counted) {
  EXPECT_FALSE(Log::open({.file = (folder_ / "no" / "w.log").string()}, clock_));
  auto full = Log::open({.file = "/dev/full"}, clock_);
  ASSERT_TRUE(full);
  (*full)->write(LogLevel::info, "lost");
  EXPECT_EQ((*full)->lines_lost(), 1u);
}

TEST_F(LogTest, given_many_threads_then_lines_stay_whole) {
  constexpr int kThreads = 4, kLines = 500;
  {
    const auto target = log();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int line = 0; line < kLines; ++line) {
          target->write(LogLevel::info, "e", {{"thread", thread}, {"line", line}});
          if (line % 100 == 0 && !target->reopen()) ADD_FAILURE();
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  const auto found = lines(file_);
  EXPECT_EQ(found.size(), std::size_t{kThreads} * kLines);
  for (const auto& line : found) {
    ASSERT_TRUE(line.starts_with("{\"time\"") && line.ends_with("}")) << line;
  }
}

}  // namespace
}  // namespace wangdi::app
