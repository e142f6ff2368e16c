// SPDX-License-Identifier: Apache-2.0
// How a batch reaches the disk, and how what stayed half-done is taken back. keys.db remembers what
// its last batch changed; an entry is kept when the main database agrees with it, else removed.
#include <algorithm>
#include <map>

#include "vault/bulk.hpp"
#include "vault/writer.hpp"

namespace wangdi::vault {
namespace {

// Two failed batches of the largest size; then writing stops until a start has cleared up.
constexpr std::size_t kCarriedMax = 20'000;

}  // namespace

// An older main database would disown keys that newer data need: there everything stays as it is.
Status Writer::take_back(Orphans orphans) {
  if (orphans == Orphans::keep) return ok();
  for (const auto scope : shared_.states.unsettled()) {
    auto& state = shared_.states.of(scope);
    if (BatchStates::is_behind(state)) continue;
    state_ = &state;
    WD_TRY([[maybe_unused]] auto taken, settle(unpacked(state_->keys.unsettled, index_cipher_)));
  }
  return ok();
}

Result<bool> Writer::is_kept(const Unsettled& unsettled) {
  const auto& entry = unsettled.entry;
  const SubjectId id{entry.district, entry.subject};
  switch (unsettled.kind) {
    // A key without values is nobody's: it never was, or its subject was erased.
    case UnsettledKind::key:
    case UnsettledKind::erasure:
      return has_rows(id);
    case UnsettledKind::index: {
      WD_TRY(const auto present, read_value({id, entry.kind}));
      return present && blind_mac(blind_, entry.kind, normalised(*present)) == entry.mac;
    }
  }
  return false;
}

Status Writer::settle(const std::vector<Unsettled>& all) {
  if (all.empty()) return ok();
  WD_TRY([[maybe_unused]] auto begun, begin_keys());
  std::vector<PersonKeyRow> lost_keys;
  std::vector<IndexEntry> lost, kept;
  for (const auto& unsettled : all) {
    const auto& entry = unsettled.entry;
    WD_TRY(const bool keep, is_kept(unsettled));
    if (unsettled.kind == UnsettledKind::index) {
      (keep ? kept : lost).push_back(entry);
    } else if (!keep) {
      lost_keys.push_back({.district = entry.district, .subject = entry.subject});
      const SubjectId id{entry.district, entry.subject};
      const bool was_erased = unsettled.kind == UnsettledKind::erasure;
      was_erased ? shared_.keyring.cache().erase(id) : shared_.keyring.cache().forget(id);
      if (was_erased) shared_.states.log_holds_destroyed = true;
    }
  }
  auto state = state_->keys;
  WD_TRY([[maybe_unused]] auto written,
         in_turn(
             [&](store::Connection& keys) -> Status {
               WD_TRY([[maybe_unused]] auto a,
                      bulk(keys, kPersonKey, store::BulkMode::kErase, lost_keys));
               WD_TRY([[maybe_unused]] auto b, write_index(keys, store::BulkMode::kErase, lost));
               WD_TRY([[maybe_unused]] auto c, write_index(keys, store::BulkMode::kPut, kept));
               return put_state(keys, state, {});
             },
             [&] {
               shared_.keyring.feed().changed(lost_keys, lost);
               shared_.keyring.feed().changed({}, kept);
             }));
  taken_back_ += lost_keys.size() + lost.size();
  state_->keys = std::move(state);
  cipher_.forget();
  state_->destroying.clear();
  destroy_erased();
  return ok();
}

std::vector<Unsettled> Writer::unsettled_of_batch() const {
  auto all = state_->carried;
  const auto add = [&](UnsettledKind kind, District district, const Uuid& subject) {
    all.push_back({kind, {.district = district, .subject = subject}});
  };
  for (const auto& key : keys_) add(UnsettledKind::key, key.row.district, key.row.subject);
  for (const auto& index : index_) all.push_back({UnsettledKind::index, index.entry});
  for (const auto* subjects : {&std::as_const(state_->destroying), &erased_}) {
    for (const auto& id : *subjects) add(UnsettledKind::erasure, id.district, id.subject);
  }
  return all;
}

Status Writer::put_state(store::Connection& keys, KeysStateRow& state,
                         std::span<const Unsettled> unsettled) {
  state.epoch = epoch_->number;
  state.unsettled = packed(unsettled, index_cipher_);
  std::vector<KeysStateRow> rows{state};
  return bulk(keys, kKeysState, store::BulkMode::kPut, rows);
}

Status Writer::write_index(store::Connection& keys, store::BulkMode mode,
                           std::span<const IndexEntry> entries) {
  auto rows = index_cipher_.rows_of(entries);
  return bulk(keys, kBlindIndex, mode, rows);
}

Status Writer::write_keys() {
  std::vector<PersonKeyRow> keys;
  std::vector<IndexEntry> added;
  for (const auto& staged : index_) {
    if (staged.change == IndexChange::add) added.push_back(staged.entry);
  }
  auto state = state_->keys;
  state.batch = batch_;
  state.settled = state_->main.batch;
  const auto unsettled = unsettled_of_batch();
  std::size_t named = 0;
  WD_TRY([[maybe_unused]] auto written,
         in_turn(
             [&](store::Connection& to) -> Status {
               keys.reserve(keys_.size());
               for (const auto& staged : keys_) keys.push_back(staged.row);
               auto waiting = shared_.body_keys.waiting();
               named = waiting.size();
               auto& outdated = shared_.states.outdated();
               WD_TRY([[maybe_unused]] auto a,
                      bulk(to, kPersonKey, store::BulkMode::kInsert, keys));
               // Outdated entries go before new ones come: a value may have been changed back.
               WD_TRY([[maybe_unused]] auto b, write_index(to, store::BulkMode::kErase, outdated));
               WD_TRY([[maybe_unused]] auto c, write_index(to, store::BulkMode::kPut, added));
               WD_TRY([[maybe_unused]] auto d, bulk(to, kNamedKey, store::BulkMode::kPut, waiting));
               return put_state(to, state, unsettled);
             },
             [&] {
               shared_.keyring.feed().changed(keys, added);
               shared_.keyring.feed().changed({}, shared_.states.outdated());
               shared_.states.outdated().clear();
               shared_.body_keys.written(named);
             }));
  state_->keys = std::move(state);
  return ok();
}

Status Writer::commit_keys() {
  const bool changed =
      !keys_.empty() || !index_.empty() || !erased_.empty() || shared_.body_keys.is_waiting();
  if (!changed) {
    end_keys();
    return ok();
  }
  if (state_->carried.size() > kCarriedMax) {
    return Error(ErrorCode::read_only).because("too many unsettled keys; restart to clear them");
  }
  WD_TRY([[maybe_unused]] auto written, write_keys());
  if (hooks_.after_keys) hooks_.after_keys();
  return ok();
}

Status Writer::write_rows() {
  WD_TRY([[maybe_unused]] auto logged, log_.write());
  if (!fields_.empty()) {
    std::vector<VaultFieldRow> put, erased;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      auto& row = fields_[i].row;
      const Place place{{row.district, row.subject}, row.field};
      if (field_at_.at(place) != static_cast<std::ptrdiff_t>(i)) continue;  // replaced later
      (row.ciphertext.empty() ? erased : put).push_back(row);
    }
    WD_TRY([[maybe_unused]] auto a, bulk(main_, kVaultField, store::BulkMode::kErase, erased));
    WD_TRY([[maybe_unused]] auto b, bulk(main_, kVaultField, store::BulkMode::kPut, put));
    auto state = state_->main;
    state.batch = batch_;
    std::vector<VaultStateRow> states{state};
    WD_TRY([[maybe_unused]] auto c, bulk(main_, kVaultState, store::BulkMode::kPut, states));
  }
  if (hooks_.after_rows) hooks_.after_rows();
  return ok();
}

