// SPDX-License-Identifier: Apache-2.0
// MACs of values, and their form in the file of an epoch.
#include "vault/blind_index.hpp"

#include <algorithm>
#include <array>

namespace wangdi::vault {
namespace {

// In front of what a key is derived for, as with the root.
constexpr std::string_view kForIndex = "wangdi blind index 1";

}  // namespace

crypto::Block blind_mac(crypto::Hmac& hmac, Field field, std::string_view normal_value) {
  const std::array kind = {static_cast<std::uint8_t>(field)};
  const auto mac = hmac.mac({kind, crypto::bytes_of(normal_value)});
  crypto::Block block;
  std::ranges::copy(std::span(mac).first<block.size()>(), block.begin());
  return block;
}

void IndexCipher::renew(const crypto::SecretKey& epoch_key) {
  cipher_.set_key(crypto::SecretKey::derived(epoch_key, {crypto::bytes_of(kForIndex)}).view());
}

BlindIndexRow IndexCipher::row_of(const IndexEntry& entry) {
  return {.district = entry.district,
          .kind = entry.kind,
          .enciphered = cipher_.encipher(entry.mac),
          .subject = entry.subject};
}

IndexEntry IndexCipher::entry_of(const BlindIndexRow& row) {
  return {.district = row.district,
          .kind = row.kind,
          .mac = cipher_.decipher(row.enciphered),
          .subject = row.subject};
}

std::vector<BlindIndexRow> IndexCipher::rows_of(std::span<const IndexEntry> entries) {
  std::vector<BlindIndexRow> rows;
  rows.reserve(entries.size());
  for (const auto& entry : entries) rows.push_back(row_of(entry));
  return rows;
}

}  // namespace wangdi::vault
