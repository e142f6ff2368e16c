// SPDX-License-Identifier: Apache-2.0
// The keys folder and the root. The root unseals the epoch key; the epoch key wraps the keys of
// persons and the named keys in keys.db. Nothing of this lies in the data folder or its backups.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/crypto/crypto.hpp"
#include "store/engine.hpp"
#include "vault/key_cache.hpp"
#include "vault/key_feed.hpp"
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
  old_blind_index = 1,  // of before epochs enciphered the index; an emptied row, or none
  body_mac = 2,         // one each month, destroyed 31 days after its month
  receipt = 3,          // what phones hold as proof of the highest position they were answered
  device_mark = 4,      // marks of enrolled browsers
  first_secret = 5,     // first secrets of accounts
  outbox_box = 6,       // opens what phones have sealed for the server
  certificate = 7,      // signs certificates of destruction
  blind_index = 8,      // what a searchable value is found by
};

// Months since year 0, of UTC.
using Month = std::int32_t;
Month month_of(UnixMs instant);

// One period of the epoch key. Who reads holds on to it until it has opened the next one.
struct Epoch {
  std::int64_t number = 0;
  crypto::SecretKey key;
  std::unique_ptr<store::Engine> engine;  // of the file whose keys it wraps
};

class Keyring {
 public:
  // Makes the keys folder and, when there is none, the root. An existing keys folder is refused.
  static Status create(const Paths& paths);
  // Errors: root_missing (not there, not 32 bytes, mode too open, or of another installation),
  // keys_missing, folder_in_use, migration_refused (tables of another version).
  static Result<std::unique_ptr<Keyring>> open(const Paths& paths, std::size_t cached_keys);
  ~Keyring();

  // The epoch in force, and a number that changes when another comes into force. Any thread.
  std::shared_ptr<const Epoch> epoch() const;
  std::uint64_t generation() const { return generation_; }
  // A connection that reads the file of the epoch; the caller keeps the epoch as long. Any thread.
  static Result<std::unique_ptr<store::Connection>> open_reader(const Epoch& epoch);
  // Puts a new epoch, whose file is complete and in force on disk, in the place of the old one,
  // with the writing connection to that file. Writer thread, outside any transaction of keys.db.
  void take(std::shared_ptr<const Epoch> epoch, std::unique_ptr<store::Connection> writer);
  KeyFeed& feed() { return feed_; }
  const Paths& paths() const { return paths_; }

  // The one writing connection to keys.db; writer thread only.
  store::Connection& writer() { return *writer_; }
  KeyCache& cache() { return *cache_; }

  // A named key without month; always there.
  const crypto::SecretKey& named(KeyName name) const;
  // A MAC of its own under a named key: one for each thread.
  crypto::Hmac hmac(KeyName name) const { return crypto::Hmac(named(name).view()); }

 private:
  Keyring(int lock, Paths paths);
  Status load(std::shared_ptr<Epoch> epoch, std::size_t cached_keys);

  int lock_;
  Paths paths_;
  mutable std::mutex mutex_;  // over epoch_
  std::shared_ptr<const Epoch> epoch_;
  std::atomic<std::uint64_t> generation_{1};
  std::unique_ptr<store::Connection> writer_;
  KeyFeed feed_;
  std::unique_ptr<KeyCache> cache_;
  std::map<KeyName, crypto::SecretKey> named_;
};

// ---- the files of the keys folder, for who copies or renews them ----

// keys.db, and keys-<n>.db from the second epoch on.
std::string keys_file_of(const std::string& folder, std::int64_t epoch);
std::string epoch_file_of(const std::string& folder);
std::vector<store::TableInfo> keys_tables();
// Makes them in a new file, which knows their forms from then on.
Status make_keys_tables(store::Connection& to);
inline constexpr int kKeysCacheKib = 32 * 1024;
// Destroys what an epoch that ended, or one that never came into force, left in a folder.
Status remove_other_epochs(const std::string& folder, std::int64_t epoch);
// Seals an epoch key by the root into a file that must not exist; on disk when it returns.
Status write_epoch_file(const std::string& file, const crypto::SecretKey& root, std::int64_t number,
                        const crypto::SecretKey& key);
// The number that an epoch file names, without opening it; nothing when it is no such file.
std::optional<std::int64_t> number_in_epoch_file(const std::string& file);
// The epoch that the root opens out of a file. Errors: keys_missing, keys_mismatch,
// migration_refused.
Result<std::shared_ptr<Epoch>> read_epoch_file(const std::string& file,
                                               const crypto::SecretKey& root);

// What a wrapped key is bound to.
std::array<std::uint8_t, 21> person_key_place(const SubjectId& id);
std::array<std::uint8_t, 9> named_key_place(KeyName name, Month month);
// What a sealed field is bound to: subject, field and version within its district.
std::array<std::uint8_t, 30> field_place(const SubjectId& id, Field field, std::int64_t version);

}  // namespace wangdi::vault
