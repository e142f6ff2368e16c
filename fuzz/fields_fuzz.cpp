// SPDX-License-Identifier: Apache-2.0
// Any bytes as one part of a request that is read apart: target, query, escapes, addresses and
// their chains, cookies, lists of languages, codings and tags, and a packed file of the web app.
// request_line_fuzz.cpp comes to them through a whole request, here each is met at once.
#include <algorithm>

#include "base/hex.hpp"
#include "base/text.hpp"
#include "fuzz/support.hpp"
#include "http/address.hpp"
#include "http/characters.hpp"
#include "http/head.hpp"
#include "http/static_files.hpp"

namespace {

using namespace wangdi::http;
using wangdi::fuzz::require;
namespace text = wangdi::text;

std::string escaped(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string all;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    all.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return all;
}

void target(std::string_view bytes) {
  const auto read = parse_target(bytes);
  if (!read) return;
  require(bytes.size() <= kTargetBytesMax && read->path.starts_with('/'));
  require(text::is_valid_utf8(read->path) && read->path.find('\\') == std::string::npos);
  require(std::ranges::none_of(read->path, is_forbidden_control));
  for (const auto segment : text::split(std::string_view(read->path).substr(1), '/')) {
    require(segment != "." && segment != "..");
  }
  require(read->path.find("//") == std::string::npos);
  // Its own path in escapes, slashes kept, is the same path.
  std::string again;
  for (const char c : read->path) again += c == '/' ? "/" : escaped({&c, 1});
  if (again.size() > kTargetBytesMax) return;
  const auto second = parse_target(again);
  require(second.has_value() && second->path == read->path);
}

void escapes(std::string_view bytes) {
  require(percent_decode(escaped(bytes)) == std::string(bytes));
  const auto read = percent_decode(bytes, true);
  if (read) require(read->size() <= bytes.size() && percent_decode(escaped(*read)) == *read);
}

void query(std::string_view bytes) {
  for (const auto* name : {"q", "after"}) {
    const auto value = query_parameter(bytes, name);
    if (!value) continue;
    require(text::is_valid_utf8(*value) && bytes.find(name) != std::string_view::npos);
    const auto alone = std::string(name) + "=" + escaped(*value);
    require(query_parameter(alone, name) == *value);
    require(query_parameter("x=1&" + alone + "&" + std::string(bytes), name) == *value);
  }
}

void address(std::string_view bytes) {
  const auto read = Address::parse(bytes);
  if (read) {
    require(std::ranges::all_of(
        bytes, [](char c) { return wangdi::hex_value(c) >= 0 || c == '.' || c == ':'; }));
    const auto plain = read->text();
    const auto again = Address::parse(std::string_view(plain).substr(0, plain.find('/')));
    require(again.has_value() && *again == *read);
    require(read->client().client() == read->client());
  }
  const auto network = TrustedProxies::from({std::string(bytes)});
  if (!network || !read) return;
  require(network->trusts(*read));
}

// Nobody but a trusted hop is believed, whatever the list says.
void chain(std::string_view bytes) {
  static const auto proxies = TrustedProxies::from({"127.0.0.1", "10.0.0.0/8", "fd00::/8"});
  const auto stranger = *Address::parse("203.0.113.9"), proxy = *Address::parse("10.1.2.3");
  require(proxies->client_of(stranger, bytes) == stranger);
  const auto client = proxies->client_of(proxy, bytes);
  // Who stands behind the hop next to us is not asked when that one is a stranger's.
  require(proxies->client_of(proxy, std::string(bytes) + ", 203.0.113.9") == stranger);
  if (!proxies->trusts(client)) {
    require(proxies->client_of(proxy, std::string(bytes) + ",10.9.9.9") == client ||
            std::ranges::count(bytes, ',') >= 14);
  }
}

void cookie(std::string_view bytes) {
  Request request;
  request.add_header("cookie", bytes);
  const auto value = request.cookie("wangdi");
  require(value.find(';') == std::string_view::npos);
  if (value.empty()) return;
  require(bytes.find("wangdi") != std::string_view::npos);
  // With a second one nobody can tell which was set.
  Request twice;
  twice.add_header("cookie", std::string(bytes) + "; wangdi=x");
  require(twice.cookie("wangdi").empty());
}

void lists(std::string_view bytes) {
  Request request;
  request.add_header("accept-language", bytes);
  static_cast<void>(language_of(request));
  if (accepts_gzip(bytes)) {
    require(bytes.find_first_of("gG*") != std::string_view::npos);
  }
  if (etag_listed(bytes, "\"e1\"")) {
    require(bytes.find('*') != std::string_view::npos || bytes.find("\"e1\"") != bytes.npos);
  }
  require(is_host(bytes) ==
          (!bytes.empty() && bytes.size() <= 255 && std::ranges::all_of(bytes, [](char c) {
            return is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_' || c == ':' ||
                   c == '[' || c == ']';
          })));
}

void packed(std::string_view bytes) {
  constexpr std::size_t kBytesMax = 64 << 10;
  if (const auto read = gzip_unpack(bytes, kBytesMax)) {
    require(read->size() <= kBytesMax);
    require(gzip_unpack(gzip_pack(*read), read->size()) == *read);
  }
  if (bytes.size() <= kBytesMax) {
    require(gzip_unpack(gzip_pack(bytes, GzipEffort::quick), bytes.size()) == std::string(bytes));
  }
}

constexpr wangdi::fuzz::Parse kParsers[] = {target, escapes, query, address,
                                            chain,  cookie,  lists, packed};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wangdi::fuzz::parse_one_of(kParsers, data, size);
  return 0;
}
