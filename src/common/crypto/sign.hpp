// SPDX-License-Identifier: Apache-2.0
// Signatures that anybody checks with the public key and a common tool: ECDSA on P-256 over
// SHA-256, as `openssl dgst -sha256 -verify` takes them. The server's own key signs certificates
// and nothing else; phones sign with keys of their own.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/crypto/bytes.hpp"

struct evp_pkey_st;

namespace wangdi::crypto {

// Any thread.
class SigningKey {
 public:
  // `secret`: 32 random bytes, always the same ones for the same key.
  static SigningKey of(ByteView secret);

  // SubjectPublicKeyInfo as PEM.
  std::string public_pem() const;
  // DER. Another one each time.
  Bytes sign(ByteView text) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  using Key = std::unique_ptr<evp_pkey_st, Free>;
  explicit SigningKey(Key key) : key_(std::move(key)) {}
  Key key_;
};

// Whether a signature is of the text and of the key behind a PEM of a public key.
bool is_signed(std::string_view public_pem, ByteView text, ByteView signature);

// Whether a signature of 64 bytes, r and s, as WebCrypto makes them, is of the text and of the
// private key behind an uncompressed point; a point that lies on no curve signs nothing.
bool is_signed_by_point(ByteView public_point, ByteView text, ByteView signature);

// RFC 4648 base64 with padding, as `openssl base64 -A` writes and reads it.
std::string base64(ByteView bytes);
// Nothing when it is no such text.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace wangdi::crypto
