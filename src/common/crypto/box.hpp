// SPDX-License-Identifier: Apache-2.0
// What anybody can put in and only the holder of the key can take out: phones seal their outbox to
// the server's public key with it (ADR 0033). ECDH on P-256, which every browser's WebCrypto has,
// then HKDF-SHA256 and AES-256-GCM. It says nothing about who sealed.
//
// A sealed text: version (1) | mark of the key (8) | ephemeral point (65) | nonce (12) | ciphertext
// | tag (16). The key of the AEAD is HKDF(salt = ephemeral point | public point, x of the shared
// point, info "wangdi.box.1").
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/crypto/bytes.hpp"

struct evp_pkey_st;

namespace wangdi::crypto {

inline constexpr std::size_t kBoxPointBytes = 65;
inline constexpr std::size_t kBoxMarkBytes = 8;
inline constexpr std::size_t kBoxOverheadBytes = 1 + kBoxMarkBytes + kBoxPointBytes + 12 + 16;

// Any thread; opening changes nothing here.
class BoxKey {
 public:
  // `secret`: 32 random bytes, always the same ones for the same key.
  static BoxKey of(ByteView secret);

  // The point phones seal to, uncompressed.
  const Bytes& public_point() const { return public_point_; }
  // Nothing when it was sealed to another key, or a bit of it or of `associated` differs.
  std::optional<Bytes> open(ByteView associated, ByteView sealed) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  using Key = std::unique_ptr<evp_pkey_st, Free>;
  BoxKey(Key key, Bytes public_point);

  Key key_;
  Bytes public_point_;
  std::array<std::uint8_t, kBoxMarkBytes> mark_;
};

// How sealed texts and points stand in JSON: RFC 4648 base64url without padding.
std::string base64url(ByteView bytes);
// Nothing when it is no such text.
std::optional<Bytes> from_base64url(std::string_view text);

}  // namespace wangdi::crypto
