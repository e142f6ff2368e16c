// SPDX-License-Identifier: Apache-2.0
// Rewrapping into the files of a new epoch, and putting it in force. The index: epoch_index.cpp.
#include "vault/epoch.hpp"

#include <filesystem>

#include "store/sqlite.hpp"
#include "vault/bulk.hpp"
#include "vault/key_rows.hpp"
#include "vault/person_keys.hpp"
#include "vault/root.hpp"
#include "vault/unsettled.hpp"
#include "vault/writer.hpp"

namespace wangdi::vault {
namespace {

constexpr std::size_t kKeysAtOnce = 20'000;

std::uint64_t random_below(crypto::Random& random, std::uint64_t limit) {
  std::uint64_t number = 0;
  for (const auto byte : random.take<8>()) number = number << 8 | byte;
  return number % limit;
}

}  // namespace

EpochChange::EpochChange(Keyring& keyring, const crypto::SecretKey& key, After after,
                         std::size_t index_rows_at_once)
    : keyring_(keyring),
      after_(std::move(after)),
      index_rows_at_once_(index_rows_at_once),
      old_(keyring.epoch()),
      from_index_(old_->key),
      to_index_(key),
      blind_(keyring.hmac(KeyName::blind_index)) {
  from_key_.set_key(old_->key.view());
  to_key_.set_key(key.view());
}

EpochChange::~EpochChange() {
  keyring_.feed().leave(KeyFollower::epoch);
  std::vector<std::string> folders;
  for (const auto& target : targets_) folders.push_back(target.folder);
  targets_.clear();
  epoch_.reset();
  if (is_in_force_) return;
  // What cannot be removed now is removed by the next start.
  for (const auto& folder : folders) {
    static_cast<void>(remove_other_epochs(folder, old_->number));
  }
}

Result<std::unique_ptr<EpochChange>> EpochChange::prepare(Keyring& keyring, const std::string& copy,
                                                          After after,
                                                          std::size_t index_rows_at_once) {
  WD_TRY(const auto root, read_root(keyring.paths().root));
  const auto key = crypto::SecretKey::random();
  std::unique_ptr<EpochChange> change(
      new EpochChange(keyring, key, std::move(after), index_rows_at_once));
  WD_TRY([[maybe_unused]] auto own, change->make_target(keyring.paths().keys, root, key));
  if (!copy.empty()) {
    if (number_in_epoch_file(epoch_file_of(copy)) != change->old_->number) {
      return Error(ErrorCode::keys_missing).because("the second copy of the keys is lost or old");
    }
    WD_TRY([[maybe_unused]] auto second, change->make_target(copy, root, key));
  }
  change->epoch_ = change->targets_.front().epoch;
  // From here on the writer tells what it changes; what is read now may hold some of it already.
  keyring.feed().follow(KeyFollower::epoch);
  WD_TRY([[maybe_unused]] auto filled, change->fill());
  change->after_("filled");
  return change;
}

Status EpochChange::make_target(const std::string& folder, const crypto::SecretKey& root,
                                const crypto::SecretKey& key) {
  const auto number = old_->number + 1;
  WD_TRY([[maybe_unused]] auto swept, remove_other_epochs(folder, old_->number));
  WD_TRY(auto engine,
         store::open_sqlite({.path = keys_file_of(folder, number), .cache_kib = kKeysCacheKib}));
  auto epoch = std::make_shared<Epoch>(
      Epoch{number, crypto::SecretKey::copy_of(key.view()), std::move(engine)});
  WD_TRY(auto to, epoch->engine->open_writer());
  WD_TRY([[maybe_unused]] auto made, make_keys_tables(*to));
  targets_.push_back({folder, std::move(epoch), std::move(to)});
  after_("made");
  return write_epoch_file(next_epoch_file_of(folder), root, number, key);
}

Status EpochChange::in_each(const std::function<Status(store::Connection&)>& write) {
  for (auto& target : targets_) {
    WD_TRY([[maybe_unused]] auto begun, target.to->begin());
    if (auto written = write(*target.to); !written) {
      target.to->rollback();
      return written;
    }
    WD_TRY([[maybe_unused]] auto committed, target.to->commit());
  }
  return ok();
}

Status EpochChange::rewrap(crypto::ByteView place, store::Bytes& wrapped) {
  auto plain = from_key_.open(place, wrapped);
  if (!plain) return Error(ErrorCode::vault_unreadable).because("a wrapped key does not open");
  to_key_.seal(random_, place, *plain, wrapped);
  crypto::wipe(*plain);
  return ok();
}

// Of all that pass, each with the same chance.
void EpochChange::sample(const SubjectId& id) {
  ++keys_;
  if (samples_.size() < kEpochSamples) {
    samples_.push_back(id);
    return;
  }
  const auto place = random_below(random_, static_cast<std::uint64_t>(keys_));
  if (place < kEpochSamples) samples_[place] = id;
}

Status EpochChange::fill() {
  WD_TRY(const auto from, Keyring::open_reader(*old_));
  WD_TRY([[maybe_unused]] auto begun, from->begin());
  WD_TRY([[maybe_unused]] auto keys, fill_keys(*from));
  WD_TRY([[maybe_unused]] auto index, fill_index(*from));
  WD_TRY([[maybe_unused]] auto rest, bring({}, *from));
  from->rollback();
  return ok();
}

// In portions, in the order of the old file.
Status EpochChange::fill_keys(store::Connection& from) {
  std::vector<PersonKeyRow> rows;
  const auto write = [&] {
    auto written = in_each([&](store::Connection& to) {
      return bulk(to, kPersonKey, store::BulkMode::kInsert, rows);
    });
    rows.clear();
    return written;
  };
  auto done = ok();
  WD_TRY([[maybe_unused]] auto read,
         from.by_key(kPersonKey.info(), 0, store::bind_all(), [&](const store::RowReader& reader) {
           auto& row = rows.emplace_back(store::read_row<PersonKeyRow>(reader));
           const SubjectId id{row.district, row.subject};
           sample(id);
           done = rewrap(person_key_place(id), row.wrapped);
           if (done && rows.size() == kKeysAtOnce) done = write();
           return done.has_value();
         }));
  return done ? write() : done;
}

Status EpochChange::bring(const KeyChanges& changes, store::Connection& from) {
  WD_TRY(auto rows, rows_by_now(changes, from, from_index_));
  for (auto& row : rows.put) {
    WD_TRY([[maybe_unused]] auto key,
           rewrap(person_key_place({row.district, row.subject}), row.wrapped));
  }
  for (auto& row : rows.named) {
    if (row.wrapped.empty()) continue;  // destroyed
    const auto place = named_key_place(static_cast<KeyName>(row.name), row.month);
    WD_TRY([[maybe_unused]] auto key, rewrap(place, row.wrapped));
  }
  for (auto& row : rows.states) {
    row.epoch = old_->number + 1;
    row.unsettled = packed(unpacked(row.unsettled, from_index_), to_index_);
  }
  return in_each([&](store::Connection& to) { return write_rows(rows, to, to_index_); });
}

Status EpochChange::catch_up(store::Connection& keys) {
  const auto changes = keyring_.feed().take(KeyFollower::epoch);
  if (changes.too_many) {
    return Error(ErrorCode::storage_failed).because("too much changed during the new epoch");
  }
  WD_TRY([[maybe_unused]] auto brought, bring(changes, keys));
  for (const auto& target : targets_) {
    WD_TRY(const bool emptied, store::empty_log(*target.to));
    if (!emptied) return Error(ErrorCode::storage_failed).because("the new keys are in use");
  }
  after_("caught up");
  return ok();
}

Status EpochChange::prove(store::Connection& main) {
  for (const auto& target : targets_) {
    WD_TRY([[maybe_unused]] auto proved, prove_folder(target.folder, main));
    after_("proved");
  }
  return ok();
}

struct EpochChange::Opened {
  Opened(const Epoch& epoch, store::Connection& reader) : keys(reader), index(epoch.key) {
    wrapping.set_key(epoch.key.view());
  }
  store::Connection& keys;
  crypto::Aead wrapping;
  IndexCipher index;
};

Status EpochChange::prove_folder(const std::string& folder, store::Connection& main) {
  WD_TRY(const auto root, read_root(keyring_.paths().root));
  WD_TRY(const auto epoch, read_epoch_file(next_epoch_file_of(folder), root));
  WD_TRY(epoch->engine, store::open_sqlite({.path = keys_file_of(folder, epoch->number)}));
  WD_TRY(const auto keys, Keyring::open_reader(*epoch));
  Opened opened(*epoch, *keys);
  for (const auto& id : samples_) {
    WD_TRY([[maybe_unused]] auto proved, prove_subject(id, opened, main));
  }
  return ok();
}

// What the old index finds the new one finds.
Status EpochChange::prove_entry(const IndexEntry& entry, Opened& opened) {
  const auto is_in = [&](store::Connection& keys, IndexCipher& index) -> Result<bool> {
    WD_TRY(const auto row, store::get(keys, kBlindIndex,
                                      store::Table<BlindIndexRow, 4>::key_of(index.row_of(entry))));
    return row.has_value();
  };
  WD_TRY(const bool is_found, is_in(opened.keys, opened.index));
  if (is_found) return ok();
  WD_TRY(const bool was_found, is_in(keyring_.writer(), from_index_));
  if (!was_found) return ok();
  return Error(ErrorCode::vault_unreadable).because("the new index lacks an entry");
}

Status EpochChange::prove_subject(const SubjectId& id, Opened& opened, store::Connection& main) {
  WD_TRY(const auto row, store::get(opened.keys, kPersonKey, {id.district, id.subject}));
  if (!row) {
    WD_TRY(const auto living, store::get(keyring_.writer(), kPersonKey, {id.district, id.subject}));
    if (!living) return ok();  // erased meanwhile
    return Error(ErrorCode::vault_unreadable).because("the new keys lack a living one");
  }
  auto plain = opened.wrapping.open(person_key_place(id), row->wrapped);
  if (!plain) return Error(ErrorCode::vault_unreadable).because("a new key does not open");
  FieldCipher cipher;
  cipher.use(id, SubjectKey(*plain));
  crypto::wipe(*plain);
  auto proved = ok();
  WD_TRY([[maybe_unused]] auto read,
         main.by_key(kVaultField.info(), 2, store::bind_all(id.district, id.subject),
                     [&](const store::RowReader& reader) {
                       const auto value = store::read_row<VaultFieldRow>(reader);
                       const auto text = cipher.open(value.field, value.version, value.ciphertext);
                       if (!text) {
                         proved = text.error();
                       } else if (is_searchable(value.field)) {
                         const auto mac = blind_mac(blind_, value.field, normalised(*text));
                         proved = prove_entry({id.district, value.field, mac, id.subject}, opened);
                       }
                       return proved.has_value();
                     }));
  return proved;
}

Status EpochChange::put_in_force() {
  WD_TRY([[maybe_unused]] auto own, put_epoch_in_force(targets_.front().folder));
  is_in_force_ = true;
  after_("in force");
  for (std::size_t i = 1; i < targets_.size(); ++i) {
    targets_[i].to.reset();
    WD_TRY([[maybe_unused]] auto copy, put_epoch_in_force(targets_[i].folder));
    after_("copy in force");
  }
  return ok();
}

std::unique_ptr<store::Connection> EpochChange::writer() { return std::move(targets_.front().to); }

Status EpochChange::destroy_old() {
  auto all = ok();
  for (const auto& target : targets_) {
    auto removed = remove_other_epochs(target.folder, epoch_->number);
    if (!removed) all = std::move(removed);
    after_("destroyed");
  }
  return all;
}

// What comes after the rename must not fail half: a process that went on with the old file would
// lose what it writes from then on.
Status Writer::take_epoch(EpochChange& change) {
  end_keys();
  auto& keyring = shared_.keyring;
  {
    const auto turn = shared_.states.turn();
    WD_TRY([[maybe_unused]] auto caught_up, change.catch_up(keyring.writer()));
    WD_TRY([[maybe_unused]] auto proved, change.prove(main_));
    const auto in_force = change.put_in_force();
    if (!change.is_in_force()) return in_force;
    keyring.take(change.epoch(), change.writer());
    shared_.body_keys.renew(*keyring.epoch());
    const auto renewed = renew();
    WD_ASSERT(renewed.has_value());  // ends the process; a start opens the new epoch
    if (!in_force) return in_force;
  }
  return change.destroy_old();
}

}  // namespace wangdi::vault
