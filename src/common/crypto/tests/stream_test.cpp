// SPDX-License-Identifier: Apache-2.0
// Chunks open in their order, whole and under their key only, and the last one is known.
#include "common/crypto/stream.hpp"

#include <gtest/gtest.h>

#include "common/crypto/crypto.hpp"

namespace wangdi::crypto {
namespace {

struct Sealed {
  std::array<std::uint8_t, kStreamHeaderBytes> header;
  std::vector<Bytes> chunks;
};

Sealed seal(const SecretKey& key, ByteView associated) {
  StreamSealer sealer(key.view());
  Sealed sealed{sealer.header(), std::vector<Bytes>(3)};
  sealer.seal(associated, bytes_of("first"), Chunk::more, sealed.chunks[0]);
  sealer.seal(associated, bytes_of("second"), Chunk::more, sealed.chunks[1]);
  sealer.seal(associated, {}, Chunk::last, sealed.chunks[2]);
  return sealed;
}

TEST(Stream, given_chunks_when_opened_in_order_then_they_are_what_was_sealed) {
  const auto key = SecretKey::random();
  const auto sealed = seal(key, bytes_of("head"));
  StreamOpener opener(key.view(), sealed.header);
  Bytes plain;
  EXPECT_EQ(opener.open(bytes_of("head"), sealed.chunks[0], plain), Chunk::more);
  EXPECT_EQ(text_of(plain), "first");
  EXPECT_EQ(opener.open(bytes_of("head"), sealed.chunks[1], plain), Chunk::more);
  EXPECT_EQ(text_of(plain), "second");
  EXPECT_EQ(opener.open(bytes_of("head"), sealed.chunks[2], plain), Chunk::last);
  EXPECT_TRUE(plain.empty());
}

TEST(Stream, given_another_key_head_order_or_bit_then_nothing_opens) {
  const auto key = SecretKey::random();
  auto sealed = seal(key, bytes_of("head"));
  Bytes plain;
  const auto opens = [&](const SecretKey& with, std::string_view head, ByteView chunk) {
    return StreamOpener(with.view(), sealed.header).open(bytes_of(head), chunk, plain).has_value();
  };
  EXPECT_TRUE(opens(key, "head", sealed.chunks[0]));
  EXPECT_FALSE(opens(SecretKey::random(), "head", sealed.chunks[0]));
  EXPECT_FALSE(opens(key, "Head", sealed.chunks[0]));
  EXPECT_FALSE(opens(key, "head", sealed.chunks[1]));
  EXPECT_FALSE(opens(key, "head", ByteView(sealed.chunks[0]).first(5)));
  EXPECT_FALSE(opens(key, "head", {}));
  for (std::size_t bit = 0; bit < sealed.chunks[0].size() * 8; ++bit) {
    auto chunk = sealed.chunks[0];
    chunk[bit / 8] = static_cast<std::uint8_t>(chunk[bit / 8] ^ 1u << (bit % 8));
    EXPECT_FALSE(opens(key, "head", chunk)) << bit;
    EXPECT_TRUE(plain.empty());
  }
}

}  // namespace
}  // namespace wangdi::crypto
