// SPDX-License-Identifier: Apache-2.0
// The text of /metrics, judged by Prometheus' own tool where it is installed.
#include "app/metrics.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <limits>

namespace wangdi::app {
namespace {

std::vector<Metric> examples() {
  return {
      {"wangdi_requests_total",
       "Answered requests.",
       MetricType::counter,
       {{12, {{"status", "2xx"}}}, {1e15, {{"status", "a\"b\\c\nd"}, {"method", "get"}}}}},
      {"wangdi_queue_commands", "Commands that wait.\nNow.", MetricType::gauge, {{0}}},
      {"wangdi_last_commit_seconds", "Unix time.", MetricType::gauge, {{1582012800.25}}},
      {"wangdi_nothing_ratio", "No sample.", MetricType::gauge, {}},
      {"wangdi_odd_ratio",
       "Odd numbers.",
       MetricType::gauge,
       {{std::numeric_limits<double>::quiet_NaN(), {{"kind", "nan"}}},
        {-std::numeric_limits<double>::infinity(), {{"kind", "low"}}}}},
  };
}

TEST(Metrics, given_samples_then_help_type_and_escaped_labels) {
  EXPECT_EQ(render_metrics(examples()),
            "# HELP wangdi_requests_total Answered requests.\n"
            "# TYPE wangdi_requests_total counter\n"
            "wangdi_requests_total{status=\"2xx\"} 12\n"
            "wangdi_requests_total{status=\"a\\\"b\\\\c\\nd\",method=\"get\"} 1e+15\n"
            "# HELP wangdi_queue_commands Commands that wait.\\nNow.\n"
            "# TYPE wangdi_queue_commands gauge\n"
            "wangdi_queue_commands 0\n"
            "# HELP wangdi_last_commit_seconds Unix time.\n"
            "# TYPE wangdi_last_commit_seconds gauge\n"
            "wangdi_last_commit_seconds 1582012800.25\n"
            "# HELP wangdi_nothing_ratio No sample.\n"
            "# TYPE wangdi_nothing_ratio gauge\n"
            "# HELP wangdi_odd_ratio Odd numbers.\n"
            "# TYPE wangdi_odd_ratio gauge\n"
            "wangdi_odd_ratio{kind=\"nan\"} NaN\n"
            "wangdi_odd_ratio{kind=\"low\"} -Inf\n");
}

TEST(Metrics, given_a_wrong_name_then_the_program_stops) {
  const auto render = [](std::string_view name, std::string_view help, MetricType type) {
    const std::array metrics{Metric{name, help, type, {}}};
    return render_metrics(metrics);
  };
  EXPECT_DEATH(render("Wangdi", "h", MetricType::gauge), "assertion");
  EXPECT_DEATH(render("wangdi_requests", "h", MetricType::counter), "assertion");
  EXPECT_DEATH(render("wangdi_x", "", MetricType::gauge), "assertion");
}

// Runs promtool with the text on its standard input; its exit status.
int promtool(const std::string& text) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[1]);
    ::execlp("promtool", "promtool", "check", "metrics", nullptr);
    ::_exit(127);
  }
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Metrics, given_promtool_then_it_finds_nothing) {
  if (!std::filesystem::exists("/usr/bin/promtool")) GTEST_SKIP() << "promtool is not installed";
  EXPECT_EQ(promtool(render_metrics(examples())), 0);
  EXPECT_NE(promtool("wangdi requests\n"), 0);
}

}  // namespace
}  // namespace wangdi::app
