// SPDX-License-Identifier: Apache-2.0
// Reading and writing what changed.
#include "vault/key_rows.hpp"

#include "vault/bulk.hpp"

namespace wangdi::vault {

Result<KeyRows> rows_by_now(const KeyChanges& changes, store::Connection& from,
                            IndexCipher& index) {
  KeyRows rows;
  for (const auto& id : changes.keys) {
    WD_TRY(auto row, store::get(from, kPersonKey, {id.district, id.subject}));
    if (row) {
      rows.put.push_back(std::move(*row));
    } else {
      rows.erased.push_back({id.district, id.subject, {}});
    }
  }
  for (const auto& entry : changes.index) {
    WD_TRY(const auto row, store::get(from, kBlindIndex,
                                      store::Table<BlindIndexRow, 4>::key_of(index.row_of(entry))));
    (row ? rows.entered : rows.dropped).push_back(entry);
  }
  WD_TRY([[maybe_unused]] auto read,
         from.by_key(kNamedKey.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
           rows.named.push_back(store::read_row<NamedKeyRow>(row));
           return true;
         }));
  WD_TRY([[maybe_unused]] auto scopes,
         from.by_key(kKeysState.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
           rows.states.push_back(store::read_row<KeysStateRow>(row));
           return true;
         }));
  return rows;
}

Status write_rows(KeyRows& rows, store::Connection& to, IndexCipher& index) {
  using store::BulkMode;
  auto dropped = index.rows_of(rows.dropped), entered = index.rows_of(rows.entered);
  WD_TRY([[maybe_unused]] auto a, bulk(to, kPersonKey, BulkMode::kErase, rows.erased));
  WD_TRY([[maybe_unused]] auto b, bulk(to, kPersonKey, BulkMode::kPut, rows.put));
  WD_TRY([[maybe_unused]] auto c, bulk(to, kBlindIndex, BulkMode::kErase, dropped));
  WD_TRY([[maybe_unused]] auto d, bulk(to, kBlindIndex, BulkMode::kPut, entered));
  WD_TRY([[maybe_unused]] auto e, bulk(to, kNamedKey, BulkMode::kPut, rows.named));
  return bulk(to, kKeysState, BulkMode::kPut, rows.states);
}

}  // namespace wangdi::vault
