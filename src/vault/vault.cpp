// SPDX-License-Identifier: Apache-2.0
// Opening of the vault, its tables, and receipts.
#include "vault/vault.hpp"

#include "base/hex.hpp"
#include "common/crypto/box.hpp"
#include "common/crypto/sign.hpp"

namespace wangdi::vault {

Result<std::unique_ptr<Vault>> Vault::open(const Paths& paths, Options options) {
  WD_TRY(auto keyring, Keyring::open(paths, options.cached_keys));
  return std::unique_ptr<Vault>(new Vault(std::move(keyring), options.writers > 1));
}

crypto::BoxKey Vault::outbox_box() const {
  return crypto::BoxKey::of(keyring_->named(KeyName::outbox_box).view());
}

crypto::SigningKey Vault::certificate_key() const {
  return crypto::SigningKey::of(keyring_->named(KeyName::certificate).view());
}

Status Vault::create_tables(store::Connection& main) {
  for (const auto& table : {kVaultField.info(), kVaultState.info(), kAccessLog.info()}) {
    WD_TRY([[maybe_unused]] auto made, main.create(table));
  }
  return ok();
}

std::string Receipts::make(District district, std::int64_t sequence, std::int64_t restores) {
  constexpr std::size_t kReceiptBytes = 16;
  const auto mac = hmac_.mac({crypto::big_endian(district.number), crypto::big_endian(sequence),
                              crypto::big_endian(restores)});
  return to_hex(std::span(mac).first(kReceiptBytes));
}

bool Receipts::holds(District district, std::int64_t sequence, std::int64_t restores,
                     std::string_view receipt) {
  return crypto::equal(crypto::bytes_of(make(district, sequence, restores)),
                       crypto::bytes_of(receipt));
}

}  // namespace wangdi::vault
