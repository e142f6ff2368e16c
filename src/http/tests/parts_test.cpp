// SPDX-License-Identifier: Apache-2.0
// The parts without a socket: addresses, rates, pace, ids, targets, cookies, dates, problems.
#include <gtest/gtest.h>

#include <set>

#include "http/address.hpp"
#include "http/admission.hpp"
#include "http/answer.hpp"
#include "http/head.hpp"
#include "http/limiter.hpp"
#include "http/pace.hpp"
#include "http/tests/harness.hpp"

namespace wangdi::http::testing {
namespace {

Address address(std::string_view text) { return Address::parse(text).value_or(Address{}); }

TEST(Address, of_one_client_is_an_ipv4_or_a_64) {
  EXPECT_EQ(address("203.0.113.7").client().text(), "203.0.113.7");
  EXPECT_EQ(address("::ffff:203.0.113.7").client().text(), "203.0.113.7");
  EXPECT_EQ(address("2001:db8:1:2:3:4:5:6").client().text(), "2001:db8:1:2::/64");
  EXPECT_EQ(address("2001:db8:1:2::1").client(), address("2001:db8:1:2:ffff::").client());
  EXPECT_NE(address("2001:db8:1:2::1").client(), address("2001:db8:1:3::1").client());
  EXPECT_EQ(address("::1").client().text(), "::1");
  EXPECT_TRUE(address("127.5.0.1").is_loopback());
  EXPECT_TRUE(address("::1").is_loopback());
  EXPECT_FALSE(address("10.0.0.1").is_loopback());
  for (const auto* wrong :
       {"", "203.0.113", "203.0.113.256", "2001:db8::g", "localhost", "::1%lo"}) {
    EXPECT_FALSE(Address::parse(wrong)) << wrong;
  }
  // #3: what follows a NUL is not passed over.
  EXPECT_FALSE(Address::parse(std::string_view("203.0.113.7\0.1", 14)));
}

// security: DO5
TEST(Address, of_the_client_is_the_last_hop_that_is_not_trusted) {
  const auto proxies = TrustedProxies::from({"127.0.0.1", "10.0.0.0/8", "fd00::/8"});
  ASSERT_TRUE(proxies);
  struct Case {
    std::string peer, forwarded, client;
  };
  for (const auto& [peer, forwarded, client] : std::vector<Case>{
           {"203.0.113.9", "1.2.3.4", "203.0.113.9"},  // nobody believes a stranger
           {"127.0.0.1", "", "127.0.0.1"},
           {"127.0.0.1", "203.0.113.7", "203.0.113.7"},
           {"127.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7"},  // what the client claimed itself
           {"127.0.0.1", "6.6.6.6,203.0.113.7 , 10.1.2.3", "203.0.113.7"},
           {"127.0.0.1", "10.1.2.3, 10.1.2.4", "10.1.2.3"},
           {"127.0.0.1", "203.0.113.7:5555", "203.0.113.7"},
           {"127.0.0.1", "[2001:db8::1]:443", "2001:db8::1"},
           {"127.0.0.1", "2001:db8::1", "2001:db8::1"},
           {"127.0.0.1", "6.6.6.6, unknown", "127.0.0.1"},
           {"127.0.0.1", "6.6.6.6, ", "127.0.0.1"},
           {"127.0.0.1", "6.6.6.6, 10.1.2.3, <script>", "127.0.0.1"},
           {"fd00::1", "203.0.113.7", "203.0.113.7"},
           {"::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"}}) {
    EXPECT_EQ(proxies->client_of(address(peer), forwarded), address(client)) << forwarded;
  }
  for (const auto* wrong :
       {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "10.0.0.0/8x"}) {
    EXPECT_FALSE(TrustedProxies::from({wrong})) << wrong;
  }
}

// security: DO5
TEST(Address, spoofed_over_a_socket_changes_nothing) {
  for (const bool trusted : {false, true}) {
    Options options;
    if (trusted) options.trusted_proxies = {"127.0.0.1"};
    options.burst_per_client = 2;
    options.requests_per_second_per_client = 1;
    TestServer server(options);
    server.route(Method::get, "/api/who", [](Request request, ResponderPtr responder) {
      Response response;
      response.body("text/plain", request.client_address +
                                      (request.client_is_loopback ? " loop" : "") +
                                      (request.secure ? " secure" : "") + " " + request.request_id);
      responder->send(std::move(response));
    });
    ASSERT_TRUE(server.start());
    auto client = server.client();
    const auto ask = [&](std::string_view forwarded) {
      return client.get("/api/who",
                        "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: " + std::string(forwarded) +
                            "\r\nX-Forwarded-Proto: https\r\nX-Request-Id: proxy-id-1\r\n");
    };
    const auto first = ask("203.0.113.1");
    EXPECT_EQ(first.body.starts_with(trusted ? "203.0.113.1 secure proxy-id-1" : "127.0.0.1 "),
              true)
        << first.body;
    EXPECT_EQ(first.body.find("loop"), std::string::npos);
    EXPECT_EQ(first.has("strict-transport-security"), trusted);
    EXPECT_EQ(ask("203.0.113.2").status, 200);
    // Three names of one stranger are one client, three clients of a proxy are three.
    EXPECT_EQ(ask("203.0.113.3").status, trusted ? 200 : 429);
  }
}

TEST(Rate, gives_each_client_a_bucket) {
  RateLimiter limiter(2, 3);
  const auto a = address("203.0.113.1");
  for (int request = 0; request < 3; ++request) EXPECT_EQ(limiter.wait_seconds(a, 0), 0);
  EXPECT_EQ(limiter.wait_seconds(a, 0), 1);
  EXPECT_EQ(limiter.wait_seconds(address("203.0.113.2"), 0), 0);
  EXPECT_EQ(limiter.wait_seconds(a, 499), 1);
  EXPECT_EQ(limiter.wait_seconds(a, 500), 0);
  EXPECT_EQ(limiter.wait_seconds(a, 400), 1);  // a clock that jumps back gives nothing
  for (int request = 0; request < 3; ++request) EXPECT_EQ(limiter.wait_seconds(a, 1'000'000), 0);
  EXPECT_EQ(limiter.wait_seconds(a, 1'000'000), 1);
  RateLimiter slow(0.1, 1);
  EXPECT_EQ(slow.wait_seconds(a, 0), 0);
  EXPECT_EQ(slow.wait_seconds(a, 0), 10);
  RateLimiter off(0, 0);
  for (int request = 0; request < 100; ++request) EXPECT_EQ(off.wait_seconds(a, 0), 0);
}

TEST(Rate, remembers_a_bounded_number_of_clients) {
  RateLimiter limiter(1, 1, 3);
  const auto client = [](int number) { return address("203.0.113." + std::to_string(number)); };
  EXPECT_EQ(limiter.wait_seconds(client(1), 0), 0);
  for (int number = 2; number < 100; ++number) {
    EXPECT_EQ(limiter.wait_seconds(client(number), 0), 0);
    EXPECT_GT(limiter.wait_seconds(client(1), 0), 0);  // who comes often is not forgotten
    EXPECT_LE(limiter.clients(), 3u);
  }
}

TEST(Connections, are_counted_by_client) {
  ConnectionCounts counts(2);
  const auto a = address("203.0.113.1");
  EXPECT_TRUE(counts.enter(a));
  EXPECT_TRUE(counts.enter(a));
  EXPECT_FALSE(counts.enter(a));
  EXPECT_TRUE(counts.enter(address("203.0.113.2")));
  counts.leave(a);
  EXPECT_TRUE(counts.enter(a));
  EXPECT_FALSE(ConnectionCounts(0).enter(a));
}

TEST(Pace, grows_with_what_was_moved_and_ends_a_stall) {
  Pace pace({.grace_ms = 10'000, .bytes_per_second_min = 500, .stall_ms = 30'000}, 1'000);
  EXPECT_EQ(pace.deadline_ms(), 11'000);
  pace.moved(500, 2'000);
  EXPECT_EQ(pace.deadline_ms(), 12'000);
  pace.moved(1 << 20, 3'000);
  EXPECT_EQ(pace.deadline_ms(), 33'000);
}

TEST(RequestId, is_short_readable_and_not_repeated) {
  RequestIds ids(42);
  std::set<std::string> seen;
  for (int count = 0; count < 10'000; ++count) {
    const auto id = ids.next();
    EXPECT_EQ(id.size(), 14u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz-"), std::string::npos);
    EXPECT_TRUE(seen.insert(id).second);
  }
  EXPECT_NE(RequestIds(1).next(), RequestIds(2).next());
}

TEST(Target, is_split_and_decoded_once) {
  struct Case {
    std::string target, path, query;
  };
  for (const auto& [target, path, query] :
       std::vector<Case>{{"/", "/", ""},
                         {"/a/b", "/a/b", ""},
                         {"/a?b=c&d=%20", "/a", "b=c&d=%20"},
                         {"/a?b?c", "/a", "b?c"},
                         {"/%E7%BD%91%E5%BA%95", "/\xE7\xBD\x91\xE5\xBA\x95", ""},
                         {"/%2541", "/%41", ""},  // decoded once, never twice
                         {"/a/", "/a/", ""},
                         {"/...", "/...", ""},
                         {"/.well-known/x", "/.well-known/x", ""}}) {
    const auto parsed = parse_target(target);
    ASSERT_TRUE(parsed) << target;
    EXPECT_EQ(parsed->path, path);
    EXPECT_EQ(parsed->query, query);
  }
  for (const auto* wrong :
       {"",      "a",        "*",      "http://a/", "/a//b", "//",   "/.",  "/..",  "/a/./b",
        "/a/..", "/%2e%2E/", "/a%2fb", "/a%5cb",    "/a\\b", "/%",   "/%1", "/%zz", "/%00",
        "/%09",  "/%c0%af",  "/a#b",   "/a b",      "/\x7f", "/<a>", "/?<", "/?\"", "/|"}) {
    EXPECT_FALSE(parse_target(wrong)) << wrong;
  }
}

TEST(Query, gives_the_first_value_of_a_parameter) {
  EXPECT_EQ(query_parameter("a=1&b=%E7%BD%91+x&a=2&c", "a"), "1");
  EXPECT_EQ(query_parameter("a=1&b=%E7%BD%91+x&a=2&c", "b"), "\xE7\xBD\x91 x");
  EXPECT_EQ(query_parameter("a=1&c", "c"), "");
  EXPECT_FALSE(query_parameter("ab=1", "a"));
  EXPECT_FALSE(query_parameter("a=%zz", "a"));
  EXPECT_FALSE(query_parameter("a=%ff", "a"));
}

// security: SE1
TEST(Cookie, is_read_only_when_it_stands_once) {
  const auto cookie = [](const std::vector<std::string>& lines, std::string_view name) {
    Request request;
    for (const auto& line : lines) request.add_header("Cookie", line);
    return std::string(request.cookie(name));
  };
  EXPECT_EQ(cookie({"a=1; __Host-wangdi=abc; b=2"}, "__Host-wangdi"), "abc");
  EXPECT_EQ(cookie({"a=1;b=x=y"}, "b"), "x=y");
  EXPECT_EQ(cookie({"a=1", "b=2"}, "b"), "2");
  EXPECT_EQ(cookie({"wangdi=1; wangdi=2"}, "wangdi"), "");
  EXPECT_EQ(cookie({"wangdi=1", "wangdi=1"}, "wangdi"), "");
  EXPECT_EQ(cookie({"xwangdi=1; wangdi ; =; ;"}, "wangdi"), "");
  EXPECT_EQ(cookie({}, "wangdi"), "");
}

TEST(Request, stays_whole_when_moved) {
  Request request;
  request.add_header("X-One", "1").add_header("x-two", "2").add_header("X-ONE", "3");
  const Request moved = std::move(request);
  EXPECT_EQ(moved.header("x-one"), "1");
  EXPECT_EQ(moved.header_all("x-one"), "1, 3");
  EXPECT_TRUE(moved.has_header("x-two"));
  EXPECT_FALSE(moved.has_header("x-three"));
  EXPECT_EQ(moved.header_count(), 3u);
}

// security: IO3
TEST(Response, refuses_headers_that_are_not_its_own) {
  for (const auto* name : {"Content-Length", "transfer-encoding", "Connection", "Date",
                           "X-Request-Id", "Content-Security-Policy", "", "a b", "a:", "a\r\nb"}) {
    EXPECT_FALSE(Response().header(name, "x").valid()) << name;
  }
  EXPECT_FALSE(Response().body("text/html\r\nX: y", "").valid());
  EXPECT_FALSE(Response().header("X", std::string(9'000, 'x')).valid());
  EXPECT_TRUE(Response().header("Set-Cookie", "a=b; HttpOnly").valid());
}

TEST(Date, is_an_imf_fixdate) {
  EXPECT_EQ(http_date(784'111'777'000), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(1'582'934'399'999), "Fri, 28 Feb 2020 23:59:59 GMT");
}

TEST(Language, is_chinese_unless_english_is_preferred) {
  const auto language = [](std::string_view wish) {
    Request request;
    if (!wish.empty()) request.add_header("Accept-Language", wish);
    return language_of(request);
  };
  for (const auto* wish : {"", "zh-CN", "zh-CN,zh;q=0.9,en;q=0.8", "fr", "*", "en;q=0",
                           "en;q=0.1,zh", "zh,en", "engine", "en;q=x"}) {
    EXPECT_EQ(language(wish), Language::kChinese) << wish;
  }
  for (const auto* wish :
       {"en", "en-US,en;q=0.9,zh;q=0.8", "zh;q=0.2, EN-gb;q=0.3", "fr, en;q=0.1", "en,zh"}) {
    EXPECT_EQ(language(wish), Language::kEnglish) << wish;
  }
}

// security: IO5
TEST(Problem, carries_code_title_advice_and_fields_but_never_the_cause) {
  Request request;
  request.request_id = "7k3m-9qxt-2hvc";
  const auto error = Error(ErrorCode::invalid_fields)
                         .with("count", "2")
                         .because("SELECT secret")
                         .at("/a\"b/0", ErrorCode::field_too_long, {{"limit", "5"}})
                         .at("/c", ErrorCode::field_missing);
  const auto chinese = problem(error, request);
  EXPECT_EQ(chinese.status(), 422);
  EXPECT_EQ(chinese.content_type(), "application/problem+json");
  EXPECT_EQ(
      chinese.bytes(),
      "{\"type\":\"urn:wangdi:problem:invalid_fields\",\"title\":\"有 2 处要改\",\"status\":422,"
      "\"detail\":\"请按提示改好再提交\",\"code\":108,\"name\":\"invalid_fields\","
      "\"instance\":\"7k3m-9qxt-2hvc\",\"errors\":[{\"pointer\":\"/a\\\"b/0\",\"code\":204,"
      "\"name\":\"field_too_long\",\"title\":\"太长了，最多 5 个字\",\"advice\":\"请写短一点\"},"
      "{\"pointer\":\"/c\",\"code\":200,\"name\":\"field_missing\",\"title\":\"没有填\","
      "\"advice\":\"请填上这一项\"}]}");
  request.add_header("Accept-Language", "en");
  const auto english = problem(error, request);
  EXPECT_NE(english.bytes().find("\"title\":\"Fields to correct: 2\""), std::string::npos);
  EXPECT_EQ(english.bytes().find("SELECT"), std::string::npos);
  const auto later = problem(Error(ErrorCode::queue_full).with("seconds", "7"), request);
  const std::vector<std::pair<std::string, std::string>> expected = {{"content-language", "en"},
                                                                     {"retry-after", "7"}};
  EXPECT_EQ(later.headers(), expected);
  const auto signing = problem(
      Error(ErrorCode::device_key_wrong).with(std::string(kChallengeDetail), "AbC-_9"), request);
  EXPECT_NE(signing.bytes().find("\"instance\":\"7k3m-9qxt-2hvc\",\"challenge\":\"AbC-_9\"}"),
            std::string::npos);
}

}  // namespace
}  // namespace wangdi::http::testing
