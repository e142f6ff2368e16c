// SPDX-License-Identifier: Apache-2.0
// What the writers of one vault have in common: the turn at the one writing connection of keys.db,
// what the last batch of each scope left there, and index entries that wait to be dropped. A scope
// is the nation where one writer takes batches of any districts, else the first district of a
// batch, which only one writer has at a time.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <vector>

#include "vault/keyring.hpp"

namespace wangdi::vault {

// What keys.db was told that the main database has to confirm.
enum class UnsettledKind : std::uint8_t { key = 1, index = 2, erasure = 3 };
struct Unsettled {
  UnsettledKind kind = UnsettledKind::key;
  BlindIndexRow row;  // but for an index entry only district and subject count
};

struct BatchState {
  KeysStateRow keys;
  VaultStateRow main;
  std::int64_t last = 0;                   // highest number given to a batch, stored or not
  std::vector<Unsettled> carried = {};     // of batches that could not be taken back
  std::vector<SubjectId> destroying = {};  // erased, and their keys still in keys.db
};

class BatchStates {
 public:
  // Reads both sides. A new database is paired with keys that were never used. Error:
  // keys_mismatch.
  Status open(store::Connection& keys, store::Connection& main);

  // The state of a scope. Its members belong to the writer that has the scope.
  BatchState& of(District scope);
  // All scopes, and those whose last batch changed keys.db; no writer runs yet.
  std::vector<District> scopes() const;
  std::vector<District> unsettled() const;
  // Whether the main database is older than the keys have seen it, in any scope.
  bool main_was_restored() const { return main_was_restored_; }
  // Whether nothing of this scope may be taken back, since newer data may need it.
  bool is_behind(District scope) const;

  // The turn at the writing connection of keys.db. outdated() belongs to who has it.
  std::unique_lock<std::mutex> turn() { return std::unique_lock(turn_); }
  // Entries to drop with the next write of keys.db, whoever writes: one that was dropped may come
  // back with the next batch of its scope, which another writer may have.
  std::vector<BlindIndexRow>& outdated() { return outdated_; }

  // How many writers are open: the first one takes back, all others find it done.
  std::atomic<int> writers{0};

 private:
  std::mutex turn_;
  std::vector<BlindIndexRow> outdated_;

  mutable std::mutex mutex_;  // guards the map, not what lies in it
  std::map<District, BatchState> states_;
  std::map<District, bool> marked_;  // restored, and not written since
  Mark16 pairing_{};
  std::int64_t epoch_ = 0;
  std::int64_t floor_ = 0;  // numbers of a new scope are above all that were given before the start
  bool main_was_restored_ = false;
};

}  // namespace wangdi::vault
