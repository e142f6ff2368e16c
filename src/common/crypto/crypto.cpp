// SPDX-License-Identifier: Apache-2.0
// OpenSSL for AES-256-GCM, HMAC and SHA-256; libsodium for secrets in memory, random bytes,
// Argon2id.
#include "common/crypto/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <optional>

namespace wangdi::crypto {
namespace {

void start_sodium() {
  static const int started = sodium_init();
  WD_ASSERT(started >= 0);
}

// OpenSSL refuses a null pointer where it means "no bytes".
const std::uint8_t* pointer_of(ByteView bytes) {
  static constexpr std::uint8_t kNone = 0;
  return bytes.data() != nullptr ? bytes.data() : &kNone;
}
int length_of(ByteView bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

void wipe(std::span<std::uint8_t> bytes) { sodium_memzero(bytes.data(), bytes.size()); }
void wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

struct Random::Block {
  std::uint8_t filled;  // 0 on a fresh page, and again in a forked child
  std::array<std::uint8_t, 4093> bytes;
  std::uint16_t used;
};

Random::Random() : block_(nullptr) {
  static_assert(sizeof(Block) == 4096 && std::is_trivially_copyable_v<Block>);
  start_sodium();
  void* page =
      ::mmap(nullptr, sizeof(Block), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  WD_ASSERT(page != MAP_FAILED);
  if (::madvise(page, sizeof(Block), MADV_WIPEONFORK) == 0) {
    ::madvise(page, sizeof(Block), MADV_DONTDUMP);
    block_ = static_cast<Block*>(page);
  } else {
    ::munmap(page, sizeof(Block));
  }
}

Random::~Random() {
  if (block_ == nullptr) return;
  sodium_memzero(block_, sizeof(Block));
  ::munmap(block_, sizeof(Block));
}

void Random::fill(std::span<std::uint8_t> bytes) {
  if (block_ == nullptr || bytes.size() > block_->bytes.size()) {
    randombytes_buf(bytes.data(), bytes.size());
    return;
  }
  if (block_->filled == 0 || bytes.size() > block_->bytes.size() - block_->used) {
    randombytes_buf(block_->bytes.data(), block_->bytes.size());
    block_->used = 0;
    block_->filled = 1;
  }
  const auto taken = std::span(block_->bytes).subspan(block_->used, bytes.size());
  std::ranges::copy(taken, bytes.begin());
  std::ranges::fill(taken, std::uint8_t{0});
  block_->used = static_cast<std::uint16_t>(block_->used + bytes.size());
}

SecretBlock::SecretBlock(std::size_t size) : bytes_(nullptr), size_(size) {
  start_sodium();
  bytes_ = static_cast<std::uint8_t*>(sodium_malloc(size));
  WD_ASSERT(bytes_ != nullptr);
  sodium_memzero(bytes_, size);
}
SecretBlock::SecretBlock(SecretBlock&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}
SecretBlock& SecretBlock::operator=(SecretBlock&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  return *this;
}
SecretBlock::~SecretBlock() { sodium_free(bytes_); }

SecretKey SecretKey::random() {
  SecretKey key;
  randombytes_buf(key.block_.bytes().data(), kKeyBytes);
  return key;
}

SecretKey SecretKey::copy_of(ByteView bytes) {
  WD_ASSERT(bytes.size() == kKeyBytes);
  SecretKey key;
  std::memcpy(key.block_.bytes().data(), bytes.data(), kKeyBytes);
  return key;
}

SecretKey SecretKey::derived(const SecretKey& from, Parts use) {
  auto bytes = Hmac(from.view()).mac(use);
  auto key = copy_of(bytes);
  wipe(bytes);
  return key;
}

void Aead::Free::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }
void Aead::Free::operator()(evp_cipher_st* cipher) const { EVP_CIPHER_free(cipher); }

Aead::Aead()
    : cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)),
      seal_(EVP_CIPHER_CTX_new()),
      open_(EVP_CIPHER_CTX_new()) {
  WD_ASSERT(cipher_ != nullptr && seal_ != nullptr && open_ != nullptr);
}
Aead::~Aead() = default;
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;

void Aead::set_key(ByteView key) {
  WD_ASSERT(key.size() == kKeyBytes);
  const bool set =
      EVP_EncryptInit_ex2(seal_.get(), cipher_.get(), key.data(), nullptr, nullptr) == 1 &&
      EVP_DecryptInit_ex2(open_.get(), cipher_.get(), key.data(), nullptr, nullptr) == 1;
  WD_ASSERT(set);
}

void Aead::seal(Random& random, ByteView associated, ByteView plain, Bytes& sealed) {
  sealed.resize(plain.size() + kSealOverheadBytes);
  const std::span nonce(sealed.data(), kNonceBytes);
  random.fill(nonce);
  std::uint8_t* cipher_text = sealed.data() + kNonceBytes;
  int written = 0;
  int finished = 0;
  auto* context = seal_.get();
  const bool done =
      EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1 &&
      EVP_EncryptUpdate(context, nullptr, &written, pointer_of(associated),
                        length_of(associated)) == 1 &&
      EVP_EncryptUpdate(context, cipher_text, &written, pointer_of(plain), length_of(plain)) == 1 &&
      EVP_EncryptFinal_ex(context, cipher_text + written, &finished) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, cipher_text + plain.size()) ==
          1;
  WD_ASSERT(done);
}

