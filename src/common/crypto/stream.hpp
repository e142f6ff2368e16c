// SPDX-License-Identifier: Apache-2.0
// A long text sealed in chunks under one key: XChaCha20-Poly1305 of libsodium's secretstream. A
// changed, moved, missing or doubled chunk does not open, and the last chunk says that it is the
// last, so a cut-off text is told from a whole one.
#pragma once

#include <memory>
#include <optional>

#include "common/crypto/bytes.hpp"

namespace wangdi::crypto {

inline constexpr std::size_t kStreamHeaderBytes = 24;
inline constexpr std::size_t kStreamOverheadBytes = 17;  // of each chunk

enum class Chunk : std::uint8_t { more, last };

namespace detail {
struct StreamState;
struct FreeStreamState {
  void operator()(StreamState* state) const;  // wipes it
};
}  // namespace detail

// Not for several threads at once.
class StreamSealer {
 public:
  explicit StreamSealer(ByteView key);
  // Random; goes in front of the chunks.
  const std::array<std::uint8_t, kStreamHeaderBytes>& header() const { return header_; }
  void seal(ByteView associated, ByteView plain, Chunk chunk, Bytes& sealed);

 private:
  std::unique_ptr<detail::StreamState, detail::FreeStreamState> state_;
  std::array<std::uint8_t, kStreamHeaderBytes> header_{};
};

class StreamOpener {
 public:
  StreamOpener(ByteView key, const std::array<std::uint8_t, kStreamHeaderBytes>& header);
  // Opens the next chunk into `plain`. Nothing when a bit of key, header, associated data, chunk or
  // order differs; then `plain` is empty.
  std::optional<Chunk> open(ByteView associated, ByteView sealed, Bytes& plain);

 private:
  std::unique_ptr<detail::StreamState, detail::FreeStreamState> state_;
};

}  // namespace wangdi::crypto
