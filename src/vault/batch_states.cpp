// SPDX-License-Identifier: Apache-2.0
// Reading what the last batches left on both sides.
#include "vault/batch_states.hpp"

#include <algorithm>
#include <utility>

#include "vault/bulk.hpp"

namespace wangdi::vault {
namespace {

template <class Row>
Result<std::vector<Row>> all_rows(store::Connection& from, const store::Table<Row, 1>& table) {
  std::vector<Row> rows;
  WD_TRY([[maybe_unused]] auto read,
         from.by_key(table.info(), 0, store::bind_all(), [&](const store::RowReader& reader) {
           rows.push_back(store::read_row<Row>(reader));
           return true;
         }));
  return rows;
}

Error mismatch(const char* why) { return Error(ErrorCode::keys_mismatch).because(why); }

Status pair_new(store::Connection& main, const Mark16& pairing) {
  WD_TRY([[maybe_unused]] auto begun, main.begin());
  std::vector<VaultStateRow> rows{{.pairing = pairing}};
  WD_TRY([[maybe_unused]] auto put, bulk(main, kVaultState, store::BulkMode::kPut, rows));
  return main.commit();
}

}  // namespace

Status BatchStates::open(store::Connection& keys, store::Connection& main) {
  states_.clear();
  unfinished_.clear();
  main_was_restored_ = false;
  WD_TRY(auto of_keys, all_rows(keys, kKeysState));
  const auto nation = std::ranges::find(of_keys, District{}, &KeysStateRow::district);
  if (nation == of_keys.end()) return mismatch("keys.db has no state row");
  pairing_ = nation->pairing;
  const bool are_used = std::ranges::any_of(of_keys, [](const auto& row) { return row.batch > 0; });
  WD_TRY(auto of_main, all_rows(main, kVaultState));
  if (of_main.empty()) {
    if (are_used) return mismatch("the keys folder was used with other data");
    WD_TRY([[maybe_unused]] auto paired, pair_new(main, pairing_));
    of_main.push_back({.pairing = pairing_});
  }
  for (auto& row : of_keys) {
    auto& state = states_[row.district];
    state.main = {.district = row.district, .pairing = pairing_};
    state.keys = std::move(row);
  }
  for (auto& row : of_main) {
    if (row.pairing != pairing_) return mismatch("the keys folder belongs to other data");
    auto& state = states_[row.district];
    state.is_marked = row.batch < 0;
    if (state.is_marked) row.batch = ~row.batch;
    state.keys.district = row.district;
    state.keys.pairing = pairing_;
    state.main = row;
  }
  for (auto& [scope, state] : states_) {
    state.last = std::max(state.keys.batch, state.main.batch);
    floor_ = std::max(floor_, state.last);
    main_was_restored_ = main_was_restored_ || is_behind(state);
  }
  return ok();
}

BatchState& BatchStates::of(District scope) {
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = states_.try_emplace(scope);
  if (is_new) {
    entry->second.keys.district = entry->second.main.district = scope;
    entry->second.keys.pairing = entry->second.main.pairing = pairing_;
    entry->second.last = floor_;
  }
  return entry->second;
}

std::vector<District> BatchStates::unfinished() const {
  const std::lock_guard lock(mutex_);
  return {unfinished_.begin(), unfinished_.end()};
}

void BatchStates::note_unfinished(BatchState& state, bool is_unfinished) {
  if (std::exchange(state.is_unfinished, is_unfinished) == is_unfinished) return;
  const std::lock_guard lock(mutex_);
  if (is_unfinished) {
    unfinished_.insert(state.keys.district);
  } else {
    unfinished_.erase(state.keys.district);
  }
}

std::vector<District> BatchStates::scopes() const {
  std::vector<District> scopes;
  for (const auto& [scope, state] : states_) scopes.push_back(scope);
  return scopes;
}

std::vector<District> BatchStates::unsettled() const {
  std::vector<District> scopes;
  for (const auto& [scope, state] : states_) {
    if (!state.keys.unsettled.empty()) scopes.push_back(scope);
  }
  return scopes;
}

}  // namespace wangdi::vault
