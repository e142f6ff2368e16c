// SPDX-License-Identifier: Apache-2.0
// Staging of values, keys and index entries of one batch. settle.cpp brings them to disk.
#include "vault/writer.hpp"

#include <algorithm>

#include "vault/reindex.hpp"

namespace wangdi::vault {

Writer::Writer(const Shared& shared, store::Connection& main, Hooks hooks)
    : shared_(shared),
      main_(main),
      hooks_(std::move(hooks)),
      blind_(shared.keyring.hmac(KeyName::blind_index)),
      index_cipher_(shared.keyring.epoch()->key),
      log_(main),
      body_macs_(shared.body_keys) {
  ++shared_.states.writers;
}

Writer::~Writer() { --shared_.states.writers; }

Result<std::unique_ptr<Writer>> Writer::open(const Shared& shared, store::Connection& main,
                                             UnixMs now, Hooks hooks, Orphans orphans) {
  const bool is_first = shared.states.writers == 0;
  std::unique_ptr<Writer> writer(new Writer(shared, main, std::move(hooks)));
  if (is_first) {
    WD_TRY([[maybe_unused]] auto states, shared.states.open(shared.keyring.writer(), main));
    WD_TRY([[maybe_unused]] auto keys, shared.body_keys.open(shared.keyring, now));
    WD_TRY([[maybe_unused]] auto index, complete_index(shared.keyring, main));
  }
  WD_TRY([[maybe_unused]] auto reads, writer->open_reads());
  if (is_first) {
    WD_TRY([[maybe_unused]] auto clean, writer->take_back(orphans));
  }
  writer->next_batch({});
  return writer;
}

Status Writer::open_reads() {
  generation_ = shared_.keyring.generation();  // before the epoch: at worst it is opened twice
  epoch_ = shared_.keyring.epoch();
  if (shared_.has_many_writers) {
    WD_TRY(own_reads_, Keyring::open_reader(*epoch_));
  }
  person_keys_.emplace(shared_.keyring, *epoch_, reads());
  index_cipher_.renew(epoch_->key);
  return ok();
}

Status Writer::renew() {
  if (generation_ == shared_.keyring.generation()) return ok();
  WD_TRY([[maybe_unused]] auto opened, open_reads());
  cipher_.forget();
  crypto::Aead aead;
  aead.set_key(epoch_->key.view());
  for (auto& [row, key] : keys_) {
    aead.seal(random_, person_key_place({row.district, row.subject}), key.view(), row.wrapped);
  }
  return ok();
}

void Writer::begin(District district) {
  next_batch(district);
  log_.begin();
}

void Writer::next_batch(District scope) {
  state_ = &shared_.states.of(scope);
  batch_ = ++state_->last;
}

Status Writer::begin_keys() {
  if (keys_begun_) return ok();
  WD_TRY([[maybe_unused]] auto renewed, renew());
  WD_TRY([[maybe_unused]] auto begun, reads().begin());
  keys_begun_ = true;
  return ok();
}

void Writer::end_keys() {
  if (keys_begun_) reads().rollback();
  keys_begun_ = false;
}

Status Writer::in_turn(const WriteKeys& write, const std::function<void()>& after) {
  const auto turn = shared_.states.turn();
  auto& to = shared_.keyring.writer();
  if (own_reads_) end_keys();
  // Whoever has the turn knows the epoch: it cannot change meanwhile.
  WD_TRY([[maybe_unused]] auto renewed, renew());
  if (!keys_begun_) {
    WD_TRY([[maybe_unused]] auto begun, to.begin());
  }
  auto written = write(to);
  if (written) written = to.commit();
  if (!written) to.rollback();
  keys_begun_ = false;
  if (written && after) after();
  return written;
}

Result<bool> Writer::use(const SubjectId& id) {
  if (is_erased(id)) return false;
  if (cipher_.uses(id)) return true;
  if (const auto staged = key_at_.find(id); staged != key_at_.end()) {
    cipher_.use(id, keys_[staged->second].key);
    return true;
  }
  WD_TRY([[maybe_unused]] auto begun, begin_keys());
  WD_TRY(const auto key, person_keys_->find(id));
  if (!key) return false;
  cipher_.use(id, *key);
  return true;
}

void Writer::make_key(const SubjectId& id) {
  PersonKeyRow row{.district = id.district, .subject = id.subject};
  const auto key = person_keys_->make(id, random_, row.wrapped);
  key_at_.emplace(id, keys_.size());
  keys_.push_back({std::move(row), key});
  cipher_.use(id, key);
}

void Writer::stage(const Place& place, store::Bytes ciphertext) {
  const auto [entry, first] = field_at_.try_emplace(place, -1);
  fields_.push_back({{.district = place.id.district,
                      .subject = place.id.subject,
                      .field = place.field,
                      .version = batch_,
                      .ciphertext = std::move(ciphertext)},
                     entry->second});
  entry->second = static_cast<std::ptrdiff_t>(fields_.size()) - 1;
}

void Writer::stage_index(const Place& place, std::string_view old_value,
                         std::string_view new_value) {
  const auto add = [&](std::string_view value, IndexChange change) {
    if (value.empty()) return;
    const auto mac = blind_mac(blind_, place.field, value);
    if (change == IndexChange::add) index_at_.emplace(mac, index_.size());
    index_.push_back({{.district = place.id.district,
                       .kind = place.field,
                       .mac = mac,
                       .subject = place.id.subject},
                      change});
  };
  if (old_value == new_value) return;
  add(old_value, IndexChange::drop);
  add(new_value, IndexChange::add);
}

Status Writer::put(District district, const Uuid& subject, Field field, std::string_view plain) {
  if (plain.size() > kFieldBytesMax) {
    return Error(ErrorCode::internal).because("a vault value is longer than kFieldBytesMax");
  }
  const Place place{{district, subject}, field};
  if (is_erased(place.id)) return Error(ErrorCode::not_found).because("erased in this batch");
  std::string old_value;
  WD_TRY(const bool has_key, use(place.id));
  if (!has_key) {
    if (plain.empty()) return ok();
    make_key(place.id);
  } else if (is_searchable(field)) {
    WD_TRY(const auto old, read_value(place));
    if (old) old_value = normalised(*old);
  }
  store::Bytes ciphertext;
  if (!plain.empty()) cipher_.seal(random_, field, batch_, plain, ciphertext);
  stage(place, std::move(ciphertext));
  if (is_searchable(field)) stage_index(place, old_value, normalised(plain));
  return ok();
}

Result<std::optional<std::string>> Writer::read_value(const Place& place) {
  const auto staged = field_at_.find(place);
  const bool in_batch = staged != field_at_.end() && staged->second >= 0;
  // A key of this batch has no rows yet.
  if (!in_batch && key_at_.contains(place.id)) return std::optional<std::string>();
  std::optional<VaultFieldRow> stored;
  if (!in_batch) {
    WD_TRY(stored,
           store::get(main_, kVaultField, {place.id.district, place.id.subject, place.field}));
  }
  const auto* row = in_batch ? &fields_[static_cast<std::size_t>(staged->second)].row
                             : (stored ? &*stored : nullptr);
  if (row == nullptr || row->ciphertext.empty()) return std::optional<std::string>();
  WD_TRY(const bool has_key, use(place.id));
  if (!has_key) return std::optional<std::string>();
  WD_TRY(auto plain, cipher_.open(place.field, row->version, row->ciphertext));
  return std::optional(std::move(plain));
}

Result<std::optional<std::string>> Writer::get(District district, const Uuid& subject,
                                               Field field) {
  return read_value({{district, subject}, field});
}

Result<std::vector<Uuid>> Writer::find_exact(District district, Field field,
                                             std::string_view value) {
  const auto wanted = normalised(value);
  std::vector<Uuid> candidates;
  if (wanted.empty() || !is_searchable(field)) return candidates;
  const auto mac = blind_mac(blind_, field, wanted);
  const auto [from, to] = index_at_.equal_range(mac);
  for (auto at = from; at != to; ++at) {
    const auto& entry = index_[at->second].entry;
    if (entry.district == district && entry.kind == field) candidates.push_back(entry.subject);
  }
  WD_TRY([[maybe_unused]] auto begun, begin_keys());
  const auto row = index_cipher_.row_of({.district = district, .kind = field, .mac = mac});
  WD_TRY([[maybe_unused]] auto read,
         reads().by_key(kBlindIndex.info(), 3, store::bind_all(district, field, row.enciphered),
                        [&](const store::RowReader& reader) {
                          candidates.push_back(store::read_row<BlindIndexRow>(reader).subject);
                          return candidates.size() < kExactHitsMax;
                        }));
  std::ranges::sort(candidates);
  candidates.erase(std::ranges::unique(candidates).begin(), candidates.end());
  // The index holds a part of the MAC and may be behind or ahead of the rows: the value decides.
  std::vector<Uuid> found;
  for (const auto& subject : candidates) {
    WD_TRY(const auto present, get(district, subject, field));
    if (present && normalised(*present) == wanted) found.push_back(subject);
  }
  return found;
}

void Writer::undo(const Mark& mark) {
  while (fields_.size() > mark.fields) {
    const auto& last = fields_.back();
    const Place place{{last.row.district, last.row.subject}, last.row.field};
    if (last.previous < 0) {
      field_at_.erase(place);
    } else {
      field_at_[place] = last.previous;
    }
    fields_.pop_back();
  }
  while (keys_.size() > mark.keys) {
    key_at_.erase({keys_.back().row.district, keys_.back().row.subject});
    keys_.pop_back();
  }
  while (index_.size() > mark.index) {
    const auto [from, to] = index_at_.equal_range(index_.back().entry.mac);
    for (auto at = from; at != to; ++at) {
      if (at->second == index_.size() - 1) {
        index_at_.erase(at);
        break;
      }
    }
    index_.pop_back();
  }
  erased_.resize(mark.erased);
  log_.keep(mark.log);
  cipher_.forget();
}

void Writer::clear_staged() {
  fields_.clear();
  keys_.clear();
  index_.clear();
  erased_.clear();
  field_at_.clear();
  key_at_.clear();
  index_at_.clear();
  cipher_.forget();
}

}  // namespace wangdi::vault
