// SPDX-License-Identifier: Apache-2.0
// One connection and what reaches it from other threads. Included by server.cpp alone.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/admission.hpp"
#include "http/answer.hpp"
#include "http/coroutines.hpp"
#include "http/event_queue.hpp"
#include "http/parser.hpp"

namespace wangdi::http {

class Core;
class Session;

// What other threads have for sessions. Letters that come while some wait cost no second wake-up.
class Mailbox {
 public:
  struct Letter {
    std::shared_ptr<Session> to;
    std::uint64_t request = 0;
    std::optional<Response> response;
    std::shared_ptr<EventQueue> stream;
  };
  explicit Mailbox(Core& core) : core_(&core) {}
  void post(Letter letter);
  // Letters posted between the two wake the network thread once, at the end.
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void release();
  std::vector<Letter> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(letters_, {});
  }
  // After this the core is not touched again.
  void close() {
    std::vector<Letter> dropped;  // their sessions end outside the lock
    const std::lock_guard lock(mutex_);
    core_ = nullptr;
    dropped.swap(letters_);
  }

 private:
  std::mutex mutex_;
  Core* core_;
  bool held_ = false;
  std::vector<Letter> letters_;
};

class EventStream final : public Stream {
 public:
  EventStream(std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Session> session)
      : mailbox_(std::move(mailbox)),
        session_(std::move(session)),
        queue_(std::make_shared<EventQueue>()) {}
  void send(std::string_view event, std::string_view id, std::string_view data) override {
    tell(queue_->add(format_event(event, id, data)));
  }
  void close() override { tell(queue_->close()); }
  bool closed() const override { return queue_->closed(); }
  const std::shared_ptr<EventQueue>& queue() const { return queue_; }

 private:
  void tell(EventQueue::Added added) {
    if (added == EventQueue::Added::wake) mailbox_->post({session_, 0, std::nullopt, nullptr});
  }
  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<Session> session_;
  std::shared_ptr<EventQueue> queue_;
};

class Session final : public std::enable_shared_from_this<Session> {
 public:
  Session(Core& core, Socket socket, const Address& peer);
  Task<void> run();
  void sweep(std::int64_t now_ms);
  void stop();
  void abort();
  // The answer of the request that is being handled; anything else is late and ignored.
  void deliver(Mailbox::Letter& letter);
  bool dispatching() const { return dispatching_; }
  Address peer() const { return memory_.peer; }

 private:
  enum class Phase : std::uint8_t { idle, head, body, handler, write, stream, linger };
  enum class Read : std::uint8_t { bytes, end };

  Task<bool> shake_hands();
  Task<void> say_goodbye();
  using Buffers = std::array<asio::const_buffer, 2>;
  Task<std::size_t> receive(asio::mutable_buffer into, error_code& failed);
  Task<std::size_t> transmit(const Buffers& from, error_code& failed);
  Task<bool> read_head(bool first);
  Task<bool> serve();
  Task<bool> read_body(const Route& route);
  Task<bool> handle(const Route& route);
  Task<bool> write(Answer answer);
  Task<bool> write_rest(std::string_view first, std::string_view second);
  Task<bool> refuse(Error error);
  Task<bool> refuse_answer(Response response);
  Task<void> serve_stream();
  static Task<void> watch(std::shared_ptr<Session> self);
  Task<void> linger();
  bool parse_head(std::size_t bytes);
  std::string_view buffered() const {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
  }
  AnswerContext context(bool close) const;
  void begin_request();
  void account(int status, std::uint64_t bytes_out);
  void release_body();

  Core& core_;
  std::optional<Socket> socket_;  // gone when run() ends: a late Responder may outlive the server
  std::optional<TlsStream> tls_;  // over the socket; empty: in clear
  ClientMemory memory_;
  ReadBuffer buffer_;
  std::int64_t deadline_ms_ = kNever;
  Phase phase_ = Phase::idle;
  bool timed_out_ = false;
  bool aborted_ = false;
  bool linger_ = false;
  bool dispatching_ = false;
  bool watching_ = false;  // a second coroutine reads

  std::optional<RequestHead> head_;
  std::optional<Parser> parser_;
  std::string body_;
  std::size_t body_charged_ = 0;  // of the total of all bodies
  std::uint64_t request_ = 0;     // number of the request, so that late answers are known
  std::int64_t started_ms_ = 0;
  std::string request_id_;
  std::string_view log_route_;
  Method method_ = Method::other;
  bool api_ = false;
  bool secure_ = false;
  bool http_1_0_ = false;
  std::uint64_t bytes_in_ = 0;

  Signal signal_;
  std::optional<Response> response_;
  std::shared_ptr<EventQueue> stream_;
  std::int64_t stream_sent_ms_ = 0;
};

class SessionResponder final : public Responder {
 public:
  SessionResponder(std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Session> session,
                   std::uint64_t request)
      : mailbox_(std::move(mailbox)), session_(std::move(session)), request_(request) {}
  ~SessionResponder() override {
    // An invalid status asks the session for its own 500.
    if (!used_.exchange(true)) mailbox_->post({session_, request_, Response(0), nullptr});
  }
  void send(Response response) override {
    if (used_.exchange(true)) return;
    mailbox_->post({session_, request_, std::move(response), nullptr});
  }
  std::shared_ptr<Stream> open_stream() override {
    auto stream = std::make_shared<EventStream>(mailbox_, session_);
    if (used_.exchange(true)) {
      stream->queue()->close();
    } else {
      mailbox_->post({session_, request_, std::nullopt, stream->queue()});
    }
    return stream;
  }

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<Session> session_;
  std::uint64_t request_;
  std::atomic<bool> used_{false};
};

}  // namespace wangdi::http
