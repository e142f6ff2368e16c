// SPDX-License-Identifier: Apache-2.0
// Calls of libsodium's secretstream.
#include "common/crypto/stream.hpp"

#include <sodium.h>

#include "base/result.hpp"

namespace wangdi::crypto {
namespace detail {

struct StreamState {
  crypto_secretstream_xchacha20poly1305_state sodium;
};

void FreeStreamState::operator()(StreamState* state) const {
  sodium_memzero(state, sizeof(*state));
  delete state;
}

}  // namespace detail

namespace {

static_assert(kStreamHeaderBytes == crypto_secretstream_xchacha20poly1305_HEADERBYTES);
static_assert(kStreamOverheadBytes == crypto_secretstream_xchacha20poly1305_ABYTES);

void check_key(ByteView key) {
  WD_ASSERT(sodium_init() >= 0);
  WD_ASSERT(key.size() == crypto_secretstream_xchacha20poly1305_KEYBYTES);
}

}  // namespace

StreamSealer::StreamSealer(ByteView key) : state_(new detail::StreamState{}) {
  check_key(key);
  WD_ASSERT(crypto_secretstream_xchacha20poly1305_init_push(&state_->sodium, header_.data(),
                                                            key.data()) == 0);
}

void StreamSealer::seal(ByteView associated, ByteView plain, Chunk chunk, Bytes& sealed) {
  sealed.resize(plain.size() + kStreamOverheadBytes);
  const auto tag = chunk == Chunk::last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                        : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
  WD_ASSERT(crypto_secretstream_xchacha20poly1305_push(
                &state_->sodium, sealed.data(), nullptr, plain.data(), plain.size(),
                associated.data(), associated.size(), static_cast<unsigned char>(tag)) == 0);
}

StreamOpener::StreamOpener(ByteView key, const std::array<std::uint8_t, kStreamHeaderBytes>& header)
    : state_(new detail::StreamState{}) {
  check_key(key);
  WD_ASSERT(crypto_secretstream_xchacha20poly1305_init_pull(&state_->sodium, header.data(),
                                                            key.data()) == 0);
}

std::optional<Chunk> StreamOpener::open(ByteView associated, ByteView sealed, Bytes& plain) {
  plain.clear();
  if (sealed.size() < kStreamOverheadBytes) return std::nullopt;
  plain.resize(sealed.size() - kStreamOverheadBytes);
  unsigned char tag = 0;
  const int opened = crypto_secretstream_xchacha20poly1305_pull(
      &state_->sodium, plain.data(), nullptr, &tag, sealed.data(), sealed.size(), associated.data(),
      associated.size());
  if (opened != 0) {
    plain.clear();
    return std::nullopt;
  }
  return tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL ? Chunk::last : Chunk::more;
}

}  // namespace wangdi::crypto
