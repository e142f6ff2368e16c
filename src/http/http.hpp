// SPDX-License-Identifier: Apache-2.0
// The plain face of the HTTP server: no Beast type appears here, so only server.cpp pays for Beast.
// Handlers run on the network thread and must not block: they hand work to others and answer later
// through the Responder, from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

namespace wangdi::http {

enum class Method : std::uint8_t { get, head, post, put, del, options, other };

struct Request {
  Method method = Method::get;
  std::string path;   // decoded, without query
  std::string query;  // as sent, without '?'
  std::string body;
  std::string request_id;       // also in the answer's X-Request-Id and in the log
  std::string client_address;   // of the trusted hop, IPv6 cut to /64
  bool client_is_loopback = false;
  // First value of a header, empty when absent; the name in lower case.
  std::string_view header(std::string_view name) const;
  std::string_view cookie(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
};

// Header values with CR, LF or NUL are refused by the one setter (security.md trap 9): the header is
// dropped and the answer becomes 500.
class Response {
 public:
  explicit Response(int status = 200) : status_(status) {}
  static Response json(int status, std::string body);
  int status() const { return status_; }
  Response& header(std::string_view name, std::string_view value);
  Response& body(std::string content_type, std::string bytes);
  const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }
  const std::string& bytes() const { return body_; }
  const std::string& content_type() const { return content_type_; }
  bool valid() const { return valid_; }
  std::string take_bytes() { return std::move(body_); }

 private:
  int status_;
  bool valid_ = true;
  std::string content_type_;
  std::string body_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

// A server-sent-event stream that stays open. All calls are safe from any thread; writes to a closed
// or too slow stream are dropped and the stream ends.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual void send(std::string_view event, std::string_view id, std::string_view data) = 0;
  virtual void close() = 0;
  virtual bool closed() const = 0;
};

// Answers one request, once. Dropping it unanswered answers 500.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void send(Response response) = 0;
  virtual std::shared_ptr<Stream> open_stream() = 0;
};
using ResponderPtr = std::shared_ptr<Responder>;
using Handler = std::function<void(Request, ResponderPtr)>;

struct Route {
  Method method;
  std::string path;  // exact, or a prefix when it ends in '/*'
  Handler handler;
  std::size_t body_bytes_max = limits::kJsonBodyBytes;
};

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0 picks a free one
  std::string static_folder;  // the built web app; empty serves none
  std::vector<std::string> trusted_proxies;
  std::size_t connections_max = 10'000;
  std::size_t connections_per_client_max = 256;
  double requests_per_second_per_client = 50;  // token bucket, 0 = no limit
  double burst_per_client = 200;
  std::int64_t header_deadline_ms = 10'000;
  std::int64_t idle_deadline_ms = 75'000;
  std::int64_t body_bytes_per_second_min = 500;
  std::int64_t body_grace_ms = 10'000;
  std::int64_t write_deadline_ms = 30'000;
  std::int64_t stop_grace_ms = 5'000;
};

// Numbers for /metrics; read from any thread.
struct Counters {
  std::uint64_t requests = 0, answers_2xx = 0, answers_4xx = 0, answers_5xx = 0;
  std::uint64_t connections_open = 0, streams_open = 0, connections_refused = 0, rate_limited = 0;
};

class Server {
 public:
  virtual ~Server() = default;
  virtual void route(Route route) = 0;   // before run()
  virtual Status listen() = 0;           // binds; port() tells the real port afterwards
  virtual std::uint16_t port() const = 0;
  virtual void run() = 0;                // serves on the calling thread until stop()
  virtual void stop() = 0;               // graceful, from any thread: finishes what has begun
  virtual Counters counters() const = 0;
};
std::unique_ptr<Server> make_server(Options options, const Clock& clock);

// problem+json (RFC 9457) of an error in the language the request asks for (Accept-Language; zh
// unless English is preferred). Carries type, title, status, detail, code, instance (request id) and
// `errors` [{pointer, code, title, advice}].
Response problem(const Error& error, const Request& request);
Language language_of(const Request& request);

}  // namespace wangdi::http
