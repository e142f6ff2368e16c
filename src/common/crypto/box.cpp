// SPDX-License-Identifier: Apache-2.0
// P-256 of OpenSSL behind BoxKey.
#include "common/crypto/box.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>

#include "common/crypto/crypto.hpp"
#include "common/crypto/p256.hpp"

namespace wangdi::crypto {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kUse = "wangdi.box";
constexpr std::string_view kInfo = "wangdi.box.1";

using p256::Context;
using p256::kScalarBytes;

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

BoxKey BoxKey::of(ByteView secret) {
  auto pair = p256::pair_of(secret, kUse);
  return {Key(pair.key), std::move(pair.public_point)};
}

std::optional<Bytes> BoxKey::open(ByteView associated, ByteView sealed) const {
  if (sealed.size() < kBoxOverheadBytes || sealed.front() != kVersion) return std::nullopt;
  if (!std::ranges::equal(sealed.subspan(1, kBoxMarkBytes), mark_)) return std::nullopt;
  const auto ephemeral = sealed.subspan(1 + kBoxMarkBytes, kBoxPointBytes);
  const Key peer(p256::key_of(ephemeral, {}));
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
