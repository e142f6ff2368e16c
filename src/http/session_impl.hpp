// SPDX-License-Identifier: Apache-2.0
// The life of a connection: read a head, decide, read the body, handle, write, again. One request
// at a time, so pipelined answers keep their order. Included by server.cpp alone.
#pragma once

#include <array>
#include <cstring>

#include "http/core.hpp"
#include "http/pace.hpp"

namespace wangdi::http {

inline constexpr std::size_t kHeadReadBytes = 4 << 10;
inline constexpr std::size_t kBodyReadBytes = 64 << 10;
inline constexpr std::size_t kIdleBufferBytes = 8 << 10;  // a larger buffer is given back when idle
inline constexpr std::size_t kChunkLineBytesMax = 256;    // size line; extensions are refused
inline constexpr std::int64_t kLingerMs = 2'000;          // an answer is read before the reset
inline constexpr std::size_t kLingerBytesMax = 1 << 20;

inline void Mailbox::post(Letter letter) {
  const std::unique_lock lock(mutex_);
  if (core_ == nullptr) return;
  // A handler that answers at once needs no letter: its session is on the stack above.
  if (core_->on_network_thread() && letter.to->dispatching()) return letter.to->deliver(letter);
  letters_.push_back(std::move(letter));
  if (letters_.size() == 1 && !held_) core_->wake();
}

inline void Mailbox::release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  if (core_ != nullptr && !letters_.empty()) core_->wake();
}

inline Session::Session(Core& core, Socket socket, const Address& peer)
    : core_(core), socket_(std::move(socket)), memory_(core.admission().remember(peer)) {
  if (core.options().tls) tls_.emplace(*socket_, crypto::new_tls_connection(core.options().tls));
}

inline Task<void> Session::run() {
  const auto self = shared_from_this();
  if (co_await shake_hands()) {
    // Each co_await stands alone: g++ 12 evaluates both sides of a && that holds one.
    for (bool first = true;; first = false) {
      if (!co_await read_head(first)) break;
      if (!co_await serve()) break;
    }
    if (tls_ && !aborted_) co_await say_goodbye();
    if (linger_ && !aborted_) co_await linger();
  }
  release_body();
  error_code ignored;
  socket_->close(ignored);
  while (watching_) co_await signal_.wait();
  core_.leave(*this);
  tls_.reset();
  socket_.reset();
}

// False ends the connection: what failed here is no client of ours.
inline Task<bool> Session::shake_hands() {
  if (!tls_) co_return true;
  deadline_ms_ = core_.now_ms() + core_.options().header_deadline_ms;
  error_code failed;
  co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                 asio::redirect_error(Token{}, failed));
  if (failed) ++core_.numbers.handshakes_failed;
  co_return !failed && !timed_out_;
}

// Tells the client that nothing follows, so that a cut-off answer can be told from a whole one.
inline Task<void> Session::say_goodbye() {
  phase_ = Phase::linger;
  deadline_ms_ = core_.now_ms() + kLingerMs;
  error_code ignored;
  co_await tls_->async_shutdown(asio::redirect_error(Token{}, ignored));
}

// Take what is there and give what fits, in clear or by TLS. Plain functions: in a coroutine g++ 12
// would destroy the chosen operand twice.
inline Task<std::size_t> Session::receive(asio::mutable_buffer into, error_code& failed) {
  auto token = asio::redirect_error(Token{}, failed);
  return tls_ ? tls_->async_read_some(into, token) : socket_->async_read_some(into, token);
}
inline Task<std::size_t> Session::transmit(const Buffers& from, error_code& failed) {
  auto token = asio::redirect_error(Token{}, failed);
  return tls_ ? tls_->async_write_some(from, token) : socket_->async_write_some(from, token);
}

