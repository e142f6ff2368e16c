// SPDX-License-Identifier: Apache-2.0
// Random values: what encodes decodes to the same value, and a second reader understands it.
#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <boost/json.hpp>
#include <cmath>

#include "base/text.hpp"
#include "codec/tests/sample.hpp"

namespace wangdi::codec {
namespace {

using sample::Answer;
using sample::Reading;
using sample::Sample;

// Characters of one to four bytes, and those that JSON escapes.
rc::Gen<std::string> any_text(int length_most) {
  const auto character = rc::gen::element<std::string>(
      "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\r", "\t", "\x01", "\x1f", "\x7f", "é", "王",
      "　", "\u2028", "😀", "\U0010FFFF", "\uFFFD");
  return rc::gen::exec([=] {
    std::string text;
    for (int count = *rc::gen::inRange(0, length_most + 1); count > 0; --count) text += *character;
    return text;
  });
}

template <std::size_t Most, std::size_t Least>
Text<Most, Least> a_line() {
  const auto parsed = Text<Most, Least>::parse(*any_text(static_cast<int>(Most)));
  return parsed ? *parsed : Text<Most, Least>{"x"};
}

template <class T, class Make>
std::optional<T> maybe(Make make) {
  if (*rc::gen::arbitrary<bool>()) return std::nullopt;
  return make();
}

Reading a_reading() {
  return {*Celsius::from_tenths(*rc::gen::inRange<std::int64_t>(340, 421)),
          maybe<std::int32_t>([] { return *rc::gen::arbitrary<std::int32_t>(); })};
}

Answer an_answer() { return *rc::gen::element(Answer::yes, Answer::no, Answer::later); }

double a_number() {
  const auto bits = *rc::gen::arbitrary<std::uint64_t>();
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return std::isfinite(value) ? value : 0.5;
}

IdNumber a_number_of_nobody() {
  std::string digits = "99990119900307" + std::to_string(*rc::gen::inRange(100, 1000));
  digits.push_back(IdNumber::check_character(digits));
  return *IdNumber::parse(digits);
}

Sample a_sample() {
  Sample one;
  one.name = a_line<6, 1>();
  one.note = maybe<Text<10>>([] { return a_line<10, 0>(); });
  one.number = maybe<IdNumber>(a_number_of_nobody);
  one.phone = maybe<Mobile>([] { return *Mobile::parse("19900000000"); });
  one.region = maybe<RegionCode>([] {
    return *RegionCode::parse(*rc::gen::element<std::string>("", "32", "320508", "320508019044"));
  });
  one.day = maybe<CivilDate>([] { return CivilDate::from_days(*rc::gen::inRange(-43829, 65745)); });
  one.household = maybe<HouseholdId>([] {
    HouseholdId id;
    for (auto& byte : id.value.bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
    return id;
  });
  one.at = maybe<UnixMs>([] { return *rc::gen::inRange(-kIntegerMost, kIntegerMost + 1); });
  one.count = maybe<std::int32_t>([] { return *rc::gen::arbitrary<std::int32_t>(); });
  one.small = maybe<std::uint8_t>([] { return *rc::gen::arbitrary<std::uint8_t>(); });
  one.share = maybe<double>(a_number);
  one.urgent = maybe<bool>([] { return *rc::gen::arbitrary<bool>(); });
  one.answer = maybe<Answer>(an_answer);
  one.plain = maybe<std::string>([] { return *any_text(*rc::gen::element(20, 20, 6000)); });
  one.hash = maybe<std::array<std::uint8_t, 4>>(
      [] { return std::array<std::uint8_t, 4>{0, 0xff, *rc::gen::arbitrary<std::uint8_t>(), 1}; });
  one.district = maybe<District>([] { return District{*rc::gen::inRange(100'000, 10'000'000)}; });
  one.body = maybe<RawJson>([] { return RawJson{"[" + encode(a_reading()) + " , null]"}; });
  for (int count = *rc::gen::inRange(0, 4); count > 0; --count) one.readings.push_back(a_reading());
  for (int count = *rc::gen::inRange(0, 4); count > 0; --count) {
    one.answers.items.push_back(an_answer());
  }
  one.first = maybe<Reading>(a_reading);
  return one;
}

TEST(RoundTrip, a_sample_comes_back_as_it_was) {
  EXPECT_TRUE(rc::check("decode(encode(x)) == x", [] {
    const auto one = a_sample();
    const auto json = encode(one);
    RC_ASSERT(text::is_valid_utf8(json));
    const auto again = decode<Sample>(json);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == one);
    RC_ASSERT(encode(*again) == json);
  }));
}

// security: IO2
TEST(RoundTrip, another_reader_finds_the_same_text) {
  EXPECT_TRUE(rc::check("boost::json reads encode(text)", [] {
    const auto text = *any_text(200);
    const auto read = boost::json::parse(encode(text)).as_string();
    RC_ASSERT(std::string_view(read.data(), read.size()) == text);
  }));
}

// Escapes of every kind in strings longer than any buffer of the parser.
TEST(RoundTrip, escaped_spellings_read_as_the_text_they_spell) {
  EXPECT_TRUE(rc::check("\\u spelling of each character", [] {
    static const std::vector<std::pair<std::string, std::string>> kPairs = {
        {"\\u0041", "A"},
        {"\\u738B", "王"},
        {"\\ud83d\\ude00", "😀"},
        {"\\n", "\n"},
        {"\\/", "/"},
        {"王", "王"},
        {"😀", "😀"},
        {"plain text ", "plain text "}};
    std::string spelled, meant;
    for (int count = *rc::gen::inRange(0, 3000); count > 0; --count) {
      const auto& pair = kPairs[*rc::gen::inRange<std::size_t>(0, kPairs.size())];
      spelled += pair.first;
      meant += pair.second;
    }
    const auto read = decode<std::string>('"' + spelled + '"');
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == meant);
  }));
}

}  // namespace
}  // namespace wangdi::codec
