// SPDX-License-Identifier: Apache-2.0
// Strict decoding by the table cases/decode.txt, and what a table cannot say: sizes and limits.
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "codec/tests/outcome.hpp"
#include "codec/tests/sample.hpp"

namespace wangdi::codec {
namespace {

using sample::Sample;

std::string with_bytes(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("\\x") && at + 3 < text.size()) {
      bytes.push_back(static_cast<char>(hex_value(text[at + 2]) << 4 | hex_value(text[at + 3])));
      at += 3;
    } else {
      bytes.push_back(text[at]);
    }
  }
  return bytes;
}

// security: IO2, AZ3
TEST(Decode, follows_the_table) {
  const auto cases = read_cases("decode.txt");
  EXPECT_GT(cases.size(), 80u);
  for (const auto& [json, expected] : cases) {
    SCOPED_TRACE(json);
    const auto found = decode<Sample>(with_bytes(json));
    const auto outcome = found ? std::vector{"= " + encode(*found)} : lines_of(found.error());
    EXPECT_EQ(outcome, expected);
    if (found) {
      const auto again = decode<Sample>(encode(*found));
      EXPECT_TRUE(again && *again == *found);
    } else if (found.error().code() == ErrorCode::invalid_fields) {
      EXPECT_EQ(found.error().details().at(0).value, std::to_string(expected.size()));
    }
  }
}

// security: IO2
TEST(DecodeQuery, follows_the_table) {
  const auto cases = read_cases("query.txt");
  EXPECT_GT(cases.size(), 20u);
  for (const auto& [query, expected] : cases) {
    SCOPED_TRACE(query);
    const auto found = decode_query<sample::Filter>(query);
    const auto outcome = found ? std::vector{"= " + encode(*found)} : lines_of(found.error());
    EXPECT_EQ(outcome, expected);
  }
}

TEST(DecodeQuery, refuses_a_query_above_the_limit) {
  const auto found =
      decode_query<sample::Filter>("region=32&text=" + std::string(limits::kQueryBytes, 'a'));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::body_too_large);
}

TEST(Decode, tells_where_the_text_breaks) {
  const auto found = decode<Sample>(R"({"name":"a", "count": tru})");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::malformed_json);
  EXPECT_EQ(found.error().details().at(0).value, "22");
}

TEST(Decode, refuses_a_body_above_the_limit) {
  const std::string json = R"({"name":"a"})" + std::string(limits::kJsonBodyBytes, ' ');
  const auto found = decode<Sample>(json);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::body_too_large);
  EXPECT_TRUE(decode<Sample>(json, {.bytes = json.size()}));
}

TEST(Decode, refuses_a_string_above_the_limit) {
  const std::string fits(limits::kJsonStringBytes, 'a');
  EXPECT_TRUE(decode<Sample>(R"({"name":"a","plain":")" + fits + R"("})"));
  const auto found = decode<Sample>(R"({"name":"a","plain":"a)" + fits + R"("})");
  ASSERT_FALSE(found);
  EXPECT_EQ(lines_of(found.error()), std::vector<std::string>{"/plain field_too_long"});
  const auto escaped = decode<Sample>(R"({"name":"a","plain":"\n)" + fits + R"("})");
  ASSERT_FALSE(escaped);
  EXPECT_EQ(lines_of(escaped.error()), std::vector<std::string>{"/plain field_too_long"});
}

TEST(Decode, refuses_a_key_above_the_limit) {
  const auto found =
      decode<Sample>("{\"name\":\"a\",\"" + std::string(limits::kJsonKeyBytes + 1, 'k') + "\":1}");
  ASSERT_FALSE(found);
  EXPECT_EQ(lines_of(found.error()), std::vector<std::string>{"/ field_unknown"});
}

TEST(Decode, refuses_too_many_values) {
  std::string many = "[1";
  for (std::size_t i = 1; i < limits::kJsonValues; ++i) many.append(",1");
  many.push_back(']');
  const auto found = decode<RawJson>(many);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().fields().at(0).code, ErrorCode::field_too_many);
  EXPECT_EQ(found.error().fields().at(0).pointer, "/" + std::to_string(limits::kJsonValues - 1));
}

TEST(Decode, stops_collecting_errors_at_the_limit) {
  std::string json = R"({"name":"a","readings":[1)";
  for (std::size_t i = 0; i < limits::kFieldErrors * 2; ++i) json.append(",1");
  const auto found = decode<Sample>(json + "]}");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().fields().size(), limits::kFieldErrors);
}

TEST(Decode, finds_a_duplicate_in_a_large_object) {
  std::string json = "{\"k0\":0";
  for (int i = 1; i < 1000; ++i) json.append(",\"k" + std::to_string(i) + "\":0");
  EXPECT_TRUE(decode<RawJson>(json + "}"));
  const auto found = decode<RawJson>(json + ",\"k500\":1}");
  ASSERT_FALSE(found);
  EXPECT_EQ(lines_of(found.error()), std::vector<std::string>{"/k500 field_duplicate"});
}

TEST(Decode, keeps_a_raw_value_as_it_was_written) {
  const std::string body = "{ \"a\" : [ 1.0 ,\"\\u0041\" ] }";
  const auto found = decode<Sample>(R"({"name":"a","body" : )" + body + " }");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->body->text, body);
}

// security: IO5
TEST(Decode, error_details_never_repeat_the_input) {
  const auto found =
      decode<Sample>(R"({"name":"a","answer":"13900000000","number":"13900000000"})");
  ASSERT_FALSE(found);
  for (const auto& field : found.error().fields()) {
    for (const auto& detail : field.details) {
      EXPECT_EQ(detail.value.find("1390"), std::string::npos) << detail.name;
    }
  }
}

TEST(Decode, reads_an_empty_struct) {
  EXPECT_TRUE(decode<sample::Nothing>("{}"));
  EXPECT_FALSE(decode<sample::Nothing>(R"({"a":1})"));
  EXPECT_EQ(encode(sample::Nothing{}), "{}");
}

TEST(Encode, appends) {
  std::string out = "x";
  encode(sample::Reading{}, out);
  EXPECT_EQ(out, R"(x{"temperature":36.0})");
}

TEST(Encode, a_number_that_is_none_becomes_null) {
  EXPECT_EQ(encode(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(encode(0.1 + 0.2), "0.30000000000000004");
}

TEST(Choices, know_their_names_and_titles) {
  EXPECT_EQ(name_of(sample::Answer::later), "later");
  EXPECT_EQ(choice_of(sample::Answer::no)->title_zh, "否");
  EXPECT_EQ(choice_of(static_cast<sample::Answer>(3)), nullptr);
  EXPECT_EQ(choices<sample::Answer>().size(), 3u);
}

}  // namespace
}  // namespace wangdi::codec
