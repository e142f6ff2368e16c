// SPDX-License-Identifier: Apache-2.0
// Asio as the server uses it: everything on one concrete executor, because the type-erased one
// costs a virtual call and an allocation per operation. Included by server.cpp alone.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace wangdi::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Token = asio::use_awaitable_t<Executor>;
template <class T>
using Task = asio::awaitable<T, Executor>;
using Socket = asio::basic_stream_socket<tcp, Executor>;
// Takes the socket by reference: plain and TLS share one socket and its deadlines.
using TlsStream = asio::ssl::stream<Socket&>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();  // a deadline

// Lets one coroutine wait until the network thread wakes it.
class Signal {
 public:
  Task<void> wait() {
    if (!raised_) {
      co_await asio::async_initiate<const Token&, void()>(
          [this](auto&& handler) { waiting_.emplace(std::forward<decltype(handler)>(handler)); },
          Token{});
    }
    raised_ = false;
  }
  void raise() {
    raised_ = true;
    if (!waiting_) return;
    auto handler = std::move(*waiting_);
    waiting_.reset();
    handler();
  }

 private:
  using Handler = asio::async_result<Token, void()>::handler_type;
  std::optional<Handler> waiting_;
  bool raised_ = false;
};

}  // namespace wangdi::http
