// SPDX-License-Identifier: Apache-2.0
// Scalars, points and keys of P-256 over OpenSSL.
#include "common/crypto/p256.hpp"

#include <openssl/obj_mac.h>

#include <algorithm>
#include <string>

#include "common/crypto/crypto.hpp"

namespace wangdi::crypto::p256 {
namespace {

using Group = std::unique_ptr<EC_GROUP, FreeWith<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, FreeWith<EC_POINT_clear_free>>;
using Work = std::unique_ptr<BN_CTX, FreeWith<BN_CTX_free>>;

Number number_of(ByteView bytes) {
  Number number(BN_secure_new());
  WD_ASSERT(number && BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number.get()));
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

// 48 bytes spread evenly over 1 to order - 1 (FIPS 186-5 A.2.1: 64 bits more than the order has).
std::array<std::uint8_t, kScalarBytes> scalar_of(ByteView secret, std::string_view use,
                                                 const EC_GROUP& group, BN_CTX& work) {
  Hmac hmac(secret);
  auto wide = hmac.mac({bytes_of(std::string(use) + ".scalar.1")});
  auto more = hmac.mac({bytes_of(std::string(use) + ".scalar.2")});
  std::array<std::uint8_t, 48> bytes;
  std::copy_n(more.begin(), 16, std::ranges::copy(wide, bytes.begin()).out);
  auto number = number_of(bytes);
  Number below(BN_dup(EC_GROUP_get0_order(&group)));
  Number scalar(BN_secure_new());
  WD_ASSERT(below && scalar && BN_sub_word(below.get(), 1) == 1 &&
            BN_mod(scalar.get(), number.get(), below.get(), &work) == 1 &&
            BN_add_word(scalar.get(), 1) == 1);
  std::array<std::uint8_t, kScalarBytes> result;
  WD_ASSERT(BN_bn2binpad(scalar.get(), result.data(), kScalarBytes) == kScalarBytes);
  for (std::span<std::uint8_t> used : {std::span<std::uint8_t>(wide), std::span<std::uint8_t>(more),
                                       std::span<std::uint8_t>(bytes)}) {
    wipe(used);
  }
  return result;
}

}  // namespace

EVP_PKEY* key_of(ByteView public_point, ByteView scalar) {
  Builder builder(OSSL_PARAM_BLD_new());
  WD_ASSERT(builder);
  Number secret = scalar.empty() ? nullptr : number_of(scalar);
  bool built = OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                               kCurve.data(), kCurve.size()) == 1 &&
               OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                                public_point.data(), public_point.size()) == 1;
  if (secret) {
    built =
        built && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get()) == 1;
  }
  Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  Context context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  WD_ASSERT(built && params && context && EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* made = nullptr;
  const int selection = secret ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  if (EVP_PKEY_fromdata(context.get(), &made, selection, params.get()) != 1) return nullptr;
  return made;
}

Pair pair_of(ByteView secret, std::string_view use) {
  Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  Work work(BN_CTX_secure_new());
  WD_ASSERT(group && work);
  auto scalar = scalar_of(secret, use, *group, *work);
  const auto number = number_of(scalar);
  Point point(EC_POINT_new(group.get()));
  Bytes bytes(kPointBytes);
  WD_ASSERT(point &&
            EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, work.get()) ==
                1 &&
            EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                               bytes.data(), bytes.size(), work.get()) == bytes.size());
  auto* key = key_of(bytes, scalar);
  WD_ASSERT(key != nullptr);
  wipe(scalar);
  return {key, std::move(bytes)};
}

}  // namespace wangdi::crypto::p256
