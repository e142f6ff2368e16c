// SPDX-License-Identifier: Apache-2.0
// Strict request heads: raw line scan, request target, framing rules.
#include "http/head.hpp"

#include <algorithm>
#include <array>

#include "base/hex.hpp"
#include "base/text.hpp"
#include "http/characters.hpp"

namespace wangdi::http {
namespace {

constexpr std::size_t kContentLengthDigitsMax = 15;  // far above every limit, far below overflow

// 0 ordinary, 1 CR or LF, 2 never allowed. Bytes above 0x7F may stand in a value (obs-text).
constexpr auto kByteClass = [] {
  std::array<std::uint8_t, 256> table{};
  for (int byte = 0; byte < 256; ++byte) {
    if (is_forbidden_control(static_cast<char>(byte))) table[static_cast<std::size_t>(byte)] = 2;
  }
  table['\r'] = table['\n'] = 1;
  return table;
}();

bool is_target_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte <= 0x20 || byte >= 0x7F) return false;
  return std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
}

Method method_of(std::string_view name) {
  for (const auto method :
       {Method::get, Method::post, Method::head, Method::put, Method::del, Method::options}) {
    if (method_name(method) == name) return method;
  }
  return Method::other;
}

bool is_safe_segment(std::string_view segment) { return segment != "." && segment != ".."; }

// One pass over the tokens of a comma list; false when the list is malformed.
template <class Take>
bool for_each_token(std::string_view list, Take take) {
  for (const auto part : text::split(list, ',')) {
    const auto token = trim_blanks(part);
    if (token.empty()) continue;
    if (!is_token(token)) return false;
    take(token);
  }
  return true;
}

}  // namespace

HeadScanner::State HeadScanner::scan(std::string_view buffer) {
  const auto end = std::min(buffer.size(), limits::kHeaderBytes);
  for (; at_ < end; ++at_) {
    const char c = buffer[at_];
    if (after_cr_) {
      if (c != '\n') return State::malformed;
      after_cr_ = false;
      const bool empty_line = at_ - line_start_ == 1;
      if (empty_line && lines_ == 0) return State::malformed;
      if (empty_line) {
        ++at_;
        return State::complete;
      }
      if (++lines_ > kHeaderLinesMax) return State::too_large;
      line_start_ = at_ + 1;
      continue;
    }
    const auto kind = kByteClass[static_cast<unsigned char>(c)];
    if (kind == 0) [[likely]] {
      const bool blank = c == ' ' || c == '\t';
      if (blank && (at_ == line_start_ || (lines_ == 0 && c == '\t'))) return State::malformed;
      continue;
    }
    if (kind == 2 || c == '\n') return State::malformed;
    after_cr_ = true;
  }
  return end == limits::kHeaderBytes ? State::too_large : State::more;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c != '%') {
      decoded.push_back(plus_is_blank && c == '+' ? ' ' : c);
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(high << 4 | low));
    at += 2;
  }
  return decoded;
}

std::optional<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/' || target.size() > kTargetBytesMax) {
    return std::nullopt;
  }
  if (!std::ranges::all_of(target, is_target_character)) return std::nullopt;
  const auto question = target.find('?');
  const auto raw_path = target.substr(0, question);
  Target parsed;
  if (question != std::string_view::npos) parsed.query = target.substr(question + 1);
  if (raw_path.find('%') == std::string_view::npos) {
    parsed.path = raw_path;
  } else {
    auto decoded = percent_decode(raw_path);
    if (!decoded || !text::is_valid_utf8(*decoded)) return std::nullopt;
    if (std::ranges::any_of(*decoded,
                            [](char c) { return is_forbidden_control(c) || c == '\t'; })) {
      return std::nullopt;
    }
    // A slash that appears only after decoding, and a backslash, would change the segments.
    if (std::ranges::count(*decoded, '/') != std::ranges::count(raw_path, '/')) return std::nullopt;
    if (decoded->find('\\') != std::string::npos) return std::nullopt;
    parsed.path = std::move(*decoded);
  }
  if (parsed.path.find("//") != std::string::npos) return std::nullopt;
  if (parsed.path.find("/.") != std::string::npos &&
      !std::ranges::all_of(text::split(parsed.path, '/'), is_safe_segment)) {
    return std::nullopt;
  }
  return parsed;
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    if (equals == std::string_view::npos) return std::string();
    auto value = percent_decode(pair.substr(equals + 1), true);
    if (!value || !text::is_valid_utf8(*value)) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  return std::ranges::all_of(host, [](char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view("-._:[]").find(c) != std::string_view::npos;
  });
}

bool RequestHead::request_line(std::string_view method, std::string_view target, int version) {
  if (version != 10 && version != 11) return false;
  version_ = version;
  request_.method = method_of(method);
  auto parsed = parse_target(target);
  if (!parsed) return false;
  request_.path = std::move(parsed->path);
  request_.query = std::move(parsed->query);
  return true;
}

bool RequestHead::framing_field(std::string_view lowered, std::string_view value) {
  if (lowered == "content-length") {
    // One plain number, once: lists and repeats are how requests are smuggled.
    if (content_length_ || value.empty() || value.size() > kContentLengthDigitsMax) return false;
    if (!std::ranges::all_of(value, is_digit)) return false;
    std::uint64_t length = 0;
    for (const char digit : value) length = length * 10 + static_cast<std::uint64_t>(digit - '0');
    content_length_ = length;
    return true;
  }
  if (lowered == "transfer-encoding") {
    if (transfer_coded_ || !equals_ignoring_case(value, "chunked")) return false;
    transfer_coded_ = chunked_ = true;
    return true;
  }
  if (lowered == "host") return ++hosts_ == 1 && is_host(value);
  if (lowered == "connection") {
    return for_each_token(value, [this](std::string_view token) {
      if (equals_ignoring_case(token, "close")) asks_close_ = true;
      if (equals_ignoring_case(token, "keep-alive")) asks_keep_alive_ = true;
    });
  }
  if (lowered == "expect") {
    expects_continue_ = equals_ignoring_case(value, "100-continue");
    return expects_continue_;
  }
  return true;
}

bool RequestHead::field(std::string_view name, std::string_view value) {
  if (!is_token(name)) return false;
  if (std::ranges::any_of(value, is_forbidden_control)) return false;
  switch (lower(name.front())) {
    case 'c':
    case 'e':
    case 'h':
    case 't': {
      std::array<char, 32> lowered{};
      if (name.size() < lowered.size()) {
        std::ranges::transform(name, lowered.begin(), lower);
        if (!framing_field(std::string_view(lowered.data(), name.size()), value)) return false;
      }
      break;
    }
    default:
      break;
  }
  request_.add_header(name, value);
  return true;
}

bool RequestHead::finish() {
  if (chunked_ && (content_length_ || version_ == 10)) return false;
  if (version_ == 11 && hosts_ != 1) return false;
  const bool bodiless = request_.method == Method::get || request_.method == Method::head;
  if (bodiless && has_body()) return false;
  if (version_ == 10) expects_continue_ = false;
  keep_alive_ = !asks_close_ && (version_ == 11 || asks_keep_alive_);
  return true;
}

}  // namespace wangdi::http
