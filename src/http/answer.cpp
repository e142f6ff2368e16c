// SPDX-License-Identifier: Apache-2.0
// Serialising of answers and events, and the access line.
#include "http/answer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "http/json_text.hpp"

namespace wangdi::http {
namespace {

constexpr std::size_t kInlineBodyBytes = 16
                                         << 10;  // above, copying costs more than a second buffer

// For everything a browser may show as a page. 'wasm-unsafe-eval' is needed to compile WebAssembly.
constexpr std::string_view kPagePolicy =
    "Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; require-trusted-types-for 'script'\r\n";
// An answer of the API is data: should a browser ever show one as a page, nothing in it may act.
constexpr std::string_view kApiPolicy =
    "Content-Security-Policy: default-src 'none'; form-action 'none'; frame-ancestors 'none'; "
    "base-uri 'none'\r\n"
    "Cache-Control: no-store\r\n";
constexpr std::string_view kSecurityHeaders =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Permissions-Policy: accelerometer=(), camera=(self), display-capture=(), fullscreen=(self), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "X-Frame-Options: DENY\r\n";
constexpr std::string_view kTransportSecurity =
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";

struct StatusText {
  int status;
  std::string_view text;
};
constexpr std::array kStatusTexts = {
    StatusText{200, "200 OK"},
    StatusText{201, "201 Created"},
    StatusText{202, "202 Accepted"},
    StatusText{204, "204 No Content"},
    StatusText{303, "303 See Other"},
    StatusText{304, "304 Not Modified"},
    StatusText{400, "400 Bad Request"},
    StatusText{401, "401 Unauthorized"},
    StatusText{403, "403 Forbidden"},
    StatusText{404, "404 Not Found"},
    StatusText{405, "405 Method Not Allowed"},
    StatusText{408, "408 Request Timeout"},
    StatusText{409, "409 Conflict"},
    StatusText{413, "413 Content Too Large"},
    StatusText{415, "415 Unsupported Media Type"},
    StatusText{422, "422 Unprocessable Content"},
    StatusText{429, "429 Too Many Requests"},
    StatusText{431, "431 Request Header Fields Too Large"},
    StatusText{500, "500 Internal Server Error"},
    StatusText{503, "503 Service Unavailable"},
    StatusText{507, "507 Insufficient Storage"},
};

void append_status(int status, std::string& out) {
  const auto found = std::ranges::find(kStatusTexts, status, &StatusText::status);
  if (found != kStatusTexts.end()) {
    out.append(found->text);
  } else {
    out.append(std::to_string(status)).append(" Other");
  }
}

void append_head(int status, const AnswerContext& context, std::string& out) {
  out.append("HTTP/1.1 ");
  append_status(status, out);
  out.append("\r\nDate: ").append(context.date).append("\r\n");
  out.append("X-Request-Id: ").append(context.request_id).append("\r\n");
  if (context.close) {
    out.append("Connection: close\r\n");
  } else if (context.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append(kSecurityHeaders);
  out.append(context.api ? kApiPolicy : kPagePolicy);
  if (context.secure) out.append(kTransportSecurity);
}

void append_length(std::uint64_t bytes, std::string& out) {
  std::array<char, 24> digits{};
  const int written =
      std::snprintf(digits.data(), digits.size(), "%llu", static_cast<unsigned long long>(bytes));
  out.append("Content-Length: ").append(digits.data(), static_cast<std::size_t>(written));
  out.append("\r\n");
}

bool has_no_content(int status) { return status == 204 || status == 304; }

constexpr std::string_view kLineEnds("\r\n\0", 3);

}  // namespace

std::string http_date(UnixMs at) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr ZoneOffset kUtc{0};
  const auto day = CivilDate::of(at, kUtc);
  const auto seconds = static_cast<int>((at - day.start(kUtc)) / 1000);
  // 1970-01-01 was a Thursday.
  const auto weekday = static_cast<std::size_t>(((day.days() + 4) % 7 + 7) % 7);
  std::array<char, 64> text{};
  const int written = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                    kDays[weekday], day.day(), kMonths[day.month() - 1], day.year(),
                                    seconds / 3600, seconds / 60 % 60, seconds % 60);
  return {text.data(), static_cast<std::size_t>(written)};
}

