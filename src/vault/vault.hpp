// SPDX-License-Identifier: Apache-2.0
// The vault: names, numbers, phones and doors, sealed under a key for each person. This is the door
// for the composition root; writers and readers are described in their own headers.
#pragma once

#include "vault/reader.hpp"
#include "vault/writer.hpp"

namespace wangdi::crypto {
class BoxKey;
class SigningKey;
}  // namespace wangdi::crypto

namespace wangdi::vault {

struct Options {
  // Unwrapped keys kept in memory: 56 bytes each, for the lists of a busy county.
  std::size_t cached_keys = 65'536;
  // Writers that open_writer() will be asked for; several begin each batch with its district.
  int writers = 1;
};

class Vault {
 public:
  // Makes keys folder and root for a new installation. An existing keys folder is refused.
  static Status create(const Paths& paths) { return Keyring::create(paths); }
  // Errors: root_missing, keys_missing, keys_mismatch, folder_in_use, migration_refused.
  static Result<std::unique_ptr<Vault>> open(const Paths& paths, Options options = {});
  // The tables that belong into the main database; they are not rebuilt.
  static Status create_tables(store::Connection& main);
  // For a main database that came out of a backup, while no writer is open: its values are in the
  // blind index again, and the next start takes no key back, since newer data may need it. Error:
  // keys_mismatch when the keys belong to other data.
  Status adopt_restored(store::Connection& main);

  Result<std::unique_ptr<Writer>> open_writer(store::Connection& main, UnixMs now, Hooks hooks = {},
                                              Orphans orphans = Orphans::take_back) {
    return Writer::open({*keyring_, states_, body_keys_, has_many_writers_}, main, now,
                        std::move(hooks), orphans);
  }
  Result<std::unique_ptr<Reader>> open_reader(store::Connection& main) {
    return Reader::open(*keyring_, main);
  }
  // For who keeps the second copy and renews the epoch.
  Keyring& keyring() { return *keyring_; }
  // Districts in which an erasure is not done to its last byte; their next batch finishes it. Where
  // one writer takes all, the nation stands for any. Any thread.
  std::vector<District> unfinished_erasures() const { return states_.unfinished(); }
  // A MAC under a named key of the keys folder, one for each thread.
  crypto::Hmac hmac(KeyName name) const { return keyring_->hmac(name); }
  // The pair that phones seal their outbox to. Made anew at each call: once a process is enough.
  crypto::BoxKey outbox_box() const;
  // The pair that signs certificates of destruction.
  crypto::SigningKey certificate_key() const;

 private:
  Vault(std::unique_ptr<Keyring> keyring, bool has_many_writers)
      : keyring_(std::move(keyring)), has_many_writers_(has_many_writers) {}
  std::unique_ptr<Keyring> keyring_;
  const bool has_many_writers_;
  BatchStates states_;
  BodyKeys body_keys_;
};

// What a phone holds as proof of the highest position it was answered: a MAC over district,
// sequence and the number of restores. Belongs to one thread.
class Receipts {
 public:
  explicit Receipts(const Vault& vault) : hmac_(vault.hmac(KeyName::receipt)) {}
  // 32 hexadecimal characters.
  std::string make(District district, std::int64_t sequence, std::int64_t restores);
  bool holds(District district, std::int64_t sequence, std::int64_t restores,
             std::string_view receipt);

 private:
  crypto::Hmac hmac_;
};

}  // namespace wangdi::vault
