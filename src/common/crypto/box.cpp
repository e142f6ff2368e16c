// SPDX-License-Identifier: Apache-2.0
// P-256 of OpenSSL behind BoxKey.
#include "common/crypto/box.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <sodium.h>

#include <algorithm>

#include "common/crypto/crypto.hpp"

namespace wangdi::crypto {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kScalarBytes = 32;
constexpr std::string_view kCurve = "prime256v1";
constexpr std::string_view kInfo = "wangdi.box.1";

template <auto Function>
struct FreeWith {
  template <class T>
  void operator()(T* one) const {
    Function(one);
  }
};
using Number = std::unique_ptr<BIGNUM, FreeWith<BN_clear_free>>;
using Group = std::unique_ptr<EC_GROUP, FreeWith<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, FreeWith<EC_POINT_clear_free>>;
using Work = std::unique_ptr<BN_CTX, FreeWith<BN_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;

Number number_of(ByteView bytes) {
  Number number(BN_secure_new());
  WD_ASSERT(number && BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number.get()));
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

// 48 bytes spread evenly over 1 to order - 1 (FIPS 186-5 A.2.1: 64 bits more than the order has).
std::array<std::uint8_t, kScalarBytes> scalar_of(ByteView secret, const EC_GROUP& group,
                                                 BN_CTX& work) {
  Hmac hmac(secret);
  auto wide = hmac.mac({bytes_of("wangdi.box.scalar.1")});
  auto more = hmac.mac({bytes_of("wangdi.box.scalar.2")});
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

Digest key_between(ByteView shared, ByteView ephemeral, ByteView receiver) {
  Bytes salt(ephemeral.begin(), ephemeral.end());
  salt.insert(salt.end(), receiver.begin(), receiver.end());
  Hmac extract{ByteView(salt)};
  auto drawn = extract.mac({shared});
  Hmac expand{ByteView(drawn)};
  constexpr std::uint8_t kFirstBlock[] = {1};
  const auto key = expand.mac({bytes_of(kInfo), kFirstBlock});
  wipe(drawn);
  return key;
}

}  // namespace

void BoxKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

BoxKey::BoxKey(Key key, Bytes public_point)
    : key_(std::move(key)), public_point_(std::move(public_point)) {
  const auto hash = sha256({public_point_});
  std::copy_n(hash.begin(), mark_.size(), mark_.begin());
}

// Nothing when the point lies on no curve. An empty scalar: a key to seal to.
BoxKey::Key BoxKey::key_of(ByteView public_point, ByteView scalar) {
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
  return Key(made);
}

BoxKey BoxKey::of(ByteView secret) {
  Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  Work work(BN_CTX_secure_new());
  WD_ASSERT(group && work);
  auto scalar = scalar_of(secret, *group, *work);
  const auto number = number_of(scalar);
  Point point(EC_POINT_new(group.get()));
  Bytes bytes(kBoxPointBytes);
  WD_ASSERT(point &&
            EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, work.get()) ==
                1 &&
            EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                               bytes.data(), bytes.size(), work.get()) == bytes.size());
  auto key = key_of(bytes, scalar);
  WD_ASSERT(key);
  wipe(scalar);
  return {std::move(key), std::move(bytes)};
}

std::optional<Bytes> BoxKey::open(ByteView associated, ByteView sealed) const {
  if (sealed.size() < kBoxOverheadBytes || sealed.front() != kVersion) return std::nullopt;
  if (!std::ranges::equal(sealed.subspan(1, kBoxMarkBytes), mark_)) return std::nullopt;
  const auto ephemeral = sealed.subspan(1 + kBoxMarkBytes, kBoxPointBytes);
  const auto peer = key_of(ephemeral, {});
  if (!peer) return std::nullopt;
  Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  WD_ASSERT(context && EVP_PKEY_derive_init(context.get()) == 1);
  std::array<std::uint8_t, kScalarBytes> shared;
  std::size_t length = shared.size();
  if (EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
      EVP_PKEY_derive(context.get(), shared.data(), &length) != 1 || length != shared.size()) {
    return std::nullopt;
  }
  auto key = key_between(shared, ephemeral, public_point_);
  wipe(shared);
  Aead aead;
  aead.set_key(key);
  wipe(key);
  return aead.open(associated, sealed.subspan(1 + kBoxMarkBytes + kBoxPointBytes));
}

std::string base64url(ByteView bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
  text.pop_back();  // the end that C wants
  return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t length = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length,
                        nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    return std::nullopt;
  }
  bytes.resize(length);
  return bytes;
}

}  // namespace wangdi::crypto
