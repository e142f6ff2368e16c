// SPDX-License-Identifier: Apache-2.0
// The strict reading of a request's head, free of Beast and of I/O so that it can be fuzzed. Beast
// splits the head into fields; what Beast forgives (folded lines, equal double lengths, a coding
// that does not end in chunked, trailers) is refused here, because a proxy in front might read it
// differently (security.md IO4, RFC 9112 sections 2.2, 3, 5, 6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/http.hpp"

namespace wangdi::http {

// Looks at the raw bytes as they arrive and finds the end of the head.
class HeadScanner {
 public:
  enum class State : std::uint8_t { more, complete, malformed, too_large };
  // Takes the whole buffer each time; goes on where it stopped. A line that ends in a bare LF, a
  // bare CR, a folded line, an empty first line or a control character is malformed at once.
  State scan(std::string_view buffer);
  // Bytes of the head with its empty line, once complete.
  std::size_t size() const { return at_; }

 private:
  std::size_t at_ = 0;  // bytes looked at
  std::size_t line_start_ = 0;
  std::size_t lines_ = 0;
  bool after_cr_ = false;
};

inline constexpr std::size_t kHeaderLinesMax = 100;
inline constexpr std::size_t kTargetBytesMax = limits::kQueryBytes;

// The parts of a request target in origin form. The path is decoded, starts with '/', is valid
// UTF-8 and holds no control character, backslash, encoded slash, empty, "." or ".." segment.
struct Target {
  std::string path;
  std::string query;  // as sent
};
std::optional<Target> parse_target(std::string_view target);

// Percent-decodes; nothing when an escape is broken. `plus_is_blank` as forms do it.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank = false);

// First value of a query parameter, decoded; nothing when absent or broken. Views with many
// parameters use codec::decode_query instead.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

// Collects one head line by line and judges it as a whole.
class RequestHead {
 public:
  // Each returns false when the request is malformed; the caller then answers 400 and closes.
  [[nodiscard]] bool request_line(std::string_view method, std::string_view target, int version);
  [[nodiscard]] bool field(std::string_view name, std::string_view value);
  [[nodiscard]] bool finish();

  Request& request() { return request_; }
  bool chunked() const { return chunked_; }
  // Length of the body as declared; nothing without Content-Length.
  std::optional<std::uint64_t> content_length() const { return content_length_; }
  bool has_body() const { return chunked_ || content_length_.value_or(0) > 0; }
  bool keep_alive() const { return keep_alive_; }
  bool is_http_1_0() const { return version_ == 10; }
  bool expects_continue() const { return expects_continue_; }

 private:
  bool framing_field(std::string_view lowered, std::string_view value);
  Request request_;
  int version_ = 11;
  int hosts_ = 0;
  bool chunked_ = false;
  bool transfer_coded_ = false;
  bool keep_alive_ = true;
  bool asks_close_ = false;
  bool asks_keep_alive_ = false;
  bool expects_continue_ = false;
  std::optional<std::uint64_t> content_length_;
};

// True for what may stand in a Host header: a name or address with an optional port.
bool is_host(std::string_view host);

}  // namespace wangdi::http
