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
#include "common/crypto/tls.hpp"

namespace wangdi::http {

enum class Method : std::uint8_t { get, head, post, put, del, options, other };
std::string_view method_name(Method method);

struct Request {
  Method method = Method::get;
  std::string path;   // decoded, without query; valid UTF-8 without control characters
  std::string query;  // as sent, without '?'
  std::string body;
  std::string request_id;           // also in the answer's X-Request-Id and in the log
  std::string client_address;       // of the trusted hop, IPv6 cut to /64
  bool client_is_loopback = false;  // false too when a loopback peer forwards for someone else
  bool secure = false;              // TLS ends here, or the trusted hop says its client spoke https

  // First value of a header, empty when absent; the name in lower case.
  std::string_view header(std::string_view name) const;
  // All values of a header in the order of arrival, joined by ", ".
  std::string header_all(std::string_view name) const;
  bool has_header(std::string_view name) const;
  // Value of a cookie, empty when absent. A name that stands twice counts as absent: with two
  // values nobody can tell which one the server set.
  std::string_view cookie(std::string_view name) const;
  std::size_t header_count() const { return fields_.size(); }
  // Keeps the name in lower case. For the server and for tests.
  Request& add_header(std::string_view name, std::string_view value);

 private:
  struct Field {  // offsets into head_, so that a moved Request stays whole
    std::uint32_t name_at, name_bytes, value_at, value_bytes;
  };
  std::string_view name_of(const Field& field) const;
  std::string_view value_of(const Field& field) const;
  std::string head_;  // one allocation for all fields (limit.md: no field map)
  std::vector<Field> fields_;
};

// Header values with CR, LF, NUL, other control characters or bytes outside ASCII are refused by
// the one setter (security.md trap 9): the header is dropped and the answer becomes 500. Headers
// that the server writes itself (framing, date, security headers) are refused likewise.
class Response {
 public:
  explicit Response(int status = 200) : status_(status) {}
  static Response json(int status, std::string body);
  int status() const { return status_; }
  Response& header(std::string_view name, std::string_view value);
  Response& body(std::string content_type, std::string bytes);
  // Content-Disposition: attachment for a file name of any text (RFC 6266: an ASCII form and
  // UTF-8).
  Response& attachment(std::string_view file_name);
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
  std::vector<std::pair<std::string, std::string>> headers_;  // names in lower case
};

// A server-sent-event stream that stays open. All calls are safe from any thread; writes to a
// closed or too slow stream are dropped and the stream ends.
class Stream {
 public:
  virtual ~Stream() = default;
  // `event` and `id` are one line each (a line break in them drops them); `data` may have several.
  virtual void send(std::string_view event, std::string_view id, std::string_view data) = 0;
  // Ends the stream after what is already waiting.
  virtual void close() = 0;
  virtual bool closed() const = 0;
};

// Answers one request, once; later calls do nothing. Dropping it unanswered answers 500.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void send(Response response) = 0;
  // Answers 200 text/event-stream and keeps it open. Already closed when too many streams are open.
  virtual std::shared_ptr<Stream> open_stream() = 0;
};
using ResponderPtr = std::shared_ptr<Responder>;
using Handler = std::function<void(Request, ResponderPtr)>;

struct Route {
  Method method;
  std::string path;  // exact, or a prefix when it ends in '/*'
  Handler handler;
  std::size_t body_bytes_max = limits::kJsonBodyBytes;  // GET takes no body at all
};

// One answered request for the log. Holds no query string, body, address or raw path: `route` is
// the registered pattern, the name of an existing static file, or empty.
struct Access {
  std::string_view request_id;
  Method method = Method::other;
  std::string_view route;
  int status = 0;
  std::uint64_t bytes_in = 0;   // body
  std::uint64_t bytes_out = 0;  // body
  std::int64_t duration_ms = 0;
};
// Appends one JSON line with a line break: the access log's form.
void append_access_line(const Access& access, UnixMs at, std::string& out);

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;                 // 0 picks a free one
  std::string static_folder;                 // the built web app; empty serves none
  bool service_worker = true;                // false: /sw-off.js answers in the place of /sw.js
  crypto::TlsContext tls;                    // empty: plain HTTP
  std::vector<std::string> trusted_proxies;  // addresses or networks like 10.0.0.0/8
  std::size_t connections_max = 10'000;
  std::size_t connections_per_client_max = 256;
  std::size_t streams_max = 4'096;
  double requests_per_second_per_client = 50;  // token bucket, 0 = no limit
  double burst_per_client = 200;
  std::size_t body_bytes_total_max = 128u << 20;  // of all requests being received
  int unsent_bytes_max = 128 << 10;  // of one connection, waiting in the kernel: a page or two
  std::int64_t header_deadline_ms = 10'000;
  std::int64_t idle_deadline_ms = 75'000;
  std::int64_t body_bytes_per_second_min = 500;
  std::int64_t body_grace_ms = 10'000;
  std::int64_t stall_ms = 30'000;             // no byte of a body for so long
  std::int64_t write_deadline_ms = 30'000;    // a reader takes nothing for so long
  std::int64_t answer_deadline_ms = 120'000;  // a handler never answers
  std::int64_t peer_gone_ms = 45'000;         // no acknowledgement: the line was cut without a word
  std::int64_t stop_grace_ms = 5'000;
  std::int64_t heartbeat_ms = 15'000;
  std::int64_t sweep_ms = 250;                    // how often deadlines are looked at
  std::function<void(const Access&)> access_log;  // on the network thread, must not block
};

// Numbers for /metrics; read from any thread.
struct Counters {
  std::uint64_t requests = 0, answers_2xx = 0, answers_3xx = 0, answers_4xx = 0, answers_5xx = 0;
  std::uint64_t connections_open = 0, streams_open = 0, connections_refused = 0, rate_limited = 0;
  std::uint64_t malformed = 0, deadlines_passed = 0, slow_streams_dropped = 0;
  std::uint64_t handshakes_failed = 0;
  std::uint64_t body_bytes_in = 0, body_bytes_out = 0;
};

class Server {
 public:
  virtual ~Server() = default;
  virtual void route(Route route) = 0;     // before run()
  virtual Status listen() = 0;             // reads the static folder and binds
  virtual std::uint16_t port() const = 0;  // the real port after listen()
  virtual void run() = 0;                  // serves on the calling thread until stop()
  virtual void stop() = 0;                 // graceful, from any thread: finishes what has begun
  // Between the two, answers of other threads are kept and then delivered together: the network
  // thread wakes once for many. Not nested; for one thread that answers in batches.
  virtual void hold_answers() = 0;
  virtual void release_answers() = 0;
  // Connections from now on take this certificate; from any thread. Only where TLS was on before.
  virtual void renew_tls(crypto::TlsContext context) = 0;
  virtual Counters counters() const = 0;
};
std::unique_ptr<Server> make_server(Options options, const Clock& clock);

// problem+json (RFC 9457) of an error in the language the request asks for (Accept-Language; zh
// unless English is preferred). Carries type, title, status, detail, code, name, instance (request
// id) and `errors` [{pointer, code, name, title, advice}]; a detail `seconds` becomes Retry-After.
Response problem(const Error& error, const Request& request);
// The same where the Request is gone already.
Response problem(const Error& error, Language language, std::string_view request_id);
Language language_of(const Request& request);

// True without an Origin header and when its authority equals Host: what a write must show (SE4).
bool origin_is_own(const Request& request);

}  // namespace wangdi::http