void Writer::settled() {
  if (!fields_.empty()) state_->main.batch = batch_;
  for (const auto& staged : keys_) {
    shared_.keyring.cache().put_new({staged.row.district, staged.row.subject}, staged.key);
  }
  // The last change of an entry counts: a value that came back keeps its entry.
  std::map<IndexEntry, IndexChange> last;
  for (const auto& staged : index_) last.insert_or_assign(staged.entry, staged.change);
  std::vector<IndexEntry> outdated;
  for (const auto& staged : index_) {
    const auto found = last.find(staged.entry);
    if (found == last.end() || found->second != IndexChange::drop) continue;
    outdated.push_back(staged.entry);
    last.erase(found);
  }
  if (!outdated.empty()) {
    const auto turn = shared_.states.turn();
    auto& waiting = shared_.states.outdated();
    waiting.insert(waiting.end(), outdated.begin(), outdated.end());
  }
  state_->destroying.insert(state_->destroying.end(), erased_.begin(), erased_.end());
  next_batch(state_->keys.district);
  log_.settled();
  clear_staged();
  destroy_erased();
}

Status Writer::abandoned() {
  auto entries = unsettled_of_batch();
  const bool reached_keys = state_->keys.batch == batch_;
  next_batch(state_->keys.district);
  end_keys();
  log_.abandoned();
  clear_staged();
  if (!reached_keys) return ok();
  auto taken = settle(entries);
  state_->carried = taken ? std::vector<Unsettled>() : std::move(entries);
  return taken;
}

}  // namespace wangdi::vault
