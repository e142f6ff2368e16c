// SPDX-License-Identifier: Apache-2.0
// What is signed is told from what is not; a key is always the same for its secret.
#include "common/crypto/sign.hpp"

#include <gtest/gtest.h>

#include "common/crypto/box.hpp"

namespace wangdi::crypto {
namespace {

const Bytes kSigner(32, 7);

TEST(SignTest, a_signature_is_of_its_text_and_its_key_only) {
  const auto key = SigningKey::of(kSigner);
  const auto signature = key.sign(bytes_of("text"));
  EXPECT_TRUE(is_signed(key.public_pem(), bytes_of("text"), signature));
  EXPECT_FALSE(is_signed(key.public_pem(), bytes_of("Text"), signature));
  EXPECT_FALSE(is_signed(SigningKey::of(Bytes(32, 8)).public_pem(), bytes_of("text"), signature));
  for (std::size_t at = 0; at < signature.size(); ++at) {
    auto spoilt = signature;
    spoilt[at] ^= 1;
    EXPECT_FALSE(is_signed(key.public_pem(), bytes_of("text"), spoilt)) << at;
  }
  EXPECT_FALSE(is_signed("", bytes_of("text"), signature));
  EXPECT_FALSE(is_signed(key.public_pem(), bytes_of("text"), {}));
}

TEST(SignTest, the_same_secret_gives_the_same_key_and_no_key_of_another_use) {
  EXPECT_EQ(SigningKey::of(kSigner).public_pem(), SigningKey::of(kSigner).public_pem());
  EXPECT_NE(SigningKey::of(kSigner).sign(bytes_of("text")),
            SigningKey::of(kSigner).sign(bytes_of("text")));
  const auto pem = SigningKey::of(kSigner).public_pem();
  EXPECT_EQ(pem.find(base64(BoxKey::of(kSigner).public_point()).substr(4, 20)), std::string::npos);
}

TEST(SignTest, base64_is_as_others_write_it) {
  EXPECT_EQ(base64(bytes_of("any carnal pleas")), "YW55IGNhcm5hbCBwbGVhcw==");
  EXPECT_EQ(text_of(from_base64("YW55IGNhcm5hbCBwbGVhcw==").value()), "any carnal pleas");
  EXPECT_FALSE(from_base64("YW5?").has_value());
}

}  // namespace
}  // namespace wangdi::crypto
