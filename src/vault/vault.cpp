// SPDX-License-Identifier: Apache-2.0
// Opening of the vault, its tables, and receipts.
#include "vault/vault.hpp"

#include "base/hex.hpp"
#include "vault/bulk.hpp"

namespace wangdi::vault {

Result<std::unique_ptr<Vault>> Vault::open(const Paths& paths, Options options) {
  WD_TRY(auto keyring, Keyring::open(paths, options.cached_keys));
  return std::unique_ptr<Vault>(new Vault(std::move(keyring)));
}

Status Vault::create_tables(store::Connection& main) {
  for (const auto& table : {kVaultField.info(), kVaultState.info(), kAccessLog.info()}) {
    WD_TRY([[maybe_unused]] auto made, main.create(table));
  }
  return ok();
}

Status Vault::adopt_restored(store::Connection& main) {
  WD_TRY(const auto keys_state, store::get(keyring_->writer(), kKeysState, {District{}}));
  WD_TRY(auto main_state, store::get(main, kVaultState, {District{}}));
  if (!keys_state || !main_state || main_state->pairing != keys_state->pairing) {
    return Error(ErrorCode::keys_mismatch).because("the keys folder belongs to other data");
  }
  if (main_state->batch >= 0) main_state->batch = ~main_state->batch;
  std::vector<VaultStateRow> rows{*main_state};
  WD_TRY([[maybe_unused]] auto begun, main.begin());
  if (auto put = bulk(main, kVaultState, store::BulkMode::kPut, rows); !put) {
    main.rollback();
    return put;
  }
  return main.commit();
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
