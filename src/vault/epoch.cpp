// SPDX-License-Identifier: Apache-2.0
// Rewrapping into the files of a new epoch, and putting it in force.
#include "vault/epoch.hpp"

#include <filesystem>

#include "store/sqlite.hpp"
#include "vault/bulk.hpp"
#include "vault/key_rows.hpp"
#include "vault/person_keys.hpp"
#include "vault/root.hpp"
#include "vault/writer.hpp"

namespace wangdi::vault {
namespace {

constexpr std::size_t kRowsAtOnce = 20'000;

std::uint64_t random_below(crypto::Random& random, std::uint64_t limit) {
  std::uint64_t number = 0;
  for (const auto byte : random.take<8>()) number = number << 8 | byte;
  return number % limit;
}

}  // namespace

EpochChange::EpochChange(Keyring& keyring, After after)
    : keyring_(keyring), after_(std::move(after)), old_(keyring.epoch()) {}

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
                                                          After after) {
  WD_TRY(const auto root, read_root(keyring.paths().root));
  std::unique_ptr<EpochChange> change(new EpochChange(keyring, std::move(after)));
  const auto key = crypto::SecretKey::random();
  WD_TRY([[maybe_unused]] auto own, change->make_target(keyring.paths().keys, root, key));
  if (!copy.empty()) {
    if (number_in_epoch_file(epoch_file_of(copy)) != change->old_->number) {
      return Error(ErrorCode::keys_missing).because("the second copy of the keys is lost or old");
    }
    WD_TRY([[maybe_unused]] auto second, change->make_target(copy, root, key));
  }
  change->epoch_ = change->targets_.front().epoch;
  change->from_key_.set_key(change->old_->key.view());
  change->to_key_.set_key(key.view());
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
  const auto rewrapped = [this](PersonKeyRow& row) {
    const SubjectId id{row.district, row.subject};
    sample(id);
    return rewrap(person_key_place(id), row.wrapped);
  };
  WD_TRY([[maybe_unused]] auto keys, copy_table(*from, kPersonKey, rewrapped));
  WD_TRY([[maybe_unused]] auto index,
         copy_table(*from, kBlindIndex, [](BlindIndexRow&) { return ok(); }));
  WD_TRY([[maybe_unused]] auto rest, bring({}, *from));
  from->rollback();
  return ok();
}

// Row by row through `change`, in portions.
template <class Row, std::size_t K, class Change>
Status EpochChange::copy_table(store::Connection& from, const store::Table<Row, K>& table,
                               Change change) {
  std::vector<Row> rows;
  const auto write = [&] {
    auto written = in_each(
        [&](store::Connection& to) { return bulk(to, table, store::BulkMode::kInsert, rows); });
    rows.clear();
    return written;
  };
  auto done = ok();
  WD_TRY([[maybe_unused]] auto read,
         from.by_key(table.info(), 0, store::bind_all(), [&](const store::RowReader& reader) {
           rows.push_back(store::read_row<Row>(reader));
           done = change(rows.back());
           if (done && rows.size() == kRowsAtOnce) done = write();
           return done.has_value();
         }));
  return done ? write() : done;
}

Status EpochChange::bring(const KeyChanges& changes, store::Connection& from) {
  WD_TRY(auto rows, rows_by_now(changes, from));
  for (auto& row : rows.put) {
    WD_TRY([[maybe_unused]] auto key,
           rewrap(person_key_place({row.district, row.subject}), row.wrapped));
  }
  for (auto& row : rows.named) {
    if (row.wrapped.empty()) continue;  // destroyed
    const auto place = named_key_place(static_cast<KeyName>(row.name), row.month);
    WD_TRY([[maybe_unused]] auto key, rewrap(place, row.wrapped));
  }
  for (auto& row : rows.states) row.epoch = old_->number + 1;
  return in_each([&](store::Connection& to) { return write_rows(rows, to); });
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

Status EpochChange::prove_folder(const std::string& folder, store::Connection& main) {
  WD_TRY(const auto root, read_root(keyring_.paths().root));
  WD_TRY(const auto epoch, read_epoch_file(next_epoch_file_of(folder), root));
  WD_TRY(epoch->engine, store::open_sqlite({.path = keys_file_of(folder, epoch->number)}));
  WD_TRY(const auto keys, Keyring::open_reader(*epoch));
  for (const auto& id : samples_) {
    WD_TRY([[maybe_unused]] auto proved, prove_subject(id, *epoch, *keys, main));
  }
  return ok();
}

Status EpochChange::prove_subject(const SubjectId& id, const Epoch& epoch, store::Connection& keys,
                                  store::Connection& main) {
  WD_TRY(const auto row, store::get(keys, kPersonKey, {id.district, id.subject}));
  if (!row) {
    WD_TRY(const auto living, store::get(keyring_.writer(), kPersonKey, {id.district, id.subject}));
    if (!living) return ok();  // erased meanwhile
    return Error(ErrorCode::vault_unreadable).because("the new keys lack a living one");
  }
  crypto::Aead aead;
  aead.set_key(epoch.key.view());
  auto plain = aead.open(person_key_place(id), row->wrapped);
  if (!plain) return Error(ErrorCode::vault_unreadable).because("a new key does not open");
  FieldCipher cipher;
  cipher.use(id, SubjectKey(*plain));
  crypto::wipe(*plain);
  auto opened = ok();
  WD_TRY([[maybe_unused]] auto read,
         main.by_key(kVaultField.info(), 2, store::bind_all(id.district, id.subject),
                     [&](const store::RowReader& reader) {
                       const auto value = store::read_row<VaultFieldRow>(reader);
                       const auto text = cipher.open(value.field, value.version, value.ciphertext);
                       if (!text) opened = text.error();
                       return opened.has_value();
                     }));
  return opened;
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