// Reads until a whole head lies in the buffer and is parsed. False ends the connection.
inline Task<bool> Session::read_head(bool first) {
  HeadScanner scanner;
  const auto& options = core_.options();
  phase_ = Phase::idle;
  deadline_ms_ = core_.now_ms() + (first ? options.header_deadline_ms : options.idle_deadline_ms);
  if (buffer_.size() == 0 && buffer_.capacity() > kIdleBufferBytes) buffer_.shrink_to_fit();
  for (;;) {
    if (buffer_.size() > 0) {
      if (phase_ == Phase::idle) {
        begin_request();
        if (!first) deadline_ms_ = started_ms_ + options.header_deadline_ms;
      }
      const auto state = scanner.scan(buffered());
      if (state == HeadScanner::State::complete) break;
      if (state == HeadScanner::State::malformed) {
        ++core_.numbers.malformed;
        co_return co_await refuse(Error(ErrorCode::malformed_request));
      }
      if (state == HeadScanner::State::too_large) {
        co_return co_await refuse(Error(ErrorCode::header_too_large));
      }
    } else if (core_.stopping()) {
      co_return false;
    }
    error_code failed;
    const auto bytes = co_await receive(buffer_.prepare(kHeadReadBytes), failed);
    buffer_.commit(bytes);
    if (bytes > 0) continue;
    if (timed_out_ && phase_ == Phase::head) {
      co_return co_await refuse(Error(ErrorCode::deadline_passed));
    }
    co_return false;
  }
  if (parse_head(scanner.size())) co_return true;
  ++core_.numbers.malformed;
  co_return co_await refuse(Error(ErrorCode::malformed_request));
}

inline void Session::begin_request() {
  phase_ = Phase::head;
  started_ms_ = core_.now_ms();
  ++request_;
  ++core_.numbers.requests;
  request_id_.clear();
  log_route_ = {};
  method_ = Method::other;
  api_ = http_1_0_ = false;
  secure_ = tls_.has_value();
  bytes_in_ = 0;
  body_.clear();
}

inline bool Session::parse_head(std::size_t bytes) {
  head_.emplace();
  parser_.emplace(*head_, body_);
  error_code failed;
  const auto used = parser_->put(asio::const_buffer(buffer_.data().data(), bytes), failed);
  buffer_.consume(bytes);
  // Scanner and parser must agree where the head ends, else one of them was deceived.
  return !failed && used == bytes && parser_->is_header_done();
}

inline Task<bool> Session::serve() {
  auto& head = *head_;
  auto& request = head.request();
  method_ = request.method;
  api_ = request.path.starts_with("/api/");
  http_1_0_ = head.is_http_1_0();
  auto decision = core_.admission().decide(head, memory_, started_ms_);
  request_id_ = request.request_id;
  secure_ = request.secure = request.secure || tls_;
  log_route_ = decision.log_route;
  if (decision.rate_limited) ++core_.numbers.rate_limited;
  if (decision.route != nullptr) {
    if (head.has_body()) {
      if (!co_await read_body(*decision.route)) co_return false;
    }
    co_return co_await handle(*decision.route);
  }
  // Body bytes that nobody will read would be taken for the next request: then the connection ends.
  if (head.has_body()) co_return co_await refuse_answer(std::move(*decision.refusal));
  const bool keep = head.keep_alive() && !core_.stopping();
  auto answer = decision.file != nullptr
                    ? make_static_answer(*decision.file, decision.choice, context(!keep))
                    : make_answer(std::move(*decision.refusal), context(!keep));
  const bool sent = co_await write(std::move(answer));
  co_return sent&& keep;
}

inline Task<bool> Session::read_body(const Route& route) {
  const auto& options = core_.options();
  phase_ = Phase::body;
  Pace pace({options.body_grace_ms, options.body_bytes_per_second_min, options.stall_ms},
            started_ms_);
  deadline_ms_ = pace.deadline_ms();
  parser_->limit_body(route.body_bytes_max);
  parser_->eager(true);
  if (head_->expects_continue() && buffer_.size() == 0) {
    if (!co_await write_rest("HTTP/1.1 100 Continue\r\n\r\n", {})) co_return false;
    phase_ = Phase::body;
    deadline_ms_ = pace.deadline_ms();
  }
  while (!parser_->is_done()) {
    if (buffer_.size() > 0) {
      error_code failed;
      const auto before = body_.size();
      const auto used = parser_->put(buffer_.data(), failed);
      buffer_.consume(used);
      const auto grown = body_.size() - before;
      if (failed == ParseError::body_limit) {
        co_return co_await refuse(
            Error(ErrorCode::body_too_large).with("limit", bytes_text(route.body_bytes_max)));
      }
      const bool waits = failed == ParseError::need_more;
      if ((failed && !waits) || (waits && buffer_.size() > kChunkLineBytesMax)) {
        ++core_.numbers.malformed;
        co_return co_await refuse(Error(ErrorCode::malformed_request));
      }
      if (!core_.charge(grown)) {
        co_return co_await refuse(Error(ErrorCode::queue_full).with("seconds", "5"));
      }
      body_charged_ += grown;
      core_.numbers.body_bytes_in += grown;
      if (parser_->is_done()) break;
      if (grown > 0) {
        pace.moved(grown, core_.now_ms());
        deadline_ms_ = pace.deadline_ms();
      }
      if (used > 0 && !waits) continue;
    }
    error_code failed;
    const auto bytes = co_await receive(buffer_.prepare(kBodyReadBytes), failed);
    buffer_.commit(bytes);
    if (bytes > 0) continue;
    if (timed_out_) co_return co_await refuse(Error(ErrorCode::deadline_passed));
    co_return false;
  }
  bytes_in_ = body_.size();
  co_return true;
}