bool Aead::open_into(ByteView associated, ByteView sealed, std::uint8_t* plain) {
  if (sealed.size() < kSealOverheadBytes) return false;
  const auto nonce = sealed.first(kNonceBytes);
  const auto cipher_text = sealed.subspan(kNonceBytes, sealed.size() - kSealOverheadBytes);
  const auto tag = sealed.last(kTagBytes);
  int written = 0;
  int finished = 0;
  auto* context = open_.get();
  return EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1 &&
         EVP_DecryptUpdate(context, nullptr, &written, pointer_of(associated),
                           length_of(associated)) == 1 &&
         EVP_DecryptUpdate(context, plain, &written, pointer_of(cipher_text),
                           length_of(cipher_text)) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                             const_cast<std::uint8_t*>(tag.data())) == 1 &&
         EVP_DecryptFinal_ex(context, plain + written, &finished) == 1;
}

std::optional<Bytes> Aead::open(ByteView associated, ByteView sealed) {
  if (sealed.size() < kSealOverheadBytes) return std::nullopt;
  // One byte more, so that an empty text still has a place to write to.
  Bytes plain(sealed.size() - kSealOverheadBytes + 1);
  if (!open_into(associated, sealed, plain.data())) return std::nullopt;
  plain.pop_back();
  return plain;
}

void Hmac::Free::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }

Hmac::Hmac(ByteView key) {
  auto* algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  WD_ASSERT(algorithm != nullptr);
  context_.reset(EVP_MAC_CTX_new(algorithm));
  EVP_MAC_free(algorithm);
  WD_ASSERT(context_ != nullptr);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  WD_ASSERT(EVP_MAC_init(context_.get(), key.data(), key.size(), parameters) == 1);
}
Hmac::~Hmac() = default;
Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;

Digest Hmac::mac(Parts parts) {
  Digest mac;
  std::size_t size = 0;
  // A start without a key takes the key that was set before.
  WD_ASSERT(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
  for (const auto part : parts) {
    WD_ASSERT(EVP_MAC_update(context_.get(), pointer_of(part), part.size()) == 1);
  }
  WD_ASSERT(EVP_MAC_final(context_.get(), mac.data(), &size, mac.size()) == 1);
  WD_ASSERT(size == mac.size());
  return mac;
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }
void Sha256::Free::operator()(evp_md_st* digest) const { EVP_MD_free(digest); }

Sha256::Sha256() : digest_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  WD_ASSERT(digest_ != nullptr && context_ != nullptr);
  WD_ASSERT(EVP_DigestInit_ex2(context_.get(), digest_.get(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(ByteView bytes) {
  WD_ASSERT(EVP_DigestUpdate(context_.get(), pointer_of(bytes), bytes.size()) == 1);
}

Digest Sha256::finish() {
  Digest digest;
  WD_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
  WD_ASSERT(EVP_DigestInit_ex2(context_.get(), digest_.get(), nullptr) == 1);
  return digest;
}

Digest sha256(Parts parts) {
  Sha256 hash;
  for (const auto part : parts) hash.add(part);
  return hash.finish();
}

Result<std::string> hash_password(std::string_view password, PasswordCost cost) {
  start_sodium();
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), cost.passes,
                            cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Error(ErrorCode::internal).because("argon2id: no memory");
  }
  hash.resize(std::strlen(hash.c_str()));
  return hash;
}

namespace {

// What libsodium writes: $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>.
struct EncodedHash {
  unsigned long memory_kib = 0;
  unsigned long passes = 0;
  std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  std::array<unsigned char, 32> hash{};
};

template <std::size_t N>
bool from_base64(const char* text, std::array<unsigned char, N>& to) {
  std::size_t size = 0;
  return sodium_base642bin(to.data(), N, text, std::strlen(text), nullptr, &size, nullptr,
                           sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
         size == N;
}

std::optional<EncodedHash> parts_of(const std::string& text) {
  EncodedHash parts;
  char salt[23], hash[44];
  const int read = std::sscanf(text.c_str(), "$argon2id$v=19$m=%lu,t=%lu,p=1$%22[^$]$%43s",
                               &parts.memory_kib, &parts.passes, salt, hash);
  constexpr int kParts = 4;
  if (read != kParts || !from_base64(salt, parts.salt) || !from_base64(hash, parts.hash)) {
    return std::nullopt;
  }
  return parts;
}

}  // namespace

// By the parts, because libsodium's own comparison says "does not match" without memory, too.
Result<bool> check_password(const std::string& hash, std::string_view password) {
  start_sodium();
  const auto parts = parts_of(hash);
  if (!parts) {
    return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
  }
  std::array<unsigned char, 32> made{};
  const int done =
      crypto_pwhash(made.data(), made.size(), password.data(), password.size(), parts->salt.data(),
                    parts->passes, parts->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13);
  if (done != 0) {
    return Error(ErrorCode::hashing_busy).with("seconds", "2").because("no memory for Argon2id");
  }
  const bool same = sodium_memcmp(made.data(), parts->hash.data(), made.size()) == 0;
  sodium_memzero(made.data(), made.size());
  return same;
}

bool needs_rehash(const std::string& hash, PasswordCost cost) {
  start_sodium();
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes, cost.memory_bytes) != 0;
}

Status harden_process() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0) {
    return Error(ErrorCode::internal).because("core dumps cannot be switched off");
  }
  return ok();
}

}  // namespace wangdi::crypto
