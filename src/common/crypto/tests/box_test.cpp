// SPDX-License-Identifier: Apache-2.0
// What a browser seals is opened here: the vector was made with WebCrypto of Node.
#include "common/crypto/box.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "base/hex.hpp"
#include "common/crypto/crypto.hpp"

namespace wangdi::crypto {
namespace {

constexpr std::string_view kPublic =
    "04d1098566faa521717e8c099a0bcd9f386bddfdf25df4adce5b2c57ae1037e712e272052632701ffc81e7282906"
    "d67980bc7e0d86fd53377ac362a145779f9e34";
constexpr std::string_view kSealed =
    "013254de442681f12204f29c9f7e3a097a14a71cf954d1a33c0af80219d9a7c3ae947b72f2eab8cc90de9683208d"
    "5588085dec6ceb9db2102cecad017d981cb6b234339468b7a612f34d99578ff7601c4efab940cdab44531f24818f"
    "a523ffc919a9854e2afab78cac8e55";
constexpr std::string_view kPlace = "a place";

BoxKey key() {
  Bytes secret(32);
  std::iota(secret.begin(), secret.end(), std::uint8_t{1});
  return BoxKey::of(secret);
}

TEST(Box, has_the_same_key_for_the_same_secret) {
  EXPECT_EQ(to_hex(key().public_point()), kPublic);
  EXPECT_NE(BoxKey::of(sha256({}))  // another secret
                .public_point(),
            key().public_point());
}

// security: WC3
TEST(Box, opens_what_a_browser_sealed) {
  const auto plain = key().open(bytes_of(kPlace), *from_hex(kSealed));
  ASSERT_TRUE(plain);
  EXPECT_EQ(text_of(*plain), "hello");
}

TEST(Box, opens_nothing_in_which_any_bit_differs) {
  const auto box = key();
  const auto sealed = *from_hex(kSealed);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    for (const std::uint8_t bit : {0x01, 0x80}) {
      auto changed = sealed;
      changed[at] ^= bit;
      EXPECT_FALSE(box.open(bytes_of(kPlace), changed)) << at;
    }
  }
}

TEST(Box, opens_nothing_at_another_place_or_cut_off_or_of_another_key) {
  const auto sealed = *from_hex(kSealed);
  EXPECT_FALSE(key().open(bytes_of("another"), sealed));
  EXPECT_FALSE(BoxKey::of(sha256({})).open(bytes_of(kPlace), sealed));
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_FALSE(key().open(bytes_of(kPlace), ByteView(sealed).first(length))) << length;
  }
}

// A point that lies on no curve tells parts of the key to whoever may ask often enough.
TEST(Box, refuses_a_point_that_is_none) {
  auto sealed = *from_hex(kSealed);
  std::fill_n(sealed.begin() + 1 + kBoxMarkBytes + 1, 64, std::uint8_t{0});
  EXPECT_FALSE(key().open(bytes_of(kPlace), sealed));
  sealed[1 + kBoxMarkBytes] = 0;  // the point at infinity
  EXPECT_FALSE(key().open(bytes_of(kPlace), sealed));
}

TEST(Box, texts_go_there_and_back_and_others_are_refused) {
  const auto sealed = *from_hex(kSealed);
  EXPECT_EQ(from_base64url(base64url(sealed)), sealed);
  EXPECT_EQ(base64url(ByteView(sealed).first(4)), "ATJU3g");
  EXPECT_EQ(from_base64url(""), Bytes());
  for (const auto* wrong : {"A", "AT=", "ATJU3g==", "AT+/", "AT J", "网底"}) {
    EXPECT_FALSE(from_base64url(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace wangdi::crypto
