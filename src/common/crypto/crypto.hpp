// SPDX-License-Identifier: Apache-2.0
// All calls of OpenSSL and libsodium that touch keys, hashes, passwords and random numbers. No
// other room includes their headers (security.md CR1); README.md holds the inventory of algorithms.
// A failing library call (no memory, no entropy) aborts: nothing may go on with a weak key.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "common/crypto/bytes.hpp"

struct evp_cipher_ctx_st;
struct evp_cipher_st;
struct evp_mac_ctx_st;
struct evp_md_ctx_st;
struct evp_md_st;

namespace wangdi::crypto {

inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kSealOverheadBytes = kNonceBytes + kTagBytes;

using Digest = std::array<std::uint8_t, 32>;
using Parts = std::initializer_list<ByteView>;

// Overwrites memory in a way the compiler keeps.
void wipe(std::span<std::uint8_t> bytes);
void wipe(std::string& text);
// Compares in a time that depends on the lengths only.
bool equal(ByteView a, ByteView b);

// Random bytes of the kernel, fetched in blocks. Not for several threads at once. The block lies on
// a page that the kernel empties in a child of fork(), so parent and child never share a nonce.
class Random {
 public:
  Random();
  ~Random();
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  void fill(std::span<std::uint8_t> bytes);
  template <std::size_t N>
  std::array<std::uint8_t, N> take() {
    std::array<std::uint8_t, N> bytes;
    fill(bytes);
    return bytes;
  }

 private:
  struct Block;
  Block* block_;  // null where the kernel cannot empty pages: then nothing is kept ahead
};

// Zeroed bytes on locked, guarded pages that core dumps leave out; wiped at the end.
class SecretBlock {
 public:
  explicit SecretBlock(std::size_t size);
  SecretBlock(SecretBlock&& other) noexcept;
  SecretBlock& operator=(SecretBlock&& other) noexcept;
  SecretBlock(const SecretBlock&) = delete;
  SecretBlock& operator=(const SecretBlock&) = delete;
  ~SecretBlock();
  std::span<std::uint8_t> bytes() const { return {bytes_, size_}; }

 private:
  std::uint8_t* bytes_;
  std::size_t size_;
};

// 32 secret bytes in a block of their own. Costs four pages: for the few long-living keys, not for
// the many keys of persons.
class SecretKey {
 public:
  static SecretKey random();
  // `bytes` must be 32 long.
  static SecretKey copy_of(ByteView bytes);
  // A key of its own for one use, by HMAC-SHA256: `use` differs from that of every other use.
  static SecretKey derived(const SecretKey& from, Parts use);
  ByteView view() const { return block_.bytes(); }

 private:
  SecretKey() : block_(kKeyBytes) {}
  SecretBlock block_;
};

// AES-256-GCM. A sealed text is nonce (12, random) | ciphertext | tag (16). Holds one expanded key:
// set_key once, then any number of seals and opens. Not for several threads at once.
class Aead {
 public:
  Aead();
  ~Aead();
  Aead(Aead&&) noexcept;
  Aead& operator=(Aead&&) noexcept;
  void set_key(ByteView key);
  void seal(Random& random, ByteView associated, ByteView plain, Bytes& sealed);
  // Nothing when a bit of key, associated data or sealed text differs.
  std::optional<Bytes> open(ByteView associated, ByteView sealed);
  // The same into a buffer of at least sealed.size() - 28 bytes, never a null pointer. When it says
  // false the buffer holds bytes that nobody vouches for.
  bool open_into(ByteView associated, ByteView sealed, std::uint8_t* plain);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
    void operator()(evp_cipher_st* cipher) const;
  };
  std::unique_ptr<evp_cipher_st, Free> cipher_;
  std::unique_ptr<evp_cipher_ctx_st, Free> seal_;
  std::unique_ptr<evp_cipher_ctx_st, Free> open_;
};

// HMAC-SHA256 under one key. Not for several threads at once. The caller gives each part a fixed
// width or puts the only free part last.
class Hmac {
 public:
  explicit Hmac(ByteView key);
  ~Hmac();
  Hmac(Hmac&&) noexcept;
  Hmac& operator=(Hmac&&) noexcept;
  Digest mac(Parts parts);

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

// SHA-256 in pieces; reusable after finish(). Not for several threads at once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(ByteView bytes);
  Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
    void operator()(evp_md_st* digest) const;
  };
  std::unique_ptr<evp_md_st, Free> digest_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};
Digest sha256(Parts parts);

// Argon2id. The defaults are the measured choice: 42 ms of CPU on the reference machine.
struct PasswordCost {
  unsigned long long passes = 2;
  std::size_t memory_bytes = 19u << 20;
};
// The encoded form ($argon2id$...) with its own salt. Error: internal when memory is missing.
Result<std::string> hash_password(std::string_view password, PasswordCost cost);
// Whether the password is that of the hash. Error: hashing_busy when memory is missing (a hash
// needs 19 MiB); a wrong password and no memory must not look alike.
Result<bool> check_password(const std::string& hash, std::string_view password);
// True when the hash was made with other costs, or is none.
bool needs_rehash(const std::string& hash, PasswordCost cost);

// Forbids core dumps and attaching debuggers to this process (security.md CR4).
Status harden_process();

}  // namespace wangdi::crypto
