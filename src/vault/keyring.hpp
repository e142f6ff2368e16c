// SPDX-License-Identifier: Apache-2.0
// The keys folder and the root. The root unseals the epoch key; the epoch key wraps the keys of
// persons and the named keys in keys.db. Nothing of this lies in the data folder or its backups.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "common/crypto/crypto.hpp"
#include "store/engine.hpp"
#include "vault/key_cache.hpp"
#include "vault/tables.hpp"

namespace wangdi::vault {

struct Paths {
  std::string keys;  // a folder of mode 0700
  std::string root;  // a file of 32 bytes and mode 0400, outside data, keys and backups
  // `<data>.keys` and `<data>.root` beside the data folder.
  static Paths beside(const std::string& data_folder);
};

// Keys that are not a person's. Values are stored.
enum class KeyName : std::int32_t {
  blind_index = 1,
  body_mac = 2,      // one each month, destroyed 31 days after its month
  receipt = 3,       // what phones hold as proof of the highest position they were answered
  device_mark = 4,   // marks of enrolled browsers
  first_secret = 5,  // first secrets of accounts
  outbox_box = 6,    // opens what phones have sealed for the server
};

// Months since year 0, of UTC.
using Month = std::int32_t;
Month month_of(UnixMs instant);

class Keyring {
 public:
  // Makes the keys folder and, when there is none, the root. An existing keys folder is refused.
  static Status create(const Paths& paths);
  // Errors: root_missing (not there, not 32 bytes, mode too open, or of another installation),
  // keys_missing, folder_in_use, migration_refused (tables of another version).
  static Result<std::unique_ptr<Keyring>> open(const Paths& paths, std::size_t cached_keys);
  ~Keyring();

  store::Engine& engine() { return *engine_; }
  // The one writing connection to keys.db; writer thread only.
  store::Connection& writer() { return *writer_; }
  KeyCache& cache() { return *cache_; }

  // The epoch key, to wrap and unwrap.
  crypto::ByteView epoch_key() const { return epoch_key_.view(); }
  // A named key without month; always there.
  const crypto::SecretKey& named(KeyName name) const;
  // A MAC of its own under a named key: one for each thread.
  crypto::Hmac hmac(KeyName name) const { return crypto::Hmac(named(name).view()); }

 private:
  Keyring(int lock, crypto::SecretKey epoch_key);
  Status load(const Paths& paths, std::size_t cached_keys);

  int lock_;
  crypto::SecretKey epoch_key_;
  std::unique_ptr<store::Engine> engine_;
  std::unique_ptr<store::Connection> writer_;
  std::unique_ptr<KeyCache> cache_;
  std::map<KeyName, crypto::SecretKey> named_;
};

// What a wrapped key is bound to.
std::array<std::uint8_t, 21> person_key_place(const SubjectId& id);
std::array<std::uint8_t, 9> named_key_place(KeyName name, Month month);
// What a sealed field is bound to: subject, field and version within its district.
std::array<std::uint8_t, 30> field_place(const SubjectId& id, Field field, std::int64_t version);

}  // namespace wangdi::vault
