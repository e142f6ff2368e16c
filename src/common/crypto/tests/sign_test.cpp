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

// Made by a browser's WebCrypto (ECDSA, P-256, SHA-256) over "wangdi log-in".
TEST(SignTest, a_signature_of_two_numbers_is_of_its_text_and_its_point_only) {
  const auto point =
      from_base64url(
          "BLXSkl86pBQnlxMllCFEsEDz8KzBISMB_ABxSq4BTtIod_HdxsOd3Py69Grv7gcoKXg_KqgF41WkbQFS"
          "QEPe3o0")
          .value();
  const auto signature =
      from_base64url(
          "8gfGD5RDlc-2rEFm8V7t6yoptdCUtldubKuRoaWTQQjlJ__zWcdODUkJOYaURxFkUCo6McH8cJ-wSTgR"
          "iXTw7g")
          .value();
  const auto text = bytes_of("wangdi log-in");
  EXPECT_TRUE(is_signed_by_point(point, text, signature));
  EXPECT_FALSE(is_signed_by_point(point, bytes_of("wangdi log-out"), signature));
  for (std::size_t at = 0; at < signature.size(); ++at) {
    auto spoilt = signature;
    spoilt[at] ^= 1;
    EXPECT_FALSE(is_signed_by_point(point, text, spoilt)) << at;
  }
  for (std::size_t at = 0; at < point.size(); ++at) {
    auto off_the_curve = point;
    off_the_curve[at] ^= 1;
    EXPECT_FALSE(is_signed_by_point(off_the_curve, text, signature)) << at;
  }
  EXPECT_FALSE(is_signed_by_point({}, text, signature));
  EXPECT_FALSE(is_signed_by_point(point, text, {}));
  EXPECT_FALSE(is_signed_by_point(point, text, Bytes(64, 0)));
  EXPECT_FALSE(is_signed_by_point(point, text, Bytes(64, 0xff)));
}

TEST(SignTest, base64_is_as_others_write_it) {
  EXPECT_EQ(base64(bytes_of("any carnal pleas")), "YW55IGNhcm5hbCBwbGVhcw==");
  EXPECT_EQ(text_of(from_base64("YW55IGNhcm5hbCBwbGVhcw==").value()), "any carnal pleas");
  EXPECT_FALSE(from_base64("YW5?").has_value());
}

}  // namespace
}  // namespace wangdi::crypto
