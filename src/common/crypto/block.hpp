// SPDX-License-Identifier: Apache-2.0
// AES-256 of one block: of all permutations of 16 bytes the one that a key names. Equal blocks
// become equal blocks and nothing is vouched for, so it is only for what looks random by itself and
// may be seen to be equal: MACs. Everything else is sealed (Aead).
#pragma once

#include <array>
#include <memory>

#include "common/crypto/bytes.hpp"

struct evp_cipher_ctx_st;

namespace wangdi::crypto {

using Block = std::array<std::uint8_t, 16>;

// Holds one expanded key: set_key once, then any number of blocks. Not for several threads at once.
class BlockCipher {
 public:
  BlockCipher();
  ~BlockCipher();
  BlockCipher(BlockCipher&&) noexcept;
  BlockCipher& operator=(BlockCipher&&) noexcept;
  // `key` must be 32 long.
  void set_key(ByteView key);
  Block encipher(const Block& plain);
  Block decipher(const Block& enciphered);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> encipher_;
  std::unique_ptr<evp_cipher_ctx_st, Free> decipher_;
};

}  // namespace wangdi::crypto
