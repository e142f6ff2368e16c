// SPDX-License-Identifier: Apache-2.0
// Rendering of metrics: HELP, TYPE, escaped labels, numbers in their shortest exact form.
#include "app/metrics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/result.hpp"

namespace wangdi::app {
namespace {

bool is_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

void append_escaped(std::string& text, std::string_view value, bool quotes) {
  for (const char character : value) {
    if (character == '\\') {
      text += "\\\\";
    } else if (character == '\n') {
      text += "\\n";
    } else if (character == '"' && quotes) {
      text += "\\\"";
    } else {
      text += character;
    }
  }
}

void append_number(std::string& text, double value) {
  if (std::isnan(value)) {
    text += "NaN";
  } else if (std::isinf(value)) {
    text += value > 0 ? "+Inf" : "-Inf";
  } else {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text.append(digits.data(), end);
  }
}

void append_sample(std::string& text, const Metric& metric, const MetricSample& sample) {
  text += metric.name;
  for (const auto& label : sample.labels) {
    WD_ASSERT(is_name(label.name));
    text += &label == &sample.labels.front() ? '{' : ',';
    text += label.name;
    text += "=\"";
    append_escaped(text, label.value, true);
    text += '"';
  }
  if (!sample.labels.empty()) text += '}';
  text += ' ';
  append_number(text, sample.value);
  text += '\n';
}

}  // namespace

std::string render_metrics(std::span<const Metric> metrics) {
  std::string text;
  for (const auto& metric : metrics) {
    WD_ASSERT(is_name(metric.name));
    WD_ASSERT(!metric.help.empty());
    WD_ASSERT((metric.type == MetricType::counter) == metric.name.ends_with("_total"));
    text += "# HELP ";
    text += metric.name;
    text += ' ';
    append_escaped(text, metric.help, false);
    text += "\n# TYPE ";
    text += metric.name;
    text += metric.type == MetricType::counter ? " counter\n" : " gauge\n";
    for (const auto& sample : metric.samples) append_sample(text, metric, sample);
  }
  return text;
}

}  // namespace wangdi::app
