// SPDX-License-Identifier: Apache-2.0
// The log: one JSON object a line, with time, level, event and named values. It never carries a
// personal value: values are codes, counts and ids, and of an error only what the program itself
// wrote. Control characters are escaped, so that a value can never start a line of its own.
#pragma once

#include <atomic>
#include <concepts>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace wangdi::app {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
inline constexpr std::string_view kLogLevelNames[] = {"debug", "info", "warning", "error"};
std::optional<LogLevel> log_level_of(std::string_view name);

inline constexpr std::size_t kLogValueBytes = 2048;  // longer values are cut and end in "…"

struct LogValue {
  template <std::integral Number>
  LogValue(std::string_view its_name, Number number)
      : name(its_name), value(static_cast<std::int64_t>(number)) {}
  LogValue(std::string_view its_name, std::string_view text) : name(its_name), value(text) {}
  LogValue(std::string_view its_name, const char* text)
      : LogValue(its_name, std::string_view(text)) {}
  LogValue(std::string_view its_name, const std::string& text)
      : LogValue(its_name, std::string_view(text)) {}

  std::string_view name;
  std::variant<std::int64_t, std::string_view> value;
};
using LogValues = std::initializer_list<LogValue>;

struct LogOptions {
  std::string file = {};  // empty: standard error
  LogLevel level = LogLevel::info;
};

class Log {
 public:
  // Errors: configuration_invalid when the file cannot be opened. The clock must outlive the log.
  static Result<std::unique_ptr<Log>> open(LogOptions options, const Clock& clock);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Safe from any thread; each line is one write(). Below the level nothing is formatted.
  void write(LogLevel level, std::string_view event, LogValues values = {});
  // Code, name and private cause of an error; of the server's own errors (9xx) also what happened.
  // What a client sent (field pointers, details of other errors) stays out. Level error from HTTP
  // status 500 on, else info.
  void error(std::string_view event, const Error& error, std::string_view request_id = {});
  bool writes(LogLevel level) const { return level >= options_.level; }

  // Opens the file again after it was renamed away (SIGHUP). On failure the old file stays in use.
  Status reopen();
  // Lines that could not be written, for /metrics.
  std::uint64_t lines_lost() const { return lines_lost_; }

 private:
  Log(LogOptions options, const Clock& clock, int descriptor);
  void put(const std::string& line);

  const LogOptions options_;
  const Clock& clock_;
  std::mutex mutex_;  // guards descriptor_ and keeps lines whole
  int descriptor_;
  std::atomic<std::uint64_t> lines_lost_{0};
};

// The line without its end: what write() puts.
std::string log_line(UnixMs time, LogLevel level, std::string_view event, LogValues values);

}  // namespace wangdi::app
