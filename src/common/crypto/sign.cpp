// SPDX-License-Identifier: Apache-2.0
// ECDSA of OpenSSL behind SigningKey.
#include "common/crypto/sign.hpp"

#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <sodium.h>

#include <algorithm>

#include "common/crypto/crypto.hpp"
#include "common/crypto/p256.hpp"

namespace wangdi::crypto {
namespace {

constexpr std::string_view kUse = "wangdi.certificate";

using Digesting = std::unique_ptr<EVP_MD_CTX, p256::FreeWith<EVP_MD_CTX_free>>;
using Memory = std::unique_ptr<BIO, p256::FreeWith<BIO_free_all>>;
using PublicKey = std::unique_ptr<EVP_PKEY, p256::FreeWith<EVP_PKEY_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, p256::FreeWith<ECDSA_SIG_free>>;

bool is_signed_by(EVP_PKEY* key, ByteView text, ByteView der) {
  const Digesting digesting(EVP_MD_CTX_new());
  return digesting &&
         EVP_DigestVerifyInit(digesting.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(digesting.get(), der.data(), der.size(), text.data(), text.size()) == 1;
}

// The two numbers as the library wants them.
Bytes der_of(ByteView numbers) {
  constexpr auto kBytes = static_cast<int>(p256::kScalarBytes);
  const Signature signature(ECDSA_SIG_new());
  auto* r = BN_bin2bn(numbers.data(), kBytes, nullptr);
  auto* s = BN_bin2bn(numbers.data() + kBytes, kBytes, nullptr);
  WD_ASSERT(signature && r != nullptr && s != nullptr &&
            ECDSA_SIG_set0(signature.get(), r, s) == 1);  // which owns them now
  Bytes der(static_cast<std::size_t>(std::max(i2d_ECDSA_SIG(signature.get(), nullptr), 0)));
  auto* at = der.data();
  WD_ASSERT(!der.empty() && i2d_ECDSA_SIG(signature.get(), &at) > 0);
  return der;
}

}  // namespace

void SigningKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

SigningKey SigningKey::of(ByteView secret) {
  return SigningKey(Key(p256::pair_of(secret, kUse).key));
}

std::string SigningKey::public_pem() const {
  const Memory memory(BIO_new(BIO_s_mem()));
  WD_ASSERT(memory && PEM_write_bio_PUBKEY(memory.get(), key_.get()) == 1);
  char* text = nullptr;
  const auto length = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<std::size_t>(length));
}

Bytes SigningKey::sign(ByteView text) const {
  const Digesting digesting(EVP_MD_CTX_new());
  std::size_t length = 0;
  WD_ASSERT(digesting &&
            EVP_DigestSignInit(digesting.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
            EVP_DigestSign(digesting.get(), nullptr, &length, text.data(), text.size()) == 1);
  Bytes signature(length);
  WD_ASSERT(EVP_DigestSign(digesting.get(), signature.data(), &length, text.data(), text.size()) ==
            1);
  signature.resize(length);
  return signature;
}

bool is_signed(std::string_view public_pem, ByteView text, ByteView signature) {
  const Memory memory(BIO_new_mem_buf(public_pem.data(), static_cast<int>(public_pem.size())));
  const PublicKey key(memory ? PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr)
                             : nullptr);
  return key && is_signed_by(key.get(), text, signature);
}

bool is_signed_by_point(ByteView public_point, ByteView text, ByteView signature) {
  constexpr std::uint8_t kUncompressed = 4;
  if (public_point.size() != p256::kPointBytes || public_point.front() != kUncompressed ||
      signature.size() != 2 * p256::kScalarBytes) {
    return false;
  }
  const PublicKey key(p256::key_of(public_point, {}));
  return key && is_signed_by(key.get(), text, der_of(signature));
}

std::string base64(ByteView bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
  text.pop_back();  // the end that C wants
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t length = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length,
                        nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  bytes.resize(length);
  return bytes;
}

}  // namespace wangdi::crypto
