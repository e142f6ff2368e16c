// SPDX-License-Identifier: Apache-2.0
// What the tests of the server share: a server on a free loopback port with a clock the test turns,
// and a client that sends bytes as they are. Waiting is poll() with a generous limit, never sleep.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http/http.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wangdi::http::testing {

using wangdi::testing::TemporaryFolder;

inline constexpr int kPatienceMs = 10'000;  // only a broken test waits so long

class FakeClock final : public Clock {
 public:
  UnixMs now() const override { return 1'582'000'000'000 + ms_.load(); }
  std::int64_t monotonic_ms() const override { return ms_.load(); }
  void advance(std::int64_t ms) { ms_ += ms; }

 private:
  std::atomic<std::int64_t> ms_{1'000'000};
};

struct Reply {
  int status = 0;
  std::string head;
  std::map<std::string, std::string> headers;  // names in lower case; repeats joined by '|'
  std::string body;
  bool has(const std::string& name) const { return headers.contains(name); }
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) close();
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client(Client&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}
  ~Client() { close(); }

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  bool connected() const { return socket_ >= 0; }
  int descriptor() const { return socket_; }

  // False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Reads what comes next; false at the end of the connection or when patience ends.
  bool more() {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, kPatienceMs) <= 0) return false;
    char bytes[16 << 10];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  bool wait_for(std::string_view text) {
    while (buffer_.find(text) == std::string::npos) {
      if (!more()) return false;
    }
    return true;
  }
  const std::string& buffer() const { return buffer_; }
  void forget() { buffer_.clear(); }

  // The next whole answer, or status 0.
  Reply reply(bool without_body = false) {
    Reply reply;
    if (!wait_for("\r\n\r\n")) return reply;
    const auto end = buffer_.find("\r\n\r\n") + 4;
    reply.head = buffer_.substr(0, end);
    buffer_.erase(0, end);
    reply.status = std::stoi(reply.head.substr(9, 3));
    parse_headers(reply);
    std::size_t length = 0;
    if (!without_body && reply.has("content-length")) {
      length = std::stoul(reply.header("content-length"));
    }
    while (buffer_.size() < length) {
      if (!more()) return {};
    }
    reply.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return reply;
  }
  Reply get(std::string_view path, std::string_view headers = {}) {
    send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) +
         "\r\n");
    return reply();
  }
  Reply post(std::string_view path, std::string_view body, std::string_view headers = {}) {
    send("POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" + std::string(body));
    return reply();
  }
  // True when the server ends the connection (an end or a reset) within patience.
  bool ended() {
    for (;;) {
      pollfd wait{socket_, POLLIN, 0};
      if (::poll(&wait, 1, kPatienceMs) <= 0) return false;
      char bytes[4096];
      const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) return true;
      buffer_.append(bytes, static_cast<std::size_t>(got));
    }
  }

 private:
  static void parse_headers(Reply& reply) {
    std::size_t at = reply.head.find("\r\n") + 2;
    while (at + 2 < reply.head.size()) {
      const auto end = reply.head.find("\r\n", at);
      const auto line = reply.head.substr(at, end - at);
      at = end + 2;
      const auto colon = line.find(": ");
      if (colon == std::string::npos) continue;
      auto name = line.substr(0, colon);
      for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      auto& value = reply.headers[name];
      if (!value.empty()) value.push_back('|');
      value.append(line.substr(colon + 2));
    }
  }
  int socket_;
  std::string buffer_;
};

class TestServer {
 public:
  explicit TestServer(Options options = {}) {
    options.port = 0;
    options.sweep_ms = 5;
    server_ = make_server(std::move(options), clock);
  }
  ~TestServer() { stop(); }

  void route(Method method, std::string path, Handler handler,
             std::size_t body_bytes_max = limits::kJsonBodyBytes) {
    server_->route({method, std::move(path), std::move(handler), body_bytes_max});
  }
  // A route that answers with what came: "METHOD path?query body".
  void echo(Method method, std::string path, std::size_t body_bytes_max = limits::kJsonBodyBytes) {
    route(
        method, std::move(path),
        [](Request request, ResponderPtr responder) {
          std::string text(method_name(request.method));
          text.append(" ").append(request.path).append("?").append(request.query);
          text.append(" ").append(request.body);
          Response response;
          response.body("text/plain", std::move(text));
          responder->send(std::move(response));
        },
        body_bytes_max);
  }
  bool start() {
    if (!server_->listen()) return false;
    thread_ = std::thread([this] { server_->run(); });
    return true;
  }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  Client client() const { return Client(server_->port()); }
  Server& server() { return *server_; }
  // Waits until the counters say so.
  bool until(const std::function<bool(const Counters&)>& holds) const {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (!holds(server_->counters())) {
      if (std::chrono::steady_clock::now() > limit) return false;
      ::poll(nullptr, 0, 1);
    }
    return true;
  }

  FakeClock clock;

 private:
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

}  // namespace wangdi::http::testing
