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
  auto& log_holds_destroyed = shared_.states.log_holds_destroyed;
  if (log_holds_destroyed) {
    end_keys();
    const auto turn = shared_.states.turn();
    const auto emptied = store::empty_log(shared_.keyring.writer());
    log_holds_destroyed = !emptied || !*emptied;
  }
  shared_.states.note_unfinished(*state_, !destroying.empty() || log_holds_destroyed);
}

Status Writer::write_destroyed() {
  std::vector<PersonKeyRow> keys;
  for (const auto& id : state_->destroying) keys.push_back({id.district, id.subject, {}});
  auto state = state_->keys;
  state.settled = state_->main.batch;
  WD_TRY([[maybe_unused]] auto written,
         in_turn(
             [&](store::Connection& to) -> Status {
               auto& outdated = shared_.states.outdated();
               WD_TRY([[maybe_unused]] auto a, bulk(to, kPersonKey, store::BulkMode::kErase, keys));
               WD_TRY([[maybe_unused]] auto b, write_index(to, store::BulkMode::kErase, outdated));
               return put_state(to, state, state_->carried);
             },
             [&] {
               shared_.keyring.feed().changed(keys, shared_.states.outdated());
               shared_.states.outdated().clear();
             }));
  state_->keys = std::move(state);
  shared_.states.log_holds_destroyed = true;
  return ok();
}

}  // namespace wangdi::vault
