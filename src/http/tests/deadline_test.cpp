// SPDX-License-Identifier: Apache-2.0
// Slow peers, stopping, event streams and proxies: all on a clock that the test turns.
#include <gtest/gtest.h>

#include <future>

#include "http/tests/harness.hpp"

namespace wangdi::http::testing {
namespace {

// security: DO1
TEST(Deadline, ends_a_header_that_does_not_come) {
  TestServer server;
  ASSERT_TRUE(server.start());
  auto silent = server.client();
  auto drip = server.client();
  drip.send("GET / HTTP/1.1\r\nHost: a\r\n");
  ASSERT_TRUE(server.until(
      [](const Counters& now) { return now.requests == 1 && now.connections_open == 2; }));
  for (int second = 0; second < 9; ++second) {
    server.clock.advance(1000);
    drip.send("X: y\r\n");
  }
  server.clock.advance(1001);
  EXPECT_EQ(drip.reply().status, 408);
  EXPECT_TRUE(drip.ended());
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(silent.buffer().empty());
  drip.close();
  EXPECT_TRUE(server.until([](const Counters& now) { return now.connections_open == 0; }));
}

TEST(Deadline, ends_an_idle_connection_quietly) {
  TestServer server;
  server.echo(Method::get, "/api/a");
  ASSERT_TRUE(server.start());
  auto client = server.client();
  EXPECT_EQ(client.get("/api/a").status, 200);
  server.clock.advance(74'000);
  EXPECT_EQ(client.get("/api/a").status, 200);
  // When the server begins to wait is not seen from here, so its clock goes on until it has ended.
  ASSERT_TRUE(server.until([&](const Counters& now) {
    server.clock.advance(1'000);
    return now.connections_open == 0;
  }));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(client.buffer().empty());
  EXPECT_EQ(server.server().counters().deadlines_passed, 0u);
}

// security: DO1
TEST(Deadline, ends_a_body_slower_than_500_bytes_a_second) {
  TestServer server;
  server.echo(Method::post, "/api/a");
  ASSERT_TRUE(server.start());
  const std::string head = "POST /api/a HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n";
  auto slow = server.client();
  slow.send(head + "x");
  auto fair = server.client();
  fair.send(head);
  std::uint64_t sent = 1;
  ASSERT_TRUE(server.until([](const Counters& now) { return now.requests == 2; }));
  for (int second = 0; second < 39; ++second) {
    fair.send(std::string(500, 'x'));
    sent += 500;
    // The server has read what was sent before its clock goes on.
    ASSERT_TRUE(server.until([&](const Counters& now) { return now.body_bytes_in >= sent; }));
    server.clock.advance(1000);
  }
  EXPECT_EQ(slow.reply().status, 408);
  EXPECT_TRUE(slow.ended());
  fair.send(std::string(500, 'x'));
  EXPECT_EQ(fair.reply().status, 200);
  EXPECT_EQ(server.server().counters().deadlines_passed, 1u);
}

// security: DO1
TEST(Deadline, ends_a_body_that_rests_on_what_it_sent) {
  TestServer server;
  server.echo(Method::post, "/api/a");
  ASSERT_TRUE(server.start());
  auto client = server.client();
  client.send("POST /api/a HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" +
              std::string(499'999, 'x'));
  ASSERT_TRUE(server.until([](const Counters& now) { return now.body_bytes_in == 499'999; }));
  server.clock.advance(30'001);
  EXPECT_EQ(client.reply().status, 408);
}

// security: DO1
TEST(Deadline, drops_a_reader_that_takes_nothing) {
  TestServer server;
  server.route(Method::get, "/api/large", [](Request, ResponderPtr responder) {
    Response response;
    response.body("text/plain", std::string(32 << 20, 'x'));
    responder->send(std::move(response));
  });
  ASSERT_TRUE(server.start());
  auto client = server.client();
  client.send("GET /api/large HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(client.wait_for("200 OK"));
  // Reads on for a while: the deadline moves with what is taken.
  for (int second = 0; second < 60; second += 20) {
    const auto before = client.buffer().size();
    while (client.buffer().size() < before + (4 << 20)) ASSERT_TRUE(client.more());
    server.clock.advance(20'000);
  }
  ASSERT_EQ(server.server().counters().connections_open, 1u);
  ASSERT_TRUE(server.until([&](const Counters& now) {
    server.clock.advance(1'000);
    return now.connections_open == 0;
  }));
  EXPECT_EQ(server.server().counters().deadlines_passed, 1u);
}

// A kernel left to itself keeps 4 MB for each of them: a few hundred were enough for a machine of 2
// GB. security: DO1
TEST(Deadline, keeps_little_for_a_reader_that_takes_nothing) {
  constexpr std::size_t kPageBytes = 64 << 10, kPages = 200, kKeptBytesMost = 1 << 20;
  TestServer server;
  server.route(Method::get, "/api/page", [](Request, ResponderPtr responder) {
    Response response;
    response.body("text/plain", std::string(kPageBytes, 'x'));
    responder->send(std::move(response));
  });
  ASSERT_TRUE(server.start());
  auto client = server.client();
  std::string requests;
  for (std::size_t i = 0; i < kPages; ++i) requests += "GET /api/page HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(requests);
  ASSERT_TRUE(server.until([](const Counters& now) { return now.requests > 1; }));
  ASSERT_TRUE(server.until([&](const Counters& now) {
    server.clock.advance(1'000);
    return now.connections_open == 0;
  }));
  EXPECT_LE(server.server().counters().body_bytes_out, kKeptBytesMost);
}

TEST(Deadline, answers_for_a_handler_that_never_does) {
  TestServer server;
  ResponderPtr kept;
  std::promise<void> called;
  server.route(Method::get, "/api/never", [&](Request, ResponderPtr responder) {
    kept = std::move(responder);
    called.set_value();
  });
  ASSERT_TRUE(server.start());
  auto client = server.client();
  client.send("GET /api/never HTTP/1.1\r\nHost: a\r\n\r\n");
  called.get_future().wait();
  server.clock.advance(120'001);
  EXPECT_EQ(client.reply().status, 500);
  EXPECT_TRUE(client.ended());
  kept->send(Response::json(200, "{}"));  // late, to nobody
  server.stop();
  kept.reset();
}

// The connection of a request goes on to serve: a late answer must not be taken for the next one's.
TEST(Deadline, late_answers_reach_no_other_request) {
  TestServer server;
  std::vector<ResponderPtr> kept;
  server.route(Method::get, "/api/keep", [&](Request, ResponderPtr responder) {
    responder->send(Response::json(200, "1"));
    kept.push_back(std::move(responder));
  });
  server.route(Method::get, "/api/again", [&](Request, ResponderPtr responder) {
    kept.front()->send(Response::json(200, "\"wrong\""));
    responder->send(Response::json(200, "2"));
  });
  ASSERT_TRUE(server.start());
  auto client = server.client();
  EXPECT_EQ(client.get("/api/keep").body, "1");
  EXPECT_EQ(client.get("/api/again").body, "2");
  server.stop();
}

TEST(Stop, finishes_what_has_begun_and_takes_nothing_new) {
  TestServer server;
  ResponderPtr kept;
  std::promise<void> called;
  server.route(Method::get, "/api/long", [&](Request, ResponderPtr responder) {
    kept = std::move(responder);
    called.set_value();
  });
  server.echo(Method::get, "/api/a");
  ASSERT_TRUE(server.start());
  auto idle = server.client();
  EXPECT_EQ(idle.get("/api/a").status, 200);
  auto begun = server.client();
  begun.send("GET /api/long HTTP/1.1\r\nHost: a\r\n\r\n");
  called.get_future().wait();
  server.server().stop();
  EXPECT_TRUE(idle.ended());
  // The acceptor is closed once the idle connection has ended.
  EXPECT_FALSE(server.client().connected());
  kept->send(Response::json(200, "\"done\""));
  const auto reply = begun.reply();
  EXPECT_EQ(reply.body, "\"done\"");
  EXPECT_EQ(reply.header("connection"), "close");
  EXPECT_TRUE(begun.ended());
  server.stop();
  kept.reset();
}

TEST(Stop, does_not_wait_longer_than_its_grace) {
  TestServer server;
  ResponderPtr kept;
  std::promise<void> called;
  server.route(Method::get, "/api/never", [&](Request, ResponderPtr responder) {
    kept = std::move(responder);
    called.set_value();
  });
  ASSERT_TRUE(server.start());
  auto half = server.client();
  half.send("GET /");
  auto waiting = server.client();
  waiting.send("GET /api/never HTTP/1.1\r\nHost: a\r\n\r\n");
  called.get_future().wait();
  ASSERT_TRUE(server.until([](const Counters& now) { return now.requests == 2; }));
  server.server().stop();
  ASSERT_TRUE(server.until([&](const Counters& now) {
    server.clock.advance(1'000);
    return now.connections_open == 0;
  }));
  EXPECT_TRUE(half.ended());
  EXPECT_TRUE(waiting.ended());
  server.stop();
  kept->send(Response::json(200, "{}"));
}

TEST(Stop, may_come_before_anything_else) {
  TestServer server;
  ASSERT_TRUE(server.server().listen());
  server.server().stop();
  server.server().run();
}

}  // namespace
}  // namespace wangdi::http::testing
