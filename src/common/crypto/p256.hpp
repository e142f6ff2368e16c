// SPDX-License-Identifier: Apache-2.0
// A private key of P-256 made from a secret; for the units of this room that need one.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>
#include <string_view>

#include "common/crypto/bytes.hpp"

namespace wangdi::crypto::p256 {

inline constexpr std::size_t kScalarBytes = 32;
inline constexpr std::size_t kPointBytes = 65;
inline constexpr std::string_view kCurve = "prime256v1";

template <auto Function>
struct FreeWith {
  template <class T>
  void operator()(T* one) const {
    Function(one);
  }
};
using Number = std::unique_ptr<BIGNUM, FreeWith<BN_clear_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;

// The caller owns it; nullptr when the point lies on no curve. An empty scalar: a public key.
EVP_PKEY* key_of(ByteView public_point, ByteView scalar);

struct Pair {
  EVP_PKEY* key;  // the caller owns it
  Bytes public_point;
};
// Always the same pair for the same secret (32 random bytes) and name of its use.
Pair pair_of(ByteView secret, std::string_view use);

}  // namespace wangdi::crypto::p256
