// SPDX-License-Identifier: Apache-2.0
// The server over a socket: routes, bodies, pipelining, answers from other threads, limits.
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "http/tests/harness.hpp"

namespace wangdi::http::testing {
namespace {

TEST(Server, answers_a_route_and_keeps_the_connection) {
  TestServer server;
  server.echo(Method::get, "/api/v1/echo");
  server.echo(Method::post, "/api/v1/echo");
  ASSERT_TRUE(server.start());
  auto client = server.client();
  EXPECT_EQ(client.get("/api/v1/echo?a=1").body, "GET /api/v1/echo?a=1 ");
  EXPECT_EQ(client.post("/api/v1/echo", "hello").body, "POST /api/v1/echo? hello");
  const auto reply = client.get("/api/v1/echo");
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(reply.has("connection"));
  EXPECT_EQ(server.server().counters().requests, 3u);
  EXPECT_EQ(server.server().counters().connections_open, 1u);
}

// security: WC1, WC2
TEST(Server, sends_the_security_headers_on_every_answer) {
  TestServer server;
  server.echo(Method::get, "/api/v1/echo");
  server.echo(Method::get, "/health");
  ASSERT_TRUE(server.start());
  auto client = server.client();
  for (const auto* path : {"/api/v1/echo", "/health", "/api/v1/missing", "/missing"}) {
    const auto reply = client.get(path);
    EXPECT_TRUE(reply.header("content-security-policy").starts_with("default-src 'none'")) << path;
    EXPECT_EQ(reply.header("x-content-type-options"), "nosniff") << path;
    EXPECT_EQ(reply.header("referrer-policy"), "no-referrer") << path;
    EXPECT_EQ(reply.header("cross-origin-opener-policy"), "same-origin") << path;
    EXPECT_EQ(reply.header("cross-origin-resource-policy"), "same-origin") << path;
    EXPECT_EQ(reply.header("cache-control"), "no-store") << path;
    EXPECT_TRUE(reply.has("permissions-policy")) << path;
    EXPECT_TRUE(reply.has("x-request-id")) << path;
    EXPECT_FALSE(reply.has("server")) << path;
    EXPECT_FALSE(reply.has("strict-transport-security")) << path;
  }
}

TEST(Server, answers_pipelined_requests_in_their_order) {
  TestServer server;
  std::mutex mutex;
  std::vector<std::thread> workers;
  // The first answers come later than the following: order must hold all the same.
  server.route(Method::get, "/api/slow", [&](Request, ResponderPtr responder) {
    const std::lock_guard lock(mutex);
    workers.emplace_back([responder] { responder->send(Response::json(200, "\"slow\"")); });
  });
  server.route(Method::get, "/api/fast", [](Request, ResponderPtr responder) {
    responder->send(Response::json(200, "\"fast\""));
  });
  ASSERT_TRUE(server.start());
  auto client = server.client();
  std::string requests;
  for (int pair = 0; pair < 50; ++pair) {
    requests +=
        "GET /api/slow HTTP/1.1\r\nHost: a\r\n\r\nGET /api/fast HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  ASSERT_TRUE(client.send(requests));
  for (int pair = 0; pair < 50; ++pair) {
    EXPECT_EQ(client.reply().body, "\"slow\"");
    EXPECT_EQ(client.reply().body, "\"fast\"");
  }
  server.stop();
  for (auto& worker : workers) worker.join();
}

TEST(Server, delivers_answers_of_another_thread_together_when_they_are_held) {
  TestServer server;
  std::promise<ResponderPtr> first, second;
  server.route(Method::get, "/first",
               [&](Request, ResponderPtr responder) { first.set_value(std::move(responder)); });
  server.route(Method::get, "/second",
               [&](Request, ResponderPtr responder) { second.set_value(std::move(responder)); });
  server.echo(Method::get, "/other");
  ASSERT_TRUE(server.start());
  auto one = server.client();
  auto two = server.client();
  one.send("GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n");
  two.send("GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto to_one = first.get_future().get();
  auto to_two = second.get_future().get();
  server.server().hold_answers();
  to_one->send(Response::json(200, "1"));
  to_two->send(Response::json(200, "2"));
  // The network thread itself goes on answering.
  EXPECT_EQ(server.client().get("/other").status, 200);
  EXPECT_TRUE(server.until([](const Counters& now) { return now.answers_2xx == 1; }));
  server.server().release_answers();
  EXPECT_EQ(one.reply().body, "1");
  EXPECT_EQ(two.reply().body, "2");
}

TEST(Server, takes_a_body_in_any_pieces) {
  TestServer server;
  server.echo(Method::post, "/api/echo");
  ASSERT_TRUE(server.start());
  const std::string body(3000, 'x');
  const std::string plain =
      "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n" + body;
  const std::string chunked =
      "POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3E8\r\n" +
      body.substr(0, 1000) + "\r\n7d0\r\n" + body.substr(1000) + "\r\n0\r\n\r\n";
  for (const auto& request : {plain, chunked}) {
    for (const std::size_t step : {1u, 2u, 7u, 1000u}) {
      auto client = server.client();
      for (std::size_t at = 0; at < request.size(); at += step) {
        ASSERT_TRUE(client.send(std::string_view(request).substr(at, step)));
      }
      EXPECT_EQ(client.reply().body, "POST /api/echo? " + body) << step;
      EXPECT_EQ(client.post("/api/echo", "again").status, 200);
    }
  }
}

TEST(Server, refuses_a_body_above_the_limit_of_its_route) {
  TestServer server;
  server.echo(Method::post, "/api/small", 10);
  server.echo(Method::post, "/api/large", 1 << 20);
  ASSERT_TRUE(server.start());
  EXPECT_EQ(server.client().post("/api/small", "0123456789").status, 200);
  auto declared = server.client();
  EXPECT_EQ(declared.post("/api/small", "0123456789a").status, 413);
  EXPECT_TRUE(declared.ended());
  auto chunked = server.client();
  chunked.send(
      "POST /api/small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n"
      "8\r\n01234567\r\n0\r\n\r\n");
  const auto refused = chunked.reply();
  EXPECT_EQ(refused.status, 413);
  EXPECT_NE(refused.body.find("10 B"), std::string::npos);
  EXPECT_TRUE(chunked.ended());
  EXPECT_EQ(server.client().post("/api/large", std::string(1 << 20, 'x')).status, 200);
}

TEST(Server, says_continue_to_a_client_that_waits_for_it) {
  TestServer server;
  server.echo(Method::post, "/api/echo");
  ASSERT_TRUE(server.start());
  auto client = server.client();
  client.send(
      "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.reply().status, 100);
  client.send("ok");
  EXPECT_EQ(client.reply().body, "POST /api/echo? ok");
  auto refused = server.client();
  refused.send(
      "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\nExpect: "
      "100-continue\r\n\r\n");
  EXPECT_EQ(refused.reply().status, 413);
}

TEST(Server, answers_500_when_a_handler_drops_or_throws) {
  TestServer server;
  server.route(Method::get, "/api/drop", [](Request, ResponderPtr) {});
  server.route(Method::get, "/api/throw",
               [](Request, ResponderPtr) { throw std::runtime_error("secret"); });
  server.route(Method::get, "/api/twice", [](Request, ResponderPtr responder) {
    responder->send(Response::json(200, "1"));
    responder->send(Response::json(200, "2"));
    EXPECT_TRUE(responder->open_stream()->closed());
  });
  ASSERT_TRUE(server.start());
  auto client = server.client();
  for (const auto* path : {"/api/drop", "/api/throw"}) {
    const auto reply = client.get(path, "Accept-Language: en\r\n");
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.header("content-type"), "application/problem+json");
    EXPECT_NE(reply.body.find("\"instance\":\"" + reply.header("x-request-id") + "\""),
              std::string::npos);
    EXPECT_EQ(reply.body.find("secret"), std::string::npos);
  }
  EXPECT_EQ(client.get("/api/twice").body, "1");
}

TEST(Server, finds_routes_by_method_and_prefix) {
  TestServer server;
  server.echo(Method::get, "/api/a");
  server.echo(Method::post, "/api/a");
  server.echo(Method::get, "/api/tree/*");
  server.echo(Method::get, "/api/tree/deep/*");
  ASSERT_TRUE(server.start());
  auto client = server.client();
  EXPECT_EQ(client.get("/api/tree/x/y").body, "GET /api/tree/x/y? ");
  EXPECT_EQ(client.get("/api/tree").status, 404);
  client.send("HEAD /api/a HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto head = client.reply(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "13");
  client.send("DELETE /api/a HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto refused = client.reply();
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.header("allow"), "GET, HEAD, POST");
  client.send("TRACE /api/a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.reply().status, 405);
}

TEST(Server, keeps_http_1_0_as_its_client_asks) {
  TestServer server;
  server.echo(Method::get, "/api/a");
  ASSERT_TRUE(server.start());
  auto kept = server.client();
  kept.send("GET /api/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.reply().header("connection"), "keep-alive");
  kept.send("GET /api/a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(kept.reply().header("connection"), "close");
  EXPECT_TRUE(kept.ended());
  auto closed = server.client();
  EXPECT_EQ(closed.get("/api/a", "Connection: close\r\n").header("connection"), "close");
  EXPECT_TRUE(closed.ended());
}

// security: DO1
TEST(Server, limits_the_requests_of_one_client) {
  Options options;
  options.requests_per_second_per_client = 2;
  options.burst_per_client = 3;
  TestServer server(options);
  server.echo(Method::get, "/api/a");
  ASSERT_TRUE(server.start());
  auto client = server.client();
  for (int request = 0; request < 3; ++request) EXPECT_EQ(client.get("/api/a").status, 200);
  const auto refused = client.get("/api/a");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(server.server().counters().rate_limited, 1u);
  server.clock.advance(500);
  EXPECT_EQ(client.get("/api/a").status, 200);
  EXPECT_EQ(client.get("/api/a").status, 429);
}

// security: DO1
TEST(Server, limits_connections_in_all_and_of_one_client) {
  for (const bool per_client : {true, false}) {
    Options options;
    (per_client ? options.connections_per_client_max : options.connections_max) = 2;
    TestServer server(options);
    server.echo(Method::get, "/api/a");
    ASSERT_TRUE(server.start());
    auto first = server.client();
    auto second = server.client();
    EXPECT_EQ(first.get("/api/a").status, 200);
    EXPECT_EQ(second.get("/api/a").status, 200);
    auto third = server.client();
    EXPECT_TRUE(third.ended());
    EXPECT_TRUE(third.buffer().starts_with("HTTP/1.1 429 ")) << third.buffer();
    EXPECT_EQ(server.server().counters().connections_refused, 1u);
    first.close();
    ASSERT_TRUE(server.until([](const Counters& now) { return now.connections_open == 1; }));
    EXPECT_EQ(server.client().get("/api/a").status, 200);
  }
}

// security: DO1
TEST(Server, limits_the_memory_of_all_bodies) {
  Options options;
  options.body_bytes_total_max = 150'000;
  TestServer server(options);
  server.echo(Method::post, "/api/a");
  ASSERT_TRUE(server.start());
  auto holder = server.client();
  holder.send("POST /api/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n" +
              std::string(100'000, 'x'));
  ASSERT_TRUE(server.until([](const Counters& now) { return now.body_bytes_in == 100'000; }));
  const auto refused = server.client().post("/api/a", std::string(120'000, 'x'));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "5");
  holder.send("x");
  EXPECT_EQ(holder.reply().status, 200);
  EXPECT_EQ(server.client().post("/api/a", std::string(140'000, 'x')).status, 200);
}

// security: SE4
TEST(Server, lets_a_write_in_only_from_its_own_origin) {
  TestServer server;
  server.echo(Method::post, "/api/a");
  server.echo(Method::get, "/api/a");
  ASSERT_TRUE(server.start());
  struct Case {
    std::string origin;
    int status;
  };
  for (const auto& [origin, status] : std::vector<Case>{{"http://localhost", 200},
                                                        {"http://LOCALHOST:80", 200},
                                                        {"https://localhost", 200},
                                                        {"http://localhost:8080", 403},
                                                        {"http://evil.example", 403},
                                                        {"null", 403},
                                                        {"http://localhost.evil.example", 403},
                                                        {"ftp://localhost", 403}}) {
    auto client = server.client();
    EXPECT_EQ(client.post("/api/a", "x", "Origin: " + origin + "\r\n").status, status) << origin;
    EXPECT_EQ(server.client().get("/api/a", "Origin: " + origin + "\r\n").status, 200) << origin;
  }
}

TEST(Server, writes_an_access_line_without_personal_data) {
  std::mutex mutex;
  std::string log;
  Options options;
  options.access_log = [&](const Access& access) {
    const std::lock_guard lock(mutex);
    append_access_line(access, 7, log);
  };
  TestServer server(options);
  server.echo(Method::post, "/api/a");
  ASSERT_TRUE(server.start());
  auto client = server.client();
  const auto id = client.post("/api/a?phone=13900000000", "name").header("x-request-id");
  client.get("/%E7%8E%8B%E4%BA%94");
  server.stop();
  EXPECT_EQ(log.find("139"), std::string::npos);
  EXPECT_EQ(log.find("name"), std::string::npos);
  EXPECT_EQ(log.find("127.0"), std::string::npos);
  EXPECT_EQ(log.find("\xE7\x8E\x8B"), std::string::npos);
  EXPECT_TRUE(log.starts_with(
      "{\"time\":7,\"level\":\"info\",\"event\":\"request\",\"request\":\"" + id +
      "\",\"method\":\"POST\",\"route\":\"/api/a\",\"status\":200,\"bytes_in\":4,\"bytes_out\":"))
      << log;
  EXPECT_NE(log.find("\"method\":\"GET\",\"route\":\"\",\"status\":404"), std::string::npos) << log;
}

TEST(Server, says_which_setting_is_wrong) {
  FakeClock clock;
  Options wrong_address;
  wrong_address.address = "not-an-address";
  Options wrong_proxy;
  wrong_proxy.trusted_proxies = {"10.0.0.0/33"};
  Options wrong_folder;
  wrong_folder.static_folder = "/nonexistent/web";
  for (const auto& options : {wrong_address, wrong_proxy, wrong_folder}) {
    const auto status = make_server(options, clock)->listen();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), ErrorCode::configuration_invalid);
  }
}

}  // namespace
}  // namespace wangdi::http::testing