Answer make_answer(Response response, const AnswerContext& context) {
  if (!response.valid() || response.status() < 200 || response.status() > 599) {
    response = Response(500);
  }
  Answer answer;
  answer.status = response.status();
  answer.body_bytes = context.without_body ? 0 : response.bytes().size();
  auto& out = answer.head;
  const bool inlined = response.bytes().size() <= kInlineBodyBytes;
  out.reserve(1024 + (inlined ? response.bytes().size() : 0));
  append_head(answer.status, context, out);
  bool caching_said = context.api;
  for (const auto& [name, value] : response.headers()) {
    const bool caching = name == "cache-control";
    if (caching && context.api) continue;
    caching_said = caching_said || caching;
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (!caching_said) out.append("Cache-Control: no-store\r\n");
  if (has_no_content(answer.status)) {
    answer.body_bytes = 0;
    out.append("\r\n");
    return answer;
  }
  if (!response.content_type().empty()) {
    out.append("Content-Type: ").append(response.content_type()).append("\r\n");
  }
  append_length(response.bytes().size(), out);
  out.append("\r\n");
  if (context.without_body) return answer;
  if (inlined) {
    out.append(response.bytes());
  } else {
    answer.owned = response.take_bytes();
    answer.tail = answer.owned;
  }
  return answer;
}

Answer make_static_answer(const StaticFile& file, const StaticChoice& choice,
                          const AnswerContext& context) {
  Answer answer;
  answer.status = choice.not_modified ? 304 : 200;
  auto& out = answer.head;
  const auto& bytes = choice.form->bytes;
  const bool inlined = bytes.size() <= kInlineBodyBytes;
  out.reserve(1280 + (inlined ? bytes.size() : 0));
  append_head(answer.status, context, out);
  out.append("ETag: ").append(choice.form->etag).append("\r\n");
  out.append("Cache-Control: ").append(file.cache_control).append("\r\n");
  if (!file.gzip.bytes.empty()) out.append("Vary: Accept-Encoding\r\n");
  if (!choice.not_modified) {
    if (choice.gzip) out.append("Content-Encoding: gzip\r\n");
    out.append("Content-Type: ").append(file.content_type).append("\r\n");
    append_length(bytes.size(), out);
  }
  out.append("\r\n");
  if (choice.not_modified || context.without_body) return answer;
  answer.body_bytes = bytes.size();
  if (inlined) {
    out.append(bytes);
  } else {
    answer.tail = bytes;
  }
  return answer;
}

Answer make_stream_answer(const AnswerContext& context) {
  Answer answer;
  answer.status = 200;
  append_head(200, context, answer.head);
  if (!context.api) answer.head.append("Cache-Control: no-store\r\n");
  // Buffering proxies would hold events back.
  answer.head.append("Content-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n\r\n");
  if (!context.without_body) answer.head.append(": open\n\n");
  return answer;
}

std::string format_event(std::string_view event, std::string_view id, std::string_view data) {
  std::string out;
  out.reserve(event.size() + id.size() + data.size() + 32);
  const auto line = [&out](std::string_view name, std::string_view value) {
    if (value.empty() || value.find_first_of(kLineEnds) != std::string_view::npos) return;
    out.append(name).append(": ").append(value).push_back('\n');
  };
  line("event", event);
  line("id", id);
  for (;;) {
    const auto end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).push_back('\n');
    if (end == std::string_view::npos) break;
    const bool pair = data.substr(end, 2) == "\r\n";
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  out.push_back('\n');
  return out;
}

void append_access_line(const Access& access, UnixMs at, std::string& out) {
  const auto number = [&out](std::string_view name, long long value) {
    out.append(",\"").append(name).append("\":").append(std::to_string(value));
  };
  out.append("{\"time\":").append(std::to_string(at));
  out.append(",\"level\":\"info\",\"event\":\"request\",\"request\":");
  append_json_text(access.request_id, out);
  out.append(",\"method\":\"").append(method_name(access.method)).append("\",\"route\":");
  append_json_text(access.route, out);
  number("status", access.status);
  number("bytes_in", static_cast<long long>(access.bytes_in));
  number("bytes_out", static_cast<long long>(access.bytes_out));
  number("duration_ms", access.duration_ms);
  out.append("}\n");
}

}  // namespace wangdi::http
