// SPDX-License-Identifier: Apache-2.0
// What the routes share: cookies, answers in JSON, and the part of a request that outlives it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/json.hpp"
#include "http/http.hpp"
#include "http/static_files.hpp"

namespace wangdi::app {

// Names of the cookies. The __Host- form needs Secure, which plain HTTP on loopback cannot have.
inline constexpr std::string_view kSessionCookie = "__Host-wangdi";
inline constexpr std::string_view kSessionCookiePlain = "wangdi";
inline constexpr std::string_view kDeviceCookie = "__Host-wangdi-device";
inline constexpr std::string_view kDeviceCookiePlain = "wangdi-device";

inline constexpr std::string_view kResidentCookie = "__Host-wangdi-resident";
inline constexpr std::string_view kResidentCookiePlain = "wangdi-resident";

// What of a request is still needed when its answer is made on another thread.
struct Caller {
  Language language;
  std::string request_id;
  bool secure;
  bool takes_gzip;
  explicit Caller(const http::Request& request)
      : language(http::language_of(request)),
        request_id(request.request_id),
        secure(request.secure),
        takes_gzip(http::accepts_gzip(request.header("accept-encoding"))) {}
};

std::string_view session_token(const http::Request& request);
std::string_view device_mark(const http::Request& request);
// Session cookies end with the browser's session for officers; `seconds` 0 deletes the cookie.
void set_session_cookie(http::Response& response, bool secure, std::string_view token,
                        std::int64_t seconds);
// Of a resident's visit: beside a worker's session, should one browser have both.
std::string_view resident_token(const http::Request& request);
void set_resident_cookie(http::Response& response, bool secure, std::string_view token,
                         std::int64_t seconds);
void set_device_cookie(http::Response& response, bool secure, std::string_view mark);

// A view's bytes as the answer's body, in gzip where that gains much: a grid's list of doors
// becomes a fifth, which is seconds on a slow line. Not for an answer that holds a secret of the
// server.
void put_view(http::Response& response, std::string content_type, std::string bytes,
              const Caller& caller);

// The API token of a request; nothing without one. Other schemes are for who stands in front of us.
std::optional<std::string> bearer_token(const http::Request& request);
// Whether the address names a token: it would stand in logs and histories.
bool has_token_in_url(const http::Request& request);

// A secret never crosses a network in the clear: plain HTTP is for this machine only (SE1). Error:
// https_required.
Status expect_private_line(const http::Request& request);

// Error unsupported_media_type unless the request says it carries JSON.
Status expect_json(const http::Request& request);

template <class View>
http::Response json_answer(const View& view, int status = 200) {
  return http::Response::json(status, codec::encode(view));
}

}  // namespace wangdi::app
