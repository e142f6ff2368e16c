// SPDX-License-Identifier: Apache-2.0
// Formatting and writing of log lines.
#include "app/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wangdi::app {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Length of the well-formed UTF-8 character at the start of the text, 0 when there is none.
std::size_t character_bytes(std::string_view text) {
  const auto at = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xC2 && first < 0xE0   ? 2
                           : first >= 0xE0 && first < 0xF0 ? 3
                           : first >= 0xF0 && first < 0xF5 ? 4
                                                           : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t index = 1; index < size; ++index) {
    if ((at(index) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = at(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool beyond = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : size;
}

void append_escaped_unit(std::string& line, unsigned unit) {
  constexpr std::string_view kHex = "0123456789abcdef";
  line += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) line += kHex[unit >> shift & 0xF];
}

// C1 controls drive terminals too; U+2028 and U+2029 end a line for some readers.
bool is_control_pair(std::string_view character) {
  return (character.size() == 2 && character[0] == '\xC2' &&
          static_cast<unsigned char>(character[1]) < 0xA0) ||
         character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9";
}

void append_character(std::string& line, std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (first == '"' || first == '\\') {
    line += '\\';
    line += character;
  } else if (first < 0x20 || first == 0x7F) {
    append_escaped_unit(line, first);
  } else if (is_control_pair(character)) {
    const auto last = static_cast<unsigned char>(character.back());
    append_escaped_unit(line, character.size() == 2 ? last : 0x2000u + (last & 0x3Fu));
  } else {
    line += character;
  }
}

void append_text(std::string& line, std::string_view text) {
  line += '"';
  const std::size_t end = line.size() + kLogValueBytes;
  while (!text.empty()) {
    if (line.size() >= end) {
      line += "…";
      break;
    }
    const auto size = character_bytes(text);
    if (size == 0) {
      line += kReplacement;
    } else {
      append_character(line, text.substr(0, size));
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  line += '"';
}

// 2020-02-18T08:00:00.123Z
void append_time(std::string& line, UnixMs time) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const auto day = CivilDate::of(time, ZoneOffset{0});
  const std::int64_t rest = time - day.start(ZoneOffset{0});
  WD_ASSERT(rest >= 0 && rest < kDayMs);
  const auto digits = [&](std::int64_t number, int width) {
    std::string text = std::to_string(number);
    line.append(static_cast<std::size_t>(width) - std::min<std::size_t>(text.size(), width), '0');
    line += text;
  };
  line += day.text();
  line += 'T';
  digits(rest / 3'600'000, 2);
  line += ':';
  digits(rest / 60'000 % 60, 2);
  line += ':';
  digits(rest / 1'000 % 60, 2);
  line += '.';
  digits(rest % 1'000, 3);
  line += 'Z';
}

Result<int> open_file(const std::string& file) {
  if (file.empty()) return STDERR_FILENO;
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (descriptor < 0) {
    return Error(ErrorCode::configuration_invalid)
        .with("what", "log.file " + file + ": " + std::strerror(errno));
  }
  return descriptor;
}

}  // namespace

std::optional<LogLevel> log_level_of(std::string_view name) {
  const auto* found = std::ranges::find(kLogLevelNames, name);
  if (found == std::end(kLogLevelNames)) return std::nullopt;
  return static_cast<LogLevel>(found - std::begin(kLogLevelNames));
}

std::string log_line(UnixMs time, LogLevel level, std::string_view event, LogValues values) {
  std::string line;
  line.reserve(256);
  line += "{\"time\":\"";
  append_time(line, time);
  line += "\",\"level\":\"";
  line += kLogLevelNames[static_cast<std::size_t>(level)];
  line += "\",\"event\":";
  append_text(line, event);
  for (const auto& [name, value] : values) {
    line += ',';
    append_text(line, name);
    line += ':';
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      line += std::to_string(*number);
    } else {
      append_text(line, std::get<std::string_view>(value));
    }
  }
  line += '}';
  return line;
}

Log::Log(LogOptions options, const Clock& clock, int descriptor)
    : options_(std::move(options)), clock_(clock), descriptor_(descriptor) {}

Log::~Log() {
  if (!options_.file.empty()) ::close(descriptor_);
}

Result<std::unique_ptr<Log>> Log::open(LogOptions options, const Clock& clock) {
  WD_TRY(const int descriptor, open_file(options.file));
  return std::unique_ptr<Log>(new Log(std::move(options), clock, descriptor));
}

void Log::write(LogLevel level, std::string_view event, LogValues values) {
  if (writes(level)) put(log_line(clock_.now(), level, event, values));
}

void Log::error(std::string_view event, const Error& error, std::string_view request_id) {
  const auto& entry = error_entry(error.code());
  const auto level = entry.http_status >= 500 ? LogLevel::error : LogLevel::info;
  if (!writes(level)) return;
  constexpr int kFirstServerCode = 900;
  const auto code = static_cast<int>(error.code());
  const auto happened =
      code < kFirstServerCode
          ? std::string()
          : fill_text(entry.title[static_cast<int>(Language::kEnglish)], error.details());
  write(level, event,
        {{"request_id", request_id},
         {"code", code},
         {"name", entry.name},
         {"what", happened},
         {"cause", error.cause()},
         {"fields", error.fields().size()}});
}

void Log::put(const std::string& line) {
  const std::string whole = line + '\n';
  const std::lock_guard lock(mutex_);
  std::string_view rest = whole;
  while (!rest.empty()) {
    const auto count = ::write(descriptor_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      ++lines_lost_;
      return;
    }
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

Status Log::reopen() {
  if (options_.file.empty()) return ok();
  WD_TRY(const int fresh, open_file(options_.file));
  const std::lock_guard lock(mutex_);
  ::close(descriptor_);
  descriptor_ = fresh;
  return ok();
}

}  // namespace wangdi::app
