// SPDX-License-Identifier: Apache-2.0
// The blind index finds a value without holding it. An entry bears a MAC of the value under a key
// that stays; keys.db holds that MAC enciphered by a key of the epoch, so that a new epoch
// enciphers it anew without the value, and nobody can ask an old file for a number (ADR 0036).
// Inside the process entries bear the MAC itself: they outlive the epoch, and only rows know of it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "common/crypto/block.hpp"
#include "common/crypto/crypto.hpp"
#include "vault/tables.hpp"

namespace wangdi::vault {

struct IndexEntry {
  District district{};
  Field kind = Field::phone;
  crypto::Block mac{};  // its first 16 bytes; a hit is confirmed by decrypting the value
  Uuid subject{};
  auto operator<=>(const IndexEntry&) const = default;
};

crypto::Block blind_mac(crypto::Hmac& hmac, Field field, std::string_view normal_value);

// Between entries and the rows of an epoch's file. Belongs to one thread.
class IndexCipher {
 public:
  explicit IndexCipher(const crypto::SecretKey& epoch_key) { renew(epoch_key); }
  // Another epoch.
  void renew(const crypto::SecretKey& epoch_key);
  BlindIndexRow row_of(const IndexEntry& entry);
  IndexEntry entry_of(const BlindIndexRow& row);
  std::vector<BlindIndexRow> rows_of(std::span<const IndexEntry> entries);

 private:
  crypto::BlockCipher cipher_;
};

}  // namespace wangdi::vault
