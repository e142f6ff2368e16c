// SPDX-License-Identifier: Apache-2.0
// Any bytes as a JSON body and as a URL query. What is accepted must be JSON for a second, lenient
// reader too, must encode, and must decode again to the same value; a refusal names a place. Raw
// values keep their text.
#include <boost/json/parse.hpp>
#include <boost/json/string_view.hpp>
#include <boost/system/error_code.hpp>
#include <cstdlib>

#include "base/text.hpp"
#include "codec/tests/sample.hpp"

namespace {

using wangdi::sample::Filter;
using wangdi::sample::Sample;

void require(bool holds) {
  if (!holds) std::abort();
}

boost::json::value lenient(std::string_view bytes) {
  boost::system::error_code failed;
  boost::json::parse_options options;
  options.max_depth = 64;
  auto value = boost::json::parse({bytes.data(), bytes.size()}, failed, {}, options);
  require(!failed);
  return value;
}

void fuzz_body(std::string_view bytes) {
  const auto decoded = wangdi::codec::decode<Sample>(bytes);
  if (!decoded) {
    require(decoded.error().code() != wangdi::ErrorCode::invalid_fields ||
            !decoded.error().fields().empty());
    return;
  }
  const auto first = lenient(bytes);
  // The raw member is found by its place in the text, so the place must be right.
  if (decoded->body) require(lenient(decoded->body->text) == first.at("body"));
  const auto text = wangdi::codec::encode(*decoded);
  require(wangdi::text::is_valid_utf8(text));
  const auto again = wangdi::codec::decode<Sample>(text);
  require(again.has_value() && *again == *decoded);
  require(wangdi::codec::encode(*again) == text);
}

void fuzz_raw(std::string_view bytes) {
  const auto decoded = wangdi::codec::decode<wangdi::codec::RawJson>(bytes);
  if (!decoded) return;
  require(lenient(decoded->text) == lenient(bytes));
  const auto again = wangdi::codec::decode<wangdi::codec::RawJson>(decoded->text);
  require(again.has_value() && *again == *decoded);
}

void fuzz_query(std::string_view bytes) {
  const auto decoded = wangdi::codec::decode_query<Filter>(bytes);
  if (!decoded) return;
  const auto again = wangdi::codec::decode<Filter>(wangdi::codec::encode(*decoded));
  require(again.has_value() && *again == *decoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  fuzz_body(bytes);
  fuzz_raw(bytes);
  fuzz_query(bytes);
  return 0;
}