inline Task<bool> Session::handle(const Route& route) {
  phase_ = Phase::handler;
  deadline_ms_ = core_.now_ms() + core_.options().answer_deadline_ms;
  response_.reset();
  const bool keep_alive = head_->keep_alive();
  auto request = std::move(head_->request());
  request.body = std::move(body_);
  {
    auto responder =
        std::make_shared<SessionResponder>(core_.mailbox(), shared_from_this(), request_);
    dispatching_ = true;
    try {
      route.handler(std::move(request), responder);
    } catch (const std::exception&) {
      responder->send(Response(0));
    }
    responder.reset();
    dispatching_ = false;
  }
  while (!response_ && !stream_ && !aborted_ && !timed_out_) co_await signal_.wait();
  release_body();
  if (aborted_) co_return false;
  if (stream_) {
    co_await serve_stream();
    co_return false;
  }
  if (!response_ || response_->status() == 0) {
    response_ = problem(Error(ErrorCode::internal), memory_.language, request_id_);
  }
  const bool keep = keep_alive && !core_.stopping() && !timed_out_;
  auto answer = make_answer(std::move(*response_), context(!keep));
  response_.reset();
  ++request_;  // an answer from now on is late
  const bool sent = co_await write(std::move(answer));
  co_return sent&& keep;
}

inline AnswerContext Session::context(bool close) const {
  return {.date = core_.date(),
          .request_id = request_id_,
          .api = api_,
          .secure = secure_,
          .close = close,
          .http_1_0 = http_1_0_,
          .without_body = method_ == Method::head};
}

inline Task<bool> Session::refuse(Error error) {
  if (request_id_.empty()) request_id_ = core_.admission().next_id();
  return refuse_answer(problem(error, memory_.language, request_id_));
}

// Answers and ends the connection without reading what else the client sends.
inline Task<bool> Session::refuse_answer(Response response) {
  timed_out_ = false;
  linger_ = true;
  co_await write(make_answer(std::move(response), context(true)));
  co_return false;
}

inline Task<bool> Session::write(Answer answer) {
  error_code failed;
  std::size_t written = 0;
  if (!tls_) {
    const Buffers buffers = {asio::buffer(answer.head), asio::buffer(answer.tail)};
    // Most answers fit into the socket's buffer: then no asynchronous operation is needed.
    written = socket_->write_some(buffers, failed);
  }
  bool sent = written == answer.head.size() + answer.tail.size();
  if (!sent && (!failed || failed == asio::error::would_block)) {
    const auto of_head = std::min(written, answer.head.size());
    sent = co_await write_rest(std::string_view(answer.head).substr(of_head),
                               answer.tail.substr(written - of_head));
  }
  account(answer.status, answer.body_bytes);
  co_return sent;
}

inline Task<bool> Session::write_rest(std::string_view first, std::string_view second) {
  const auto& options = core_.options();
  phase_ = Phase::write;
  Pace pace(
      {options.write_deadline_ms, options.body_bytes_per_second_min, options.write_deadline_ms},
      core_.now_ms());
  while (!first.empty() || !second.empty()) {
    deadline_ms_ = pace.deadline_ms();
    error_code failed;
    const Buffers buffers = {asio::buffer(first), asio::buffer(second)};
    const auto written = co_await transmit(buffers, failed);
    if (failed || aborted_) co_return false;
    const auto of_first = std::min(written, first.size());
    first.remove_prefix(of_first);
    second.remove_prefix(written - of_first);
    pace.moved(written, core_.now_ms());
  }
  co_return true;
}

