// SPDX-License-Identifier: Apache-2.0
// The server behind the plain face: acceptor, sessions, sweeper. Included by server.cpp alone.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "http/session.hpp"

namespace wangdi::http {

class Core final : public Server {
 public:
  Core(Options options, const Clock& clock)
      : options_(std::move(options)),
        clock_(clock),
        acceptor_(io_),
        sweep_timer_(io_),
        accept_timer_(io_),
        connections_(options_.connections_per_client_max),
        mailbox_(std::make_shared<Mailbox>(*this)) {}
  ~Core() override { mailbox_->close(); }

  void route(Route route) override { routes_.push_back(std::move(route)); }
  Status listen() override;
  std::uint16_t port() const override { return port_; }
  void run() override;
  void stop() override {
    asio::post(io_, [this] { begin_stop(); });
  }
  void hold_answers() override { mailbox_->hold(); }
  void release_answers() override { mailbox_->release(); }
  void renew_tls(crypto::TlsContext context) override {
    asio::post(
        io_, [this, context = std::move(context)]() mutable { options_.tls = std::move(context); });
  }
  Counters counters() const override;

  void wake() {
    asio::post(io_, [this] { drain(); });
  }
  bool on_network_thread() const { return std::this_thread::get_id() == thread_.load(); }
  const Options& options() const { return options_; }
  const Clock& clock() const { return clock_; }
  std::int64_t now_ms() const { return clock_.monotonic_ms(); }
  Admission& admission() { return *admission_; }
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  std::string_view date() const { return date_; }
  bool stopping() const { return stopping_; }
  Executor executor() { return io_.get_executor(); }
  void leave(Session& session);
  // Takes memory for a body from the total; false when it is used up.
  bool charge(std::size_t bytes) {
    if (bytes > options_.body_bytes_total_max - body_bytes_) return false;
    body_bytes_ += bytes;
    return true;
  }
  void release(std::size_t bytes) { body_bytes_ -= bytes; }

  struct Numbers {
    std::atomic<std::uint64_t> requests{0}, answers_2xx{0}, answers_3xx{0}, answers_4xx{0},
        answers_5xx{0}, connections{0}, streams{0}, refused{0}, rate_limited{0}, malformed{0},
        deadlines{0}, slow_streams{0}, handshakes_failed{0}, body_bytes_in{0}, body_bytes_out{0};
  };
  Numbers numbers;

 private:
  Task<void> accept();
  Task<void> sweep();
  void admit(Socket socket);
  void turn_away(Socket& socket);
  void begin_stop();
  void drain();
  void refresh_date();

  Options options_;
  const Clock& clock_;
  asio::io_context io_{1};
  Acceptor acceptor_;
  Timer sweep_timer_;
  Timer accept_timer_;
  std::uint16_t port_ = 0;
  std::vector<Route> routes_;
  std::optional<Admission> admission_;
  ConnectionCounts connections_;
  std::unordered_set<Session*> sessions_;
  std::shared_ptr<Mailbox> mailbox_;
  std::atomic<std::thread::id> thread_{};
  std::string date_;
  std::int64_t date_second_ = -1;
  std::size_t body_bytes_ = 0;
  bool stopping_ = false;
  std::int64_t stop_deadline_ms_ = kNever;
};

}  // namespace wangdi::http
