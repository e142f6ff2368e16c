// SPDX-License-Identifier: Apache-2.0
// Any bytes as the start of a connection: the scanner that finds the end of the head, then the very
// parser of the server (Beast's grammar, our rules). Whole or byte by byte the scanner must see the
// same, and what is accepted must keep the promises that handlers rely on.
#include <boost/asio/buffer.hpp>
#include <cstdlib>

#include "base/text.hpp"
#include "http/address.hpp"
#include "http/characters.hpp"
#include "http/parser.hpp"
#include "http/static_files.hpp"

namespace {

using namespace wangdi::http;
using State = HeadScanner::State;

constexpr std::size_t kBodyBytesMax = 4096;

void require(bool holds) {
  if (!holds) std::abort();
}

// The scanner's last word when the bytes arrive one by one, as far as it reads them.
State scan_slowly(std::string_view bytes, std::size_t& size) {
  HeadScanner scanner;
  for (std::size_t length = 1; length <= bytes.size(); ++length) {
    const auto state = scanner.scan(bytes.substr(0, length));
    size = scanner.size();
    if (state != State::more) return state;
  }
  return State::more;
}

void check_request(RequestHead& head) {
  const auto& request = head.request();
  require(!request.path.empty() && request.path.front() == '/');
  require(wangdi::text::is_valid_utf8(request.path));
  require(request.path.find("/../") == std::string::npos && !request.path.ends_with("/.."));
  require(request.path.find('\\') == std::string::npos);
  for (const char c : request.path) require(static_cast<unsigned char>(c) >= 0x20);
  require(!(head.chunked() && head.content_length()));
  for (const auto* name : {"host", "cookie", "content-type", "x-csrf-token", "origin"}) {
    for (const char c : request.header(name)) require(!is_forbidden_control(c));
  }
  require(is_host(request.header("host")) || head.is_http_1_0());
}

// What handlers and the admission read out of the fields and the query.
void read_fields(const Request& request) {
  static const auto proxies = TrustedProxies::from({"127.0.0.1", "10.0.0.0/8"});
  const auto peer = Address::parse("127.0.0.1");
  const auto client = proxies->client_of(*peer, request.header_all("x-forwarded-for")).client();
  require(Address::parse(client.is_v4() ? client.text() : "::1").has_value());
  const auto cookie = request.cookie("wangdi");
  require(cookie.find(';') == std::string_view::npos);
  if (const auto value = query_parameter(request.query, "q")) {
    require(wangdi::text::is_valid_utf8(*value));
  }
  language_of(request);
  if (!request.has_header("origin")) require(origin_is_own(request));
  accepts_gzip(request.header("accept-encoding"));
  etag_listed(request.header("if-none-match"), "\"0\"");
  const auto answer = problem(wangdi::Error(wangdi::ErrorCode::not_found), request);
  require(answer.valid());
  Response response;
  response.attachment(request.path);
  require(response.valid());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  HeadScanner scanner;
  const auto state = scanner.scan(bytes);
  std::size_t slow_size = 0;
  require(scan_slowly(bytes, slow_size) == state);
  if (state != State::complete) return 0;
  require(scanner.size() == slow_size && scanner.size() <= bytes.size());

  RequestHead head;
  std::string body;
  Parser parser(head, body);
  parser.limit_body(kBodyBytesMax);
  boost::system::error_code failed;
  const auto used = parser.put(boost::asio::const_buffer(bytes.data(), scanner.size()), failed);
  if (failed || used != scanner.size() || !parser.is_header_done()) return 0;
  check_request(head);
  read_fields(head.request());

  parser.eager(true);
  auto rest = bytes.substr(used);
  while (!parser.is_done() && !rest.empty()) {
    const auto taken = parser.put(boost::asio::const_buffer(rest.data(), rest.size()), failed);
    require(taken <= rest.size() && body.size() <= kBodyBytesMax);
    if (failed || taken == 0) break;
    rest.remove_prefix(taken);
  }
  return 0;
}
