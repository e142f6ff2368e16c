// SPDX-License-Identifier: Apache-2.0
// Uuid, ids and hexadecimal text.
#include "base/ids.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <type_traits>
#include <unordered_set>

#include "base/hex.hpp"

namespace wangdi {
namespace {

constexpr std::string_view kText = "01901d8a-7f31-7c3a-9a55-3f1f0d6b2c11";

Uuid any_uuid() {
  Uuid id;
  for (auto& byte : id.bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
  return id;
}

TEST(Uuid, parses_only_the_form_of_36_characters) {
  ASSERT_TRUE(Uuid::parse(kText));
  EXPECT_EQ(Uuid::parse(kText)->text(), kText);
  EXPECT_EQ(Uuid::parse("01901D8A-7F31-7C3A-9A55-3F1F0D6B2C11")->text(), kText);
  for (const auto text :
       {"", "01901d8a7f317c3a9a553f1f0d6b2c11", "{01901d8a-7f31-7c3a-9a55-3f1f0d6b2c1}",
        "01901d8a-7f31-7c3a-9a55-3f1f0d6b2c1", "01901d8a-7f31-7c3a-9a55-3f1f0d6b2c111",
        "01901d8a-7f31-7c3a-9a55-3f1f0d6b2c1g", "01901d8a-7f317-c3a-9a55-3f1f0d6b2c11",
        "01901d8a_7f31_7c3a_9a55_3f1f0d6b2c11", "-1901d8a-7f31-7c3a-9a55-3f1f0d6b2c11"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

TEST(Uuid, text_goes_round) {
  EXPECT_TRUE(rc::check("parse(text(x)) == x", [] {
    const auto id = any_uuid();
    RC_ASSERT(Uuid::parse(id.text()) == id);
  }));
}

TEST(Uuid, version_7_holds_its_time_and_sorts_by_it) {
  EXPECT_TRUE(rc::check("make_uuid_v7", [] {
    constexpr std::int64_t kMost = (std::int64_t{1} << 48) - 1;
    const auto first = *rc::gen::inRange<std::int64_t>(0, kMost);
    const auto second = *rc::gen::inRange<std::int64_t>(first + 1, kMost + 1);
    std::array<std::uint8_t, 10> random{};
    for (auto& byte : random) byte = *rc::gen::arbitrary<std::uint8_t>();
    const auto id = make_uuid_v7(first, random);
    RC_ASSERT(id.version() == 7);
    RC_ASSERT((id.bytes[8] & 0xC0) == 0x80);
    RC_ASSERT(id.unix_ms() == first);
    RC_ASSERT(id < make_uuid_v7(second, random));
  }));
}

TEST(Uuid, nil) {
  EXPECT_TRUE(Uuid{}.is_nil());
  EXPECT_FALSE(Uuid::parse(kText)->is_nil());
}

TEST(Id, of_different_things_do_not_mix) {
  static_assert(!std::is_convertible_v<PersonId, HouseholdId>);
  static_assert(!std::is_constructible_v<PersonId, HouseholdId>);
  const PersonId person{*Uuid::parse(kText)};
  EXPECT_EQ(person.text(), kText);
  EXPECT_EQ((std::unordered_set<PersonId>{person, person}.size()), 1u);
}

TEST(Hex, goes_round_and_refuses_what_is_none) {
  EXPECT_EQ(to_hex(std::vector<std::uint8_t>{0, 15, 255}), "000fff");
  EXPECT_EQ(from_hex("000FfF"), (std::vector<std::uint8_t>{0, 15, 255}));
  EXPECT_EQ(from_hex(""), std::vector<std::uint8_t>{});
  for (const auto text : {"0", "0g", "g0", "00 ", "０0"}) EXPECT_FALSE(from_hex(text)) << text;
}

}  // namespace
}  // namespace wangdi
