// SPDX-License-Identifier: Apache-2.0
// What the writers of one vault have in common: the turn at the one writing connection of keys.db,
// what the last batch of each scope left there, and index entries that wait to be dropped. A scope
// is the nation where one writer takes batches of any districts, else the first district of a
// batch, which only one writer has at a time.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "vault/keyring.hpp"
#include "vault/unsettled.hpp"

namespace wangdi::vault {

struct BatchState {
  KeysStateRow keys;
  VaultStateRow main;
  std::int64_t last = 0;                   // highest number given to a batch, stored or not
  bool is_marked = false;                  // restored, and not written since
  bool is_unfinished = false;              // among those of unfinished()
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
  // Whether nothing of a scope may be taken back, since newer data may need it.
  static bool is_behind(const BatchState& state) {
    return state.is_marked || state.main.batch < state.keys.settled;
  }

  // The turn at the writing connection of keys.db. outdated() belongs to who has it.
  std::unique_lock<std::mutex> turn() { return std::unique_lock(turn_); }
  // Entries to drop with the next write of keys.db, whoever writes: one that was dropped may come
  // back with the next batch of its scope, which another writer may have.
  std::vector<IndexEntry>& outdated() { return outdated_; }

  // Scopes where somebody was erased whose key is not gone to its last byte; a batch of the scope
  // finishes it. Any thread; noted by who has the scope.
  std::vector<District> unfinished() const;
  void note_unfinished(BatchState& state, bool is_unfinished);
  // The log of keys.db, which is one for all, still has pages of before somebody was erased.
  std::atomic<bool> log_holds_destroyed{false};

  // How many writers are open: the first one takes back, all others find it done.
  std::atomic<int> writers{0};

 private:
  std::mutex turn_;
  std::vector<IndexEntry> outdated_;

  mutable std::mutex mutex_;  // guards the two; not what lies in the states
  std::map<District, BatchState> states_;
  std::set<District> unfinished_;
  Mark16 pairing_{};
  std::int64_t floor_ = 0;  // numbers of a new scope are above all that were given before the start
  bool main_was_restored_ = false;
};

}  // namespace wangdi::vault
