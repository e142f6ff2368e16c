// SPDX-License-Identifier: Apache-2.0
// A new epoch: a fresh file with a new epoch key, into which only living keys come. With the old
// key everything goes that was erased since, in old copies of the keys folder too. The file is
// written beside the one in force, and beside the second copy, while the writer goes on; between
// two batches the writer brings what changed since into both (Writer::take_epoch), values are
// opened with the keys of each, and one rename of epoch.key puts it in force. Whoever dies before
// that leaves the old epoch, after it the new one, and the next start removes the other.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vault/keyring.hpp"

namespace wangdi::vault {

// Persons whose values are opened with the keys of a new file before the old one goes.
inline constexpr std::size_t kEpochSamples = 200;
// Entries of the index that are put in order in memory, of 40 bytes each.
inline constexpr std::size_t kIndexRowsAtOnce = 500'000;

class EpochChange {
 public:
  // Called by tests to end the process: the name of each step that is done.
  using After = std::function<void(std::string_view)>;

  // Writes the new files. `copy` is the folder of the second copy, which must be one; empty when
  // there is none. Any thread. Errors: root_missing, keys_missing (the copy), storage_failed,
  // storage_full, vault_unreadable (a key does not open).
  static Result<std::unique_ptr<EpochChange>> prepare(
      Keyring& keyring, const std::string& copy, After after = [](std::string_view) {},
      std::size_t index_rows_at_once = kIndexRowsAtOnce);
  // Leaves no trace of a change that was not put in force.
  ~EpochChange();
  EpochChange(const EpochChange&) = delete;
  EpochChange& operator=(const EpochChange&) = delete;

  // ---- the writer's part, in this order ----

  // Brings the rows that changed since into the new files, and empties their logs.
  Status catch_up(store::Connection& keys);
  // Opens values of the main database with the keys of each new file, as a start would.
  // Error: vault_unreadable.
  Status prove(store::Connection& main);
  // The renames; from the first on the new epoch is in force, whatever it gives.
  Status put_in_force();
  std::shared_ptr<const Epoch> epoch() const { return epoch_; }
  std::unique_ptr<store::Connection> writer();
  // Destroys the old key and files.
  Status destroy_old();

  bool is_in_force() const { return is_in_force_; }
  std::int64_t keys() const { return keys_; }  // that were rewrapped before the writer's part

 private:
  struct Target {
    std::string folder;
    std::shared_ptr<Epoch> epoch;  // its file; the key is one
    std::unique_ptr<store::Connection> to;
  };

  EpochChange(Keyring& keyring, const crypto::SecretKey& key, After after,
              std::size_t index_rows_at_once);
  Status make_target(const std::string& folder, const crypto::SecretKey& root,
                     const crypto::SecretKey& key);
  Status fill();
  Status fill_keys(store::Connection& from);
  // The index in its new order, which is none of the old one's.
  Status fill_index(store::Connection& from);
  Status bring(const KeyChanges& changes, store::Connection& from);
  // A transaction in each of the new files.
  Status in_each(const std::function<Status(store::Connection&)>& write);
  Status rewrap(crypto::ByteView place, store::Bytes& wrapped);
  void sample(const SubjectId& id);
  Status prove_folder(const std::string& folder, store::Connection& main);
  // One of the new files, as a start would have it.
  struct Opened;
  Status prove_subject(const SubjectId& id, Opened& opened, store::Connection& main);
  Status prove_entry(const IndexEntry& entry, Opened& opened);

  Keyring& keyring_;
  After after_;
  const std::size_t index_rows_at_once_;
  std::shared_ptr<const Epoch> old_;
  std::shared_ptr<const Epoch> epoch_;
  std::vector<Target> targets_;  // the keys folder, then the copy
  crypto::Aead from_key_, to_key_;
  IndexCipher from_index_, to_index_;
  crypto::Hmac blind_;
  crypto::Random random_;
  std::vector<SubjectId> samples_;
  std::int64_t keys_ = 0;
  bool is_in_force_ = false;
};

// ---- its files ----

std::string next_epoch_file_of(const std::string& folder);
// Overwrites and removes it; nothing to do when it is not there.
Status destroy_secret_file(const std::string& path);
// epoch.next and epoch.key change their names.
Status put_epoch_in_force(const std::string& folder);

}  // namespace wangdi::vault
