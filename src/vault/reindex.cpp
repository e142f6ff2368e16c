// SPDX-License-Identifier: Apache-2.0
// Opening of all searchable values, and taking a restored main database into use: its values find
// their way back into the blind index, which lies with the keys and has moved on since the backup.
#include "vault/reindex.hpp"

#include "vault/bulk.hpp"
#include "vault/old_index.hpp"
#include "vault/vault.hpp"

namespace wangdi::vault {
namespace {

constexpr std::size_t kEntriesAtOnce = 500'000;  // each portion touches most pages of the index

class Reindex {
 public:
  Reindex(Keyring& keyring, store::Connection& keys)
      : keyring_(keyring),
        keys_(keys),
        person_keys_(keyring, *keyring.epoch(), keys),
        blind_(keyring.hmac(KeyName::blind_index)),
        index_cipher_(keyring.epoch()->key) {}

  // A value whose key is gone stays out, and one that does not open is told by whoever reads it.
  Status add(const VaultFieldRow& row) {
    if (!is_searchable(row.field)) return ok();
    const SubjectId id{row.district, row.subject};
    if (!cipher_.uses(id)) {
      cipher_.forget();
      WD_TRY(const auto key, person_keys_.find(id));
      if (key) cipher_.use(id, *key);
    }
    if (!cipher_.uses(id)) return ok();
    const auto value = cipher_.open(row.field, row.version, row.ciphertext);
    if (!value) return ok();
    entries_.push_back({.district = row.district,
                        .kind = row.field,
                        .mac = blind_mac(blind_, row.field, normalised(*value)),
                        .subject = row.subject});
    return entries_.size() < kEntriesAtOnce ? ok() : flush();
  }

  // An entry too many is never seen, since a hit is confirmed against the value: none is removed.
  Status flush() {
    keys_.rollback();  // a snapshot would keep the log from being begun anew
    auto& to = keyring_.writer();
    auto rows = index_cipher_.rows_of(entries_);
    WD_TRY([[maybe_unused]] auto begun, to.begin());
    auto put = bulk(to, kBlindIndex, store::BulkMode::kPut, rows);
    if (put) put = to.commit();
    if (!put) {
      to.rollback();
      return put;
    }
    keyring_.feed().changed({}, entries_);
    entries_.clear();
    return keys_.begin();
  }

  // Nothing is missing any more.
  Status finish() {
    WD_TRY([[maybe_unused]] auto flushed, flush());
    auto& to = keyring_.writer();
    WD_TRY([[maybe_unused]] auto begun, to.begin());
    auto done = unmark_index(to);
    if (done) done = to.commit();
    if (!done) to.rollback();
    return done;
  }

 private:
  Keyring& keyring_;
  store::Connection& keys_;
  PersonKeys person_keys_;
  FieldCipher cipher_;
  crypto::Hmac blind_;
  IndexCipher index_cipher_;
  std::vector<IndexEntry> entries_;
};

}  // namespace

Status reindex(Keyring& keyring, store::Connection& main) {
  WD_TRY(const auto keys, Keyring::open_reader(*keyring.epoch()));
  WD_TRY([[maybe_unused]] auto begun, keys->begin());
  Reindex index(keyring, *keys);
  auto added = ok();
  WD_TRY([[maybe_unused]] auto read,
         main.by_key(kVaultField.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
           added = index.add(store::read_row<VaultFieldRow>(row));
           return added.has_value();
         }));
  if (!added) return added;
  return index.finish();
}

Status complete_index(Keyring& keyring, store::Connection& main) {
  WD_TRY(const bool is_marked, is_index_marked(keyring.writer()));
  return is_marked ? reindex(keyring, main) : ok();
}

// Scopes that the backup does not know yet get a row as well: what they left behind stays.
Status Vault::adopt_restored(store::Connection& main) {
  BatchStates states;
  WD_TRY([[maybe_unused]] auto read, states.open(keyring_->writer(), main));
  WD_TRY([[maybe_unused]] auto indexed, reindex(*keyring_, main));
  std::vector<VaultStateRow> rows;
  for (const auto scope : states.scopes()) {
    rows.push_back(states.of(scope).main);
    rows.back().batch = ~rows.back().batch;
  }
  WD_TRY([[maybe_unused]] auto begun, main.begin());
  if (auto put = bulk(main, kVaultState, store::BulkMode::kPut, rows); !put) {
    main.rollback();
    return put;
  }
  return main.commit();
}

}  // namespace wangdi::vault
