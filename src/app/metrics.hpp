// SPDX-License-Identifier: Apache-2.0
// The text that /metrics answers (Prometheus exposition format 0.0.4). Values are counts and sizes;
// labels never hold a personal value, an account or a place below the district.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wangdi::app {

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

enum class MetricType : std::uint8_t { counter, gauge };

struct MetricLabel {
  std::string_view name;
  std::string value;
};
struct MetricSample {
  double value = 0;
  std::vector<MetricLabel> labels = {};
};
// Names are [a-z_][a-z0-9_]*; a counter's ends in _total; units are seconds and bytes. The rules
// are asserted, because names are constants of the program.
struct Metric {
  std::string_view name;
  std::string_view help;
  MetricType type;
  std::vector<MetricSample> samples;
};

std::string render_metrics(std::span<const Metric> metrics);

}  // namespace wangdi::app
