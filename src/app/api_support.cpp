// SPDX-License-Identifier: Apache-2.0
// Cookies and media types of the routes.
#include "app/api_support.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace wangdi::app {
namespace {

// A browser stays known for a year: its mark opens nothing, it only spares its owner the delays
// that strangers' wrong passwords cause.
constexpr std::int64_t kDeviceSeconds = 365LL * 86'400;

// Below, one packet more or less is all there is to gain.
constexpr std::size_t kPackBytesMin = 4 << 10;

void set_cookie(http::Response& response, bool secure, std::string_view name,
                std::string_view value, std::int64_t seconds) {
  std::string cookie(name);
  cookie.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Strict");
  if (secure) cookie.append("; Secure");
  cookie.append("; Max-Age=").append(std::to_string(seconds));
  response.header("Set-Cookie", cookie);
}

}  // namespace

std::string_view session_token(const http::Request& request) {
  return request.cookie(request.secure ? kSessionCookie : kSessionCookiePlain);
}

std::string_view device_mark(const http::Request& request) {
  return request.cookie(request.secure ? kDeviceCookie : kDeviceCookiePlain);
}

void set_session_cookie(http::Response& response, bool secure, std::string_view token,
                        std::int64_t seconds) {
  set_cookie(response, secure, secure ? kSessionCookie : kSessionCookiePlain, token, seconds);
}

std::string_view resident_token(const http::Request& request) {
  return request.cookie(request.secure ? kResidentCookie : kResidentCookiePlain);
}

void set_resident_cookie(http::Response& response, bool secure, std::string_view token,
                         std::int64_t seconds) {
  set_cookie(response, secure, secure ? kResidentCookie : kResidentCookiePlain, token, seconds);
}

void set_device_cookie(http::Response& response, bool secure, std::string_view mark) {
  set_cookie(response, secure, secure ? kDeviceCookie : kDeviceCookiePlain, mark, kDeviceSeconds);
}

void put_view(http::Response& response, std::string content_type, std::string bytes,
              const Caller& caller) {
  const bool is_json = content_type == "application/json";
  if (is_json && bytes.size() >= kPackBytesMin) response.header("Vary", "Accept-Encoding");
  if (is_json && bytes.size() >= kPackBytesMin && caller.takes_gzip) {
    if (auto packed = http::gzip_pack(bytes, http::GzipEffort::quick); !packed.empty()) {
      response.header("Content-Encoding", "gzip");
      bytes = std::move(packed);
    }
  }
  response.body(std::move(content_type), std::move(bytes));
}

std::optional<std::string> bearer_token(const http::Request& request) {
  constexpr std::string_view kScheme = "bearer";
  // Two of them are joined, and then no token.
  const auto all = request.header_all("authorization");
  const std::string_view value = all;
  if (text::fold(value.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  return std::string(text::trim(value.substr(kScheme.size())));
}

bool has_token_in_url(const http::Request& request) {
  constexpr std::array<std::string_view, 3> kNames = {"access_token", "token", "authorization"};
  for (const auto pair : text::split(request.query, '&')) {
    const auto name = text::fold(pair.substr(0, pair.find('=')));
    if (std::ranges::find(kNames, name) != kNames.end()) return true;
  }
  return false;
}

Status expect_private_line(const http::Request& request) {
  if (request.secure || request.client_is_loopback) return ok();
  return Error(ErrorCode::https_required);
}

Status expect_json(const http::Request& request) {
  const auto media = text::trim(text::split(request.header("content-type"), ';').front());
  if (text::fold(media) == "application/json") return ok();
  return Error(ErrorCode::unsupported_media_type).with("expected", "application/json");
}

}  // namespace wangdi::app
