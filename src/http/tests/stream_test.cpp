// SPDX-License-Identifier: Apache-2.0
// Event streams: form, heartbeat, slow readers, closing from either side, many threads.
#include <gtest/gtest.h>

#include <future>

#include "http/answer.hpp"
#include "http/event_queue.hpp"
#include "http/tests/harness.hpp"

namespace wangdi::http::testing {
namespace {

// A server whose /api/stream hands its streams to the test.
struct StreamServer {
  explicit StreamServer(Options options = {}) : server(std::move(options)) {
    server.route(Method::get, "/api/stream", [this](Request request, ResponderPtr responder) {
      last_event_id = request.header("last-event-id");
      opened.set_value(responder->open_stream());
    });
    EXPECT_TRUE(server.start());
  }
  std::shared_ptr<Stream> open(Client& client) {
    opened = {};
    client.send("GET /api/stream HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 41\r\n\r\n");
    return opened.get_future().get();
  }
  TestServer server;
  std::promise<std::shared_ptr<Stream>> opened;
  std::string last_event_id;
};

TEST(Event, is_formatted_so_that_no_text_can_leave_its_field) {
  using std::string_literals::operator""s;
  EXPECT_EQ(format_event("changed", "42", "{}"), "event: changed\nid: 42\ndata: {}\n\n");
  EXPECT_EQ(format_event("", "", ""), "data: \n\n");
  EXPECT_EQ(format_event("", "", "a\nb\r\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(format_event("a\nid: 9", "1\r2", "x"), "data: x\n\n");
  EXPECT_EQ(format_event("a\0b"s, "1\0"s, "x"), "data: x\n\n");
}

TEST(Queue, wakes_once_and_ends_when_too_much_waits) {
  EventQueue queue;
  EXPECT_EQ(queue.add("a"), EventQueue::Added::wake);
  EXPECT_EQ(queue.add("b"), EventQueue::Added::waiting);
  EXPECT_EQ(queue.take().text, "ab");
  EXPECT_EQ(queue.add(std::string(EventQueue::kBytesMax, 'x')), EventQueue::Added::wake);
  EXPECT_FALSE(queue.closed());
  EXPECT_EQ(queue.add("c"), EventQueue::Added::wake);
  EXPECT_TRUE(queue.closed());
  EXPECT_EQ(queue.add("d"), EventQueue::Added::refused);
  const auto taken = queue.take();
  EXPECT_TRUE(taken.overflown);
  EXPECT_TRUE(taken.text.empty());
}

TEST(Stream, carries_events_of_any_thread_in_order) {
  StreamServer streams;
  auto client = streams.server.client();
  auto stream = streams.open(client);
  EXPECT_EQ(streams.last_event_id, "41");
  ASSERT_TRUE(client.wait_for(": open\n\n"));
  EXPECT_NE(client.buffer().find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_NE(client.buffer().find("Cache-Control: no-store\r\n"), std::string::npos);
  EXPECT_EQ(client.buffer().find("Content-Length"), std::string::npos);
  std::string expected;
  for (int event = 0; event < 1000; ++event) {
    stream->send("changed", std::to_string(event), "{}");
    expected += "event: changed\nid: " + std::to_string(event) + "\ndata: {}\n\n";
  }
  ASSERT_TRUE(client.wait_for("id: 999\ndata: {}\n\n"));
  EXPECT_NE(client.buffer().find(expected), std::string::npos);
  EXPECT_EQ(streams.server.server().counters().streams_open, 1u);
  stream->send("last", "", "x");
  stream->close();
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(client.buffer().ends_with("event: last\ndata: x\n\n"));
  EXPECT_TRUE(stream->closed());
  stream->send("changed", "", "too late");
}

TEST(Stream, sends_a_heartbeat_every_15_seconds) {
  StreamServer streams;
  auto client = streams.server.client();
  auto stream = streams.open(client);
  ASSERT_TRUE(client.wait_for(": open\n\n"));
  for (int beat = 0; beat < 3; ++beat) {
    client.forget();
    ASSERT_TRUE(streams.server.until([&](const Counters&) {
      streams.server.clock.advance(1'000);
      pollfd readable{client.descriptor(), POLLIN, 0};
      return ::poll(&readable, 1, 5) == 1;
    }));
    ASSERT_TRUE(client.wait_for(": \n\n"));
  }
}

TEST(Stream, ends_when_its_reader_goes_away) {
  StreamServer streams;
  auto client = streams.server.client();
  auto stream = streams.open(client);
  ASSERT_TRUE(client.wait_for(": open\n\n"));
  client.close();
  ASSERT_TRUE(streams.server.until(
      [](const Counters& now) { return now.streams_open == 0 && now.connections_open == 0; }));
  EXPECT_TRUE(stream->closed());
}

// security: DO1
TEST(Stream, drops_a_reader_that_is_too_slow) {
  StreamServer streams;
  auto client = streams.server.client();
  auto stream = streams.open(client);
  ASSERT_TRUE(client.wait_for(": open\n\n"));
  const std::string data(10'000, 'x');
  ASSERT_TRUE(streams.server.until([&](const Counters& now) {
    stream->send("changed", "", data);
    streams.server.clock.advance(100);
    return now.streams_open == 0;
  }));
  EXPECT_TRUE(stream->closed());
  const auto counters = streams.server.server().counters();
  EXPECT_EQ(counters.slow_streams_dropped + counters.deadlines_passed, 1u);
}

TEST(Stream, ends_at_the_stop_of_the_server) {
  StreamServer streams;
  auto client = streams.server.client();
  auto stream = streams.open(client);
  ASSERT_TRUE(client.wait_for(": open\n\n"));
  streams.server.stop();
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(stream->closed());
  stream->send("changed", "", "nobody hears");
}

TEST(Stream, is_refused_when_too_many_are_open) {
  Options options;
  options.streams_max = 1;
  StreamServer streams(options);
  auto first = streams.server.client();
  auto stream = streams.open(first);
  ASSERT_TRUE(first.wait_for(": open\n\n"));
  auto second = streams.server.client();
  auto refused = streams.open(second);
  const auto reply = second.reply();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.header("retry-after"), "30");
  EXPECT_TRUE(refused->closed());
  EXPECT_FALSE(stream->closed());
}

TEST(Stream, survives_many_threads_and_an_early_end) {
  StreamServer streams;
  for (int round = 0; round < 20; ++round) {
    auto client = streams.server.client();
    auto stream = streams.open(client);
    std::vector<std::thread> senders;
    for (int thread = 0; thread < 4; ++thread) {
      senders.emplace_back([stream] {
        for (int event = 0; event < 200; ++event) stream->send("changed", "", "{}");
      });
    }
    if (round % 2 == 0) client.wait_for("changed");
    client.close();
    for (auto& sender : senders) sender.join();
  }
  ASSERT_TRUE(streams.server.until([](const Counters& now) { return now.streams_open == 0; }));
}

}  // namespace
}  // namespace wangdi::http::testing
