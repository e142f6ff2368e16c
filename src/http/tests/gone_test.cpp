// SPDX-License-Identifier: Apache-2.0
// F11: a line that is cut without a word. Server and client stand in a network of their own, whose
// only interface is taken away under them: nothing arrives any more, neither data nor a goodbye.
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

#include <future>

#include "http/tests/harness.hpp"

namespace wangdi::http::testing {
namespace {

// Switches the loopback interface of this thread's network; false when that is not allowed.
bool switch_loopback(bool on) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  bool done = ::ioctl(socket, SIOCGIFFLAGS, &request) == 0;
  const auto up = static_cast<short>(IFF_UP);
  request.ifr_flags = static_cast<short>(on ? request.ifr_flags | up : request.ifr_flags & ~up);
  done = done && ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
  ::close(socket);
  return done;
}

void expect_dropped_after_a_cut() {
  constexpr std::int64_t kGoneMs = 1'000;  // of real time: the system's own timers
  Options options;
  options.peer_gone_ms = kGoneMs;
  TestServer server(std::move(options));
  server.echo(Method::get, "/api/a");
  std::promise<std::shared_ptr<Stream>> opened;
  server.route(Method::get, "/api/stream", [&](Request, ResponderPtr responder) {
    opened.set_value(responder->open_stream());
  });
  ASSERT_TRUE(server.start());
  auto idle = server.client();
  EXPECT_EQ(idle.get("/api/a").status, 200);
  auto listening = server.client();
  listening.send("GET /api/stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = opened.get_future().get();
  ASSERT_TRUE(listening.wait_for("\r\n\r\n"));
  auto half = server.client();
  half.send("POST /api/a HTTP/1.1\r\nHost: a\r\nContent-Le");
  ASSERT_TRUE(server.until([](const Counters& now) { return now.connections_open == 3; }));

  ASSERT_TRUE(switch_loopback(false));
  stream->send("changed", "1", "{}");
  // The server's own clock stands still, so no deadline of it ends them.
  EXPECT_TRUE(server.until([](const Counters& now) { return now.connections_open == 0; }));
  EXPECT_EQ(server.server().counters().deadlines_passed, 0u);
  ASSERT_TRUE(switch_loopback(true));
  auto next = server.client();
  EXPECT_EQ(next.get("/api/a").status, 200) << "it goes on";
}

// fault: F11
TEST(Gone, a_peer_that_is_cut_off_without_a_word_is_let_go) {
  bool allowed = false;
  // A thread's network is its own; the server's thread, begun by this one, shares it.
  std::thread inside([&] {
    allowed = ::unshare(CLONE_NEWNET) == 0 && switch_loopback(true);
    if (allowed) expect_dropped_after_a_cut();
  });
  inside.join();
  if (!allowed) GTEST_SKIP() << "not run: a network of its own needs root";
}

}  // namespace
}  // namespace wangdi::http::testing
