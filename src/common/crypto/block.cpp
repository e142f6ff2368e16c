// SPDX-License-Identifier: Apache-2.0
// OpenSSL's AES-256 without any chaining, one whole block at a time.
#include "common/crypto/block.hpp"

#include <openssl/evp.h>

#include "common/crypto/crypto.hpp"

namespace wangdi::crypto {

void BlockCipher::Free::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

BlockCipher::BlockCipher() : encipher_(EVP_CIPHER_CTX_new()), decipher_(EVP_CIPHER_CTX_new()) {
  WD_ASSERT(encipher_ != nullptr && decipher_ != nullptr);
}
BlockCipher::~BlockCipher() = default;
BlockCipher::BlockCipher(BlockCipher&&) noexcept = default;
BlockCipher& BlockCipher::operator=(BlockCipher&&) noexcept = default;

void BlockCipher::set_key(ByteView key) {
  WD_ASSERT(key.size() == kKeyBytes);
  const auto* cipher = EVP_aes_256_ecb();
  const bool set =
      EVP_EncryptInit_ex2(encipher_.get(), cipher, key.data(), nullptr, nullptr) == 1 &&
      EVP_DecryptInit_ex2(decipher_.get(), cipher, key.data(), nullptr, nullptr) == 1 &&
      EVP_CIPHER_CTX_set_padding(encipher_.get(), 0) == 1 &&
      EVP_CIPHER_CTX_set_padding(decipher_.get(), 0) == 1;
  WD_ASSERT(set);
}

Block BlockCipher::encipher(const Block& plain) {
  Block enciphered;
  int written = 0;
  const bool done = EVP_EncryptUpdate(encipher_.get(), enciphered.data(), &written, plain.data(),
                                      static_cast<int>(plain.size())) == 1;
  WD_ASSERT(done && static_cast<std::size_t>(written) == enciphered.size());
  return enciphered;
}

Block BlockCipher::decipher(const Block& enciphered) {
  Block plain;
  int written = 0;
  const bool done = EVP_DecryptUpdate(decipher_.get(), plain.data(), &written, enciphered.data(),
                                      static_cast<int>(enciphered.size())) == 1;
  WD_ASSERT(done && static_cast<std::size_t>(written) == plain.size());
  return plain;
}

}  // namespace wangdi::crypto
