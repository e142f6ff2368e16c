// SPDX-License-Identifier: Apache-2.0
// What keys.db was told that the main database has to confirm, and its form in a row of keys_state.
#pragma once

#include <span>
#include <vector>

#include "vault/blind_index.hpp"

namespace wangdi::vault {

enum class UnsettledKind : std::uint8_t { key = 1, index = 2, erasure = 3 };
struct Unsettled {
  UnsettledKind kind = UnsettledKind::key;
  IndexEntry entry;  // but for an index entry only district and subject count
};

// `index` is that of the epoch of the file: an entry stands here as it stands in its table.
store::Bytes packed(std::span<const Unsettled> all, IndexCipher& index);
std::vector<Unsettled> unpacked(const store::Bytes& bytes, IndexCipher& index);
// What a file of before the index was enciphered holds, without its entries of the index: those are
// made anew.
store::Bytes repacked_without_index(const store::Bytes& of_before);

}  // namespace wangdi::vault
