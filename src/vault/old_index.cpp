// SPDX-License-Identifier: Apache-2.0
// The table of before, and the mark: the emptied row of its key.
#include "vault/old_index.hpp"

#include "store/ddl.hpp"
#include "store/forms.hpp"
#include "vault/bulk.hpp"
#include "vault/unsettled.hpp"

namespace wangdi::vault {
namespace {

struct OldBlindIndexRow {
  District district{};
  Field kind = Field::phone;
  std::int64_t mac = 0;
  Uuid subject{};
};
WD_DESCRIBE(OldBlindIndexRow, district, kind, mac, subject)
// Statements are kept by the address of the name, so it is not that of today's table.
constexpr char kName[] = "blind_index";
constexpr store::Table<OldBlindIndexRow, 4> kOldBlindIndex{kName, {}, false};

NamedKeyRow mark() { return {.name = static_cast<std::int32_t>(KeyName::old_blind_index)}; }

Status put_mark(store::Connection& keys, store::BulkMode mode) {
  std::vector<NamedKeyRow> rows{mark()};
  return bulk(keys, kNamedKey, mode, rows);
}

Status repack_states(store::Connection& keys) {
  std::vector<KeysStateRow> states;
  WD_TRY([[maybe_unused]] auto read,
         keys.by_key(kKeysState.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
           states.push_back(store::read_row<KeysStateRow>(row));
           states.back().unsettled = repacked_without_index(states.back().unsettled);
           return true;
         }));
  return bulk(keys, kKeysState, store::BulkMode::kPut, states);
}

Status replace(store::Connection& keys) {
  WD_TRY([[maybe_unused]] auto states, repack_states(keys));
  static const auto drop = store::ddl::drop_table(kName);  // its address identifies it
  WD_TRY([[maybe_unused]] auto dropped, store::run(keys, {"replace_old_index", drop}));
  WD_TRY([[maybe_unused]] auto made, keys.create(kBlindIndex.info()));
  // The emptied row takes the place of the old key.
  WD_TRY([[maybe_unused]] auto marked, put_mark(keys, store::BulkMode::kPut));
  WD_TRY([[maybe_unused]] auto forms, keys.create(store::kForm.info()));
  return store::keep_forms(keys, store::forms_of(keys_tables()));
}

}  // namespace

Result<bool> has_old_index(store::Connection& keys) {
  auto tables = keys_tables();
  for (auto& table : tables) {
    if (table.name == kOldBlindIndex.name) table = kOldBlindIndex.info();
  }
  WD_TRY(const auto differ, store::differing_tables(keys, tables));
  return differ.empty();
}

Status replace_old_index(store::Connection& keys) {
  WD_TRY([[maybe_unused]] auto begun, keys.begin());
  auto replaced = replace(keys);
  if (replaced) replaced = keys.commit();
  if (!replaced) keys.rollback();
  return replaced;
}

Result<bool> is_index_marked(store::Connection& keys) {
  WD_TRY(const auto row, store::get(keys, kNamedKey, store::Table<NamedKeyRow, 3>::key_of(mark())));
  return row.has_value();
}

Status unmark_index(store::Connection& keys) { return put_mark(keys, store::BulkMode::kErase); }

}  // namespace wangdi::vault
