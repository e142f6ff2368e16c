// SPDX-License-Identifier: Apache-2.0
// When the end of a certificate is told: 30, 7 and 1 days before, and at the end, each once.
#include "app/certificate.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace wangdi::app {
namespace {

constexpr UnixMs kDayMs = 86'400'000;
constexpr UnixMs kEnd = 1'600'000'000'000;

class FixedClock final : public Clock {
 public:
  UnixMs now() const override { return kEnd; }
  std::int64_t monotonic_ms() const override { return 0; }
};

// Fault F19.
TEST(Certificate, step_follows_the_table) {
  const struct {
    UnixMs before;
    std::optional<std::size_t> step;
    std::int64_t days;
  } cases[] = {
      {40 * kDayMs, std::nullopt, 40},
      {30 * kDayMs + 1, std::nullopt, 30},
      {30 * kDayMs, 0, 30},
      {7 * kDayMs + 1, 0, 7},
      {7 * kDayMs, 1, 7},
      {kDayMs, 2, 1},
      {1, 2, 0},
      {0, 3, 0},
      {-kDayMs, 3, 0},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(certificate_step(kEnd, kEnd - one.before), one.step) << one.before;
    EXPECT_EQ(days_left(kEnd, kEnd - one.before), one.days) << one.before;
  }
}

TEST(Certificate, given_days_passing_then_each_step_is_told_once) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("wangdi_tls_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const FixedClock clock;
  auto log = Log::open({.file = (folder / "log").string(), .level = LogLevel::info}, clock);
  ASSERT_TRUE(log);
  Certificate certificate({nullptr, 0, kEnd}, **log);
  for (int hours = 24 * 40; hours >= -48; --hours) certificate.watch(kEnd - hours * kDayMs / 24);
  std::ifstream in(folder / "log");
  std::string told;
  for (std::string line; std::getline(in, line);) told += line.substr(line.find("\"level")) + '\n';
  EXPECT_EQ(told,
            "\"level\":\"warning\",\"event\":\"certificate_ends\",\"days_left\":30}\n"
            "\"level\":\"warning\",\"event\":\"certificate_ends\",\"days_left\":7}\n"
            "\"level\":\"warning\",\"event\":\"certificate_ends\",\"days_left\":1}\n"
            "\"level\":\"error\",\"event\":\"certificate_ended\",\"days_left\":0}\n");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wangdi::app
