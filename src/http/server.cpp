// SPDX-License-Identifier: Apache-2.0
// The server: Asio coroutines on one network thread, Beast's parser, one sweeper for all deadlines.
// The only unit that pays for Asio and Beast; what can be decided without them is decided in
// admission, head and answer.
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <bit>

#include "common/crypto/crypto.hpp"
#include "http/core.hpp"
#include "http/session_impl.hpp"

namespace wangdi::http {
namespace {

constexpr int kAcceptBacklog = 1'024;

// How much of what was written may wait in the kernel for a reader; what is on its way to one who
// takes it is not counted, so a long line stays full. Without it each connection that reads nothing
// holds up to 4 MB that no limit of ours sees.
using UnsentBytesMax = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;

// A phone that walked into a tunnel says no goodbye: its idle connections and streams would stay
// until the system gives up sending, a quarter of an hour later. So a quiet peer is probed, and one
// that acknowledges neither probe nor data for `gone_ms` is dropped. Best effort: without it the
// deadlines still hold.
void notice_when_gone(int socket, std::int64_t gone_ms) {
  const int on = 1;
  const int timeout_ms = static_cast<int>(gone_ms);
  const int probe_s = std::max(1, timeout_ms / 3'000);
  static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on));
  static_cast<void>(::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &probe_s, sizeof probe_s));
  static_cast<void>(::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &probe_s, sizeof probe_s));
  static_cast<void>(
      ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms));
}

}  // namespace

Status Core::listen() {
  WD_TRY(auto proxies, TrustedProxies::from(options_.trusted_proxies));
  crypto::Random random;
  admission_.emplace(options_, std::move(proxies),
                     std::bit_cast<std::uint64_t>(random.take<sizeof(std::uint64_t)>()));
  for (auto& route : routes_) admission_->add(std::move(route));
  routes_.clear();
  if (!options_.static_folder.empty()) {
    WD_TRY(auto files, StaticFiles::load(options_.static_folder));
    if (!options_.service_worker) files.stand_in("/sw.js", "/sw-off.js");
    admission_->serve(std::move(files));
  }
  refresh_date();
  error_code failed;
  const auto address = asio::ip::make_address(options_.address, failed);
  const tcp::endpoint endpoint(address, options_.port);
  if (!failed) acceptor_.open(endpoint.protocol(), failed);
  if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
  // Connections take it over from the socket that accepts them.
  if (!failed) acceptor_.set_option(UnsentBytesMax(options_.unsent_bytes_max), failed);
  if (!failed) acceptor_.bind(endpoint, failed);
  if (!failed) acceptor_.listen(kAcceptBacklog, failed);
  if (failed) {
    return Error(ErrorCode::configuration_invalid)
        .with("what", "http.address = " + options_.address +
                          ", http.port = " + std::to_string(options_.port))
        .because(failed.message());
  }
  port_ = acceptor_.local_endpoint(failed).port();
  return ok();
}

void Core::run() {
  thread_ = std::this_thread::get_id();
  asio::co_spawn(io_, accept(), asio::detached);
  asio::co_spawn(io_, sweep(), asio::detached);
  io_.run();
  mailbox_->close();
}

Task<void> Core::accept() {
  while (acceptor_.is_open()) {
    error_code failed;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(Token{}, failed));
    if (!failed) {
      admit(std::move(socket));
      continue;
    }
    if (stopping_) break;
    // Out of descriptors or memory: what is open goes on, new ones wait until something closes.
    ++numbers.refused;
    accept_timer_.expires_after(std::chrono::milliseconds(options_.sweep_ms));
    co_await accept_timer_.async_wait(asio::redirect_error(Token{}, failed));
  }
}

