// SPDX-License-Identifier: Apache-2.0
// The published vector, and what the blind index stands on: a permutation that only the key undoes.
#include "common/crypto/block.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/hex.hpp"
#include "common/crypto/crypto.hpp"

namespace wangdi::crypto {
namespace {

Block block(std::string_view text) {
  Block bytes;
  std::ranges::copy(from_hex(text).value(), bytes.begin());
  return bytes;
}

TEST(BlockCipher, gives_the_block_of_fips_197) {
  BlockCipher cipher;
  cipher.set_key(
      from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").value());
  const auto plain = block("00112233445566778899aabbccddeeff");
  const auto enciphered = block("8ea2b7ca516745bfeafc49904b496089");
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(cipher.encipher(plain), enciphered);
    EXPECT_EQ(cipher.decipher(enciphered), plain);
  }
}

TEST(BlockCipher, another_key_gives_other_blocks_and_undoes_none) {
  BlockCipher cipher;
  const auto plain = block("00112233445566778899aabbccddeeff");
  std::set<Block> seen{plain};
  for (int key = 0; key < 100; ++key) {
    cipher.set_key(SecretKey::random().view());
    const auto enciphered = cipher.encipher(plain);
    EXPECT_TRUE(seen.insert(enciphered).second);
    EXPECT_EQ(cipher.decipher(enciphered), plain);
    cipher.set_key(SecretKey::random().view());
    EXPECT_NE(cipher.decipher(enciphered), plain);
  }
}

TEST(SecretKey, a_derived_key_is_that_of_its_use) {
  const auto from = SecretKey::random();
  const auto of = [&](std::string_view use) {
    return to_hex(SecretKey::derived(from, {bytes_of(use)}).view());
  };
  EXPECT_EQ(of("a"), of("a"));
  EXPECT_NE(of("a"), of("b"));
  EXPECT_NE(of("a"), to_hex(from.view()));
}

}  // namespace
}  // namespace wangdi::crypto
