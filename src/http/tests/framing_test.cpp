// SPDX-License-Identifier: Apache-2.0
// Attacks on framing and headers over raw sockets: each must give 400 and end the connection, and
// nothing behind it may be taken for a request of its own.
#include <gtest/gtest.h>

#include <algorithm>

#include "http/tests/harness.hpp"

namespace wangdi::http::testing {
namespace {

struct Attack {
  std::string name;
  std::string request;
  int status = 400;
};

constexpr std::string_view kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

// Sends each attack with a request behind it and expects one refusal and the end.
void expect_refused(const std::vector<Attack>& attacks) {
  TestServer server;
  server.echo(Method::get, "/api/a");
  server.echo(Method::post, "/api/a");
  std::atomic<int> smuggled{0};
  server.route(Method::get, "/smuggled", [&](Request, ResponderPtr responder) {
    ++smuggled;
    responder->send(Response::json(200, "{}"));
  });
  ASSERT_TRUE(server.start());
  for (const auto& attack : attacks) {
    auto client = server.client();
    client.send(attack.request + std::string(kSmuggled));
    const auto reply = client.reply();
    EXPECT_EQ(reply.status, attack.status) << attack.name;
    EXPECT_EQ(reply.header("connection"), "close") << attack.name;
    EXPECT_EQ(reply.header("content-type"), "application/problem+json") << attack.name;
    EXPECT_TRUE(client.ended()) << attack.name;
    EXPECT_TRUE(client.buffer().empty()) << attack.name << ": " << client.buffer();
  }
  EXPECT_EQ(smuggled, 0);
  EXPECT_EQ(server.client().get("/api/a").status, 200);
}

std::string post(std::string_view headers, std::string_view body = {}) {
  return "POST /api/a HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

// security: IO4
TEST(Framing, refuses_every_second_way_to_say_a_length) {
  expect_refused({
      {"length and coding",
       post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"coding and length",
       post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
      {"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")},
      {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
      {"list of lengths", post("Content-Length: 5, 5\r\n", "hello")},
      {"signed length", post("Content-Length: +5\r\n", "hello")},
      {"negative length", post("Content-Length: -1\r\n")},
      {"hexadecimal length", post("Content-Length: 0x5\r\n", "hello")},
      {"empty length", post("Content-Length: \r\n", "hello")},
      {"length with blank", post("Content-Length: 1 2\r\n", "hello")},
      {"length too long", post("Content-Length: 18446744073709551621\r\n", "hello")},
      {"coding not chunked", post("Transfer-Encoding: gzip\r\n", "hello")},
      {"coding before chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
      {"coding after chunked", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")},
      {"two codings",
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"coding in disguise", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
      {"coding with tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n")},
      {"coding name with blank", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")},
      {"coding in 1.0", "POST /api/a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"body on GET", "GET /api/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"},
      {"chunked body on GET",
       "GET /api/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
  });
}

// security: IO4
TEST(Framing, refuses_bare_line_ends_and_folded_lines) {
  expect_refused({
      {"LF ends the request line", "GET /api/a HTTP/1.1\nHost: a\r\n\r\n"},
      {"LF ends a field", "GET /api/a HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"},
      {"LF only", "GET /api/a HTTP/1.1\nHost: a\n\n"},
      {"empty line of LF", "GET /api/a HTTP/1.1\r\nHost: a\r\n\n"},
      {"CR in a value", "GET /api/a HTTP/1.1\r\nHost: a\r\nX: y\rZ: 1\r\n\r\n"},
      {"CR CR LF", "GET /api/a HTTP/1.1\r\nHost: a\r\r\n\r\n"},
      {"folded by blank", "GET /api/a HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n"},
      {"folded by tab", "GET /api/a HTTP/1.1\r\nHost: a\r\nX: y\r\n\tz\r\n\r\n"},
      {"blank before the first field", "GET /api/a HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n"},
      {"empty line first", "\r\nGET /api/a HTTP/1.1\r\nHost: a\r\n\r\n"},
  });
}

// security: IO4
TEST(Framing, refuses_bad_chunks) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  expect_refused({
      {"no size", post(chunked, "\r\nhello\r\n0\r\n\r\n")},
      {"size not hexadecimal", post(chunked, "g\r\nhello\r\n0\r\n\r\n")},
      {"prefixed size", post(chunked, "0x5\r\nhello\r\n0\r\n\r\n")},
      {"negative size", post(chunked, "-5\r\nhello\r\n0\r\n\r\n")},
      {"size too large", post(chunked, "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n")},
      {"size ends in LF", post(chunked, "5\nhello\r\n0\r\n\r\n")},
      {"size ends in CR", post(chunked, "5\rhello\r\n0\r\n\r\n")},
      {"chunk longer than its size", post(chunked, "5\r\nhello!\r\n0\r\n\r\n")},
      {"chunk without its end", post(chunked, "5\r\nhello0\r\n\r\n")},
      {"extension", post(chunked, "5;a=b\r\nhello\r\n0\r\n\r\n")},
      {"extension with LF", post(chunked, "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n")},
      {"extension on the last", post(chunked, "5\r\nhello\r\n0;a\r\n\r\n")},
      {"trailer", post(chunked, "5\r\nhello\r\n0\r\nX: y\r\n\r\n")},
      {"trailer with a length", post(chunked, "5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n")},
      {"endless size line", post(chunked, std::string(600, '0'))},
  });
}

// security: IO3, IO4
TEST(Framing, refuses_characters_that_do_not_belong) {
  using std::string_literals::operator""s;
  expect_refused({
      {"NUL in the target", "GET /api/a\0b HTTP/1.1\r\nHost: a\r\n\r\n"s},
      {"encoded NUL", "GET /api/a%00b HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"encoded CR LF", "GET /api/a%0d%0aX:%20y HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"encoded DEL", "GET /api/%7f HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"bytes above ASCII", "GET /api/\xE7\x8E\x8B HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"not UTF-8", "GET /api/%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"broken escape", "GET /api/%4 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"blank in the target", "GET /api/a b HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"tab in the request line", "GET\t/api/a HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"two blanks", "GET  /api/a HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"NUL in a name", "GET /api/a HTTP/1.1\r\nHost: a\r\nX\0Y: z\r\n\r\n"s},
      {"NUL in a value", "GET /api/a HTTP/1.1\r\nHost: a\r\nX: y\0z\r\n\r\n"s},
      {"ESC in a value", "GET /api/a HTTP/1.1\r\nHost: a\r\nX: \x1B[2J\r\n\r\n"},
      {"blank in a name", "GET /api/a HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\n"},
      {"no name", "GET /api/a HTTP/1.1\r\nHost: a\r\n: z\r\n\r\n"},
      {"no colon", "GET /api/a HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"},
  });
}

// security: IO4
TEST(Framing, refuses_other_targets_versions_and_hosts) {
  expect_refused({
      {"absolute form", "GET http://b/api/a HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"relative", "GET api/a HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"fragment", "GET /api/a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"dot segments", "GET /api/../a HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"encoded slash", "GET /api%2Fa HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"backslash", "GET /api\\a HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"no version", "GET /api/a\r\nHost: a\r\n\r\n"},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"HTTP/1.2", "GET /api/a HTTP/1.2\r\nHost: a\r\n\r\n"},
      {"HTTP/0.9", "GET /api/a HTTP/0.9\r\nHost: a\r\n\r\n"},
      {"lower-case version", "GET /api/a http/1.1\r\nHost: a\r\n\r\n"},
      {"TLS hello", "\x16\x03\x01\x02\x01\x01"},
      {"no host", "GET /api/a HTTP/1.1\r\n\r\n"},
      {"two hosts", "GET /api/a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {"host with a path", "GET /api/a HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {"empty host", "GET /api/a HTTP/1.1\r\nHost:\r\n\r\n"},
      {"unknown expectation", "GET /api/a HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n"},
  });
}

TEST(Framing, refuses_a_head_that_is_too_large) {
  std::string many = "GET /api/a HTTP/1.1\r\nHost: a\r\n";
  for (int field = 0; field < 101; ++field) many += "X: y\r\n";
  expect_refused({
      {"long value",
       "GET /api/a HTTP/1.1\r\nHost: a\r\nX: " + std::string(17'000, 'x') + "\r\n\r\n", 431},
      {"long target", "GET /" + std::string(17'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 431},
      {"target above its own limit",
       "GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"many fields", many + "\r\n", 431},
  });
}

// security: IO4
TEST(Framing, takes_what_is_unusual_but_right) {
  TestServer server;
  server.echo(Method::get, "/api/a");
  server.echo(Method::post, "/api/a");
  ASSERT_TRUE(server.start());
  struct Case {
    std::string name, request, body;
  };
  const std::vector<Case> cases = {
      {"no blank after the colon", "GET /api/a HTTP/1.1\r\nHost:a\r\n\r\n", "GET /api/a? "},
      {"blanks around a value", "GET /api/a HTTP/1.1\r\nHost: \t a \t\r\n\r\n", "GET /api/a? "},
      {"empty value", "GET /api/a HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", "GET /api/a? "},
      {"obsolete text in a value", "GET /api/a HTTP/1.1\r\nHost: a\r\nX: \xE7\r\n\r\n",
       "GET /api/a? "},
      {"length zero on GET", "GET /api/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
       "GET /api/a? "},
      {"encoded letter", "GET /api/%61?x=%00 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /api/a?x=%00 "},
      {"coding in capitals", post("Transfer-Encoding: CHUNKED\r\n", "5\r\nhello\r\n0\r\n\r\n"),
       "POST /api/a? hello"},
      {"leading zeros of a chunk",
       post("Transfer-Encoding: chunked\r\n", "0005\r\nhello\r\n000\r\n\r\n"),
       "POST /api/a? hello"},
      {"port in the host", "GET /api/a HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "GET /api/a? "},
  };
  auto client = server.client();
  for (const auto& [name, request, body] : cases) {
    client.send(request);
    EXPECT_EQ(client.reply().body, body) << name;
  }
}

// A refusal must find its reader although more bytes were sent than the server cares to read.
TEST(Framing, lets_a_refusal_arrive_before_the_end) {
  TestServer server;
  server.echo(Method::post, "/api/a", 100);
  ASSERT_TRUE(server.start());
  for (int round = 0; round < 20; ++round) {
    auto client = server.client();
    client.send("POST /api/a HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
    client.send(std::string(200'000, 'x'));
    EXPECT_EQ(client.reply().status, 413);
  }
}

// security: IO3, FI5
TEST(HeaderInjection, of_an_answer_gives_500_and_no_header) {
  using std::string_literals::operator""s;
  TestServer server;
  server.route(Method::post, "/api/file", [](Request request, ResponderPtr responder) {
    Response response;
    response.attachment(request.body);
    response.body("text/csv", "1");
    responder->send(std::move(response));
  });
  server.route(Method::post, "/api/raw", [](Request request, ResponderPtr responder) {
    Response response;
    response.header("X-Name", request.body);
    response.body("text/csv", "secret");
    responder->send(std::move(response));
  });
  ASSERT_TRUE(server.start());
  const std::vector<std::string> hostile = {"a\r\nSet-Cookie: __Host-wangdi=evil",
                                            "a\nSet-Cookie: x=y",
                                            "a\rSet-Cookie: x=y",
                                            "a\0\r\nSet-Cookie: x=y"s,
                                            "\"; filename=evil.exe\r\n\r\n<script>",
                                            "\xE2\x80\xA8",
                                            "\x7F"};
  auto client = server.client();
  for (const auto& name : hostile) {
    const auto file = client.post("/api/file", name);
    EXPECT_EQ(file.status, 200);
    EXPECT_FALSE(file.has("set-cookie"));
    EXPECT_EQ(file.body, "1");
    const auto disposition = file.header("content-disposition");
    EXPECT_TRUE(disposition.starts_with("attachment; filename=\"")) << disposition;
    EXPECT_EQ(std::ranges::count(disposition, '"'), 2) << disposition;
    const auto raw = client.post("/api/raw", name);
    EXPECT_EQ(raw.status, 500);
    EXPECT_FALSE(raw.has("set-cookie"));
    EXPECT_FALSE(raw.has("x-name"));
    EXPECT_EQ(raw.body.find("secret"), std::string::npos);
  }
  EXPECT_EQ(client.post("/api/file", "名单 2020.xlsx").header("content-disposition"),
            "attachment; filename=\"_______2020.xlsx\"; "
            "filename*=UTF-8''%e5%90%8d%e5%8d%95%202020.xlsx");
}

}  // namespace
}  // namespace wangdi::http::testing
