// SPDX-License-Identifier: Apache-2.0
// Erasing a subject. The order on disk: keys.db notes that it is to go, the main transaction takes
// its values out, then the key goes. Whoever dies in between leaves the note, and the next start
// looks whether the values are gone. What keys.db forgets is overwritten (secure_delete), and its
// log, which still holds the pages of before, is emptied.
#include <algorithm>

#include "store/sqlite.hpp"
#include "vault/bulk.hpp"
#include "vault/writer.hpp"

namespace wangdi::vault {

bool Writer::is_erased(const SubjectId& id) const {
  return !erased_.empty() && std::ranges::find(erased_, id) != erased_.end();
}

Result<bool> Writer::has_rows(const SubjectId& id) {
  bool found = false;
  WD_TRY([[maybe_unused]] auto read,
         main_.by_key(kVaultField.info(), 2, store::bind_all(id.district, id.subject),
                      [&](const store::RowReader&) {
                        found = true;
                        return false;
                      }));
  return found;
}

Status Writer::erase(District district, const Uuid& subject) {
  const SubjectId id{district, subject};
  if (is_erased(id)) return ok();
  WD_TRY(const bool has_key, use(id));
  WD_TRY(const bool has_values, has_rows(id));
  if (!has_key && !has_values) return ok();
  for (std::uint8_t number = 1; number <= kLastField; ++number) {
    const Place place{id, static_cast<Field>(number)};
    std::string old_value;
    if (has_key && is_searchable(place.field)) {
      WD_TRY(const auto old, read_value(place));
      if (old) old_value = normalised(*old);
    }
    stage_index(place, old_value, {});
    stage(place, {});
  }
  cipher_.forget();
  erased_.push_back(id);
  return ok();
}

void Writer::destroy_erased() {
  auto& destroying = state_->destroying;
  for (const auto& id : destroying) shared_.keyring.cache().erase(id);
  if (!destroying.empty()) {
    if (hooks_.before_destroying) hooks_.before_destroying();
    if (write_destroyed()) destroying.clear();
  }
  if (log_holds_destroyed_) {
    end_keys();
    const auto turn = shared_.states.turn();
    const auto emptied = store::empty_log(shared_.keyring.writer());
    log_holds_destroyed_ = !emptied || !*emptied;
  }
  is_destroying_ = !destroying.empty() || log_holds_destroyed_;
}

Status Writer::write_destroyed() {
  std::vector<PersonKeyRow> keys;
  for (const auto& id : state_->destroying) keys.push_back({id.district, id.subject, {}});
  auto state = state_->keys;
  state.settled = state_->main.batch;
  state.unsettled = packed(state_->carried);
  std::vector<KeysStateRow> states{state};
  WD_TRY([[maybe_unused]] auto written,
         in_turn(
             [&](store::Connection& to) -> Status {
               auto& outdated = shared_.states.outdated();
               WD_TRY([[maybe_unused]] auto a, bulk(to, kPersonKey, store::BulkMode::kErase, keys));
               WD_TRY([[maybe_unused]] auto b,
                      bulk(to, kBlindIndex, store::BulkMode::kErase, outdated));
               return bulk(to, kKeysState, store::BulkMode::kPut, states);
             },
             [&] {
               shared_.keyring.feed().changed(keys, shared_.states.outdated());
               shared_.states.outdated().clear();
             }));
  state_->keys = std::move(state);
  log_holds_destroyed_ = true;
  return ok();
}

}  // namespace wangdi::vault