void Core::admit(Socket socket) {
  error_code failed;
  const auto endpoint = socket.remote_endpoint(failed);
  if (failed) return;
  Address peer;
  if (endpoint.address().is_v4()) {
    const auto bytes = endpoint.address().to_v4().to_bytes();
    peer.bytes[10] = peer.bytes[11] = 0xFF;
    std::ranges::copy(bytes, peer.bytes.begin() + 12);
  } else {
    peer.bytes = endpoint.address().to_v6().to_bytes();
  }
  socket.non_blocking(true, failed);
  if (failed) return;
  // A proxy carries the connections of many clients, so only the whole limit holds for it.
  if (sessions_.size() >= options_.connections_max ||
      (!admission_->trusts(peer) && !connections_.enter(peer.client()))) {
    return turn_away(socket);
  }
  socket.set_option(tcp::no_delay(true), failed);
  notice_when_gone(socket.native_handle(), options_.peer_gone_ms);
  auto session = std::make_shared<Session>(*this, std::move(socket), peer);
  sessions_.insert(session.get());
  ++numbers.connections;
  asio::co_spawn(io_, [session] { return session->run(); }, asio::detached);
}

void Core::turn_away(Socket& socket) {
  ++numbers.refused;
  if (options_.tls) return;  // a handshake only to say no costs more than it tells
  auto response =
      problem(Error(ErrorCode::too_many_requests).with("seconds", "10"), Language::kChinese, {});
  const auto id = admission_->next_id();
  const auto answer =
      make_answer(std::move(response), {.date = date_, .request_id = id, .close = true});
  error_code ignored;
  socket.write_some(asio::buffer(answer.head), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void Core::leave(Session& session) {
  if (!admission_->trusts(session.peer())) connections_.leave(session.peer().client());
  sessions_.erase(&session);
  --numbers.connections;
  if (stopping_ && sessions_.empty()) sweep_timer_.cancel();
}

Task<void> Core::sweep() {
  while (!stopping_ || !sessions_.empty()) {
    error_code ignored;
    sweep_timer_.expires_after(std::chrono::milliseconds(options_.sweep_ms));
    co_await sweep_timer_.async_wait(asio::redirect_error(Token{}, ignored));
    refresh_date();
    const auto now = now_ms();
    // Sessions may end while they are looked at, so each is held for the moment.
    std::vector<std::shared_ptr<Session>> sessions;
    sessions.reserve(sessions_.size());
    for (auto* session : sessions_) sessions.push_back(session->shared_from_this());
    for (const auto& session : sessions) {
      if (now >= stop_deadline_ms_) {
        session->abort();
      } else {
        session->sweep(now);
      }
    }
  }
}

void Core::begin_stop() {
  if (stopping_) return;
  stopping_ = true;
  stop_deadline_ms_ = now_ms() + options_.stop_grace_ms;
  error_code ignored;
  acceptor_.close(ignored);
  accept_timer_.cancel();
  std::vector<std::shared_ptr<Session>> sessions;
  for (auto* session : sessions_) sessions.push_back(session->shared_from_this());
  for (const auto& session : sessions) session->stop();
  if (sessions_.empty()) sweep_timer_.cancel();
}

void Core::drain() {
  for (auto& letter : mailbox_->take()) letter.to->deliver(letter);
}

void Core::refresh_date() {
  const auto now = clock_.now();
  if (now / 1000 == date_second_) return;
  date_second_ = now / 1000;
  date_ = http_date(now);
}

Counters Core::counters() const {
  Counters counters;
  counters.requests = numbers.requests;
  counters.answers_2xx = numbers.answers_2xx;
  counters.answers_3xx = numbers.answers_3xx;
  counters.answers_4xx = numbers.answers_4xx;
  counters.answers_5xx = numbers.answers_5xx;
  counters.connections_open = numbers.connections;
  counters.streams_open = numbers.streams;
  counters.connections_refused = numbers.refused;
  counters.rate_limited = numbers.rate_limited;
  counters.malformed = numbers.malformed;
  counters.deadlines_passed = numbers.deadlines;
  counters.slow_streams_dropped = numbers.slow_streams;
  counters.handshakes_failed = numbers.handshakes_failed;
  counters.body_bytes_in = numbers.body_bytes_in;
  counters.body_bytes_out = numbers.body_bytes_out;
  return counters;
}

std::unique_ptr<Server> make_server(Options options, const Clock& clock) {
  return std::make_unique<Core>(std::move(options), clock);
}

}  // namespace wangdi::http