inline void Session::account(int status, std::uint64_t bytes_out) {
  auto& numbers = core_.numbers;
  auto& answers = status < 300   ? numbers.answers_2xx
                  : status < 400 ? numbers.answers_3xx
                  : status < 500 ? numbers.answers_4xx
                                 : numbers.answers_5xx;
  ++answers;
  numbers.body_bytes_out += bytes_out;
  const auto& log = core_.options().access_log;
  if (!log) return;
  log({.request_id = request_id_,
       .method = method_,
       .route = log_route_,
       .status = status,
       .bytes_in = bytes_in_,
       .bytes_out = bytes_out,
       .duration_ms = core_.now_ms() - started_ms_});
}

inline void Session::release_body() {
  core_.release(body_charged_);
  body_charged_ = 0;
}

inline Task<void> Session::serve_stream() {
  auto& numbers = core_.numbers;
  if (numbers.streams.load() >= core_.options().streams_max || core_.stopping()) {
    stream_->close();
    stream_.reset();
    co_await refuse(Error(ErrorCode::queue_full).with("seconds", "30"));
    co_return;
  }
  ++numbers.streams;
  bool open = co_await write(make_stream_answer(context(true)));
  open = open && method_ != Method::head;
  if (open) {
    watching_ = true;
    asio::co_spawn(core_.executor(), watch(shared_from_this()), asio::detached);
  }
  while (open && !aborted_) {
    const auto taken = stream_->take();
    if (taken.overflown) {
      ++numbers.slow_streams;
      break;
    }
    stream_sent_ms_ = core_.now_ms();
    if (!taken.text.empty()) {
      if (!co_await write_rest(taken.text, {})) break;
    }
    if (taken.closed) break;
    phase_ = Phase::stream;
    deadline_ms_ = kNever;
    co_await signal_.wait();
  }
  stream_->close();
  stream_.reset();
  --numbers.streams;
}

// Notices that the reader of a stream went away. Whatever it sends ends the stream too: after its
// request a client has nothing more to say here.
inline Task<void> Session::watch(std::shared_ptr<Session> self) {
  std::array<char, 64> bytes{};
  error_code failed;
  co_await self->receive(asio::buffer(bytes), failed);
  self->watching_ = false;
  if (self->stream_) self->stream_->close();
  self->signal_.raise();
}

inline Task<void> Session::linger() {
  phase_ = Phase::linger;
  deadline_ms_ = core_.now_ms() + kLingerMs;
  error_code failed;
  socket_->shutdown(tcp::socket::shutdown_send, failed);
  std::size_t discarded = 0;
  while (!failed && discarded < kLingerBytesMax) {
    buffer_.clear();
    discarded += co_await socket_->async_read_some(buffer_.prepare(kHeadReadBytes),
                                                   asio::redirect_error(Token{}, failed));
  }
}

inline void Session::deliver(Mailbox::Letter& letter) {
  if (letter.request == 0) return signal_.raise();
  if (letter.request != request_ || phase_ != Phase::handler || response_ || stream_) {
    if (letter.stream) letter.stream->close();
    return;
  }
  response_ = std::move(letter.response);
  stream_ = std::move(letter.stream);
  if (!dispatching_) signal_.raise();
}

inline void Session::sweep(std::int64_t now_ms) {
  if (phase_ == Phase::stream && now_ms - stream_sent_ms_ >= core_.options().heartbeat_ms) {
    stream_sent_ms_ = now_ms;
    if (stream_->add(": \n\n") == EventQueue::Added::wake) signal_.raise();
    return;
  }
  if (now_ms < deadline_ms_) return;
  deadline_ms_ = kNever;
  if (phase_ != Phase::idle && phase_ != Phase::linger) ++core_.numbers.deadlines;
  if (phase_ == Phase::write || phase_ == Phase::linger) return abort();
  timed_out_ = true;
  if (phase_ == Phase::handler) return signal_.raise();
  error_code ignored;
  socket_->cancel(ignored);
}

inline void Session::stop() {
  if (stream_) {
    stream_->close();
    signal_.raise();
  } else if (phase_ == Phase::idle) {
    error_code ignored;
    socket_->cancel(ignored);
  }
}

inline void Session::abort() {
  aborted_ = true;
  error_code ignored;
  socket_->close(ignored);
  signal_.raise();
}

}  // namespace wangdi::http
