// SPDX-License-Identifier: Apache-2.0
// What must be true after every step, kept beside the server and the phones: what the journal held
// when it was last read, what left which phone, what a restore took away. A broken invariant is
// thrown as Broken with a sentence.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "tests/sim/phone.hpp"
#include "tests/sim/server.hpp"

namespace wangdi::sim {

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a run met, so that a test can tell that it met anything.
struct Tally {
  std::int64_t turns = 0, applied = 0, duplicates = 0, conflicts = 0, held = 0, refused = 0;
  std::int64_t failures = 0, deaths = 0, power_cuts = 0, restores = 0, sent_again = 0;
  std::int64_t snapshots = 0, late_copies = 0;
  void add(const Tally& other);
  std::string text() const;
};
WD_DESCRIBE(Tally, turns, applied, duplicates, conflicts, held, refused, failures, deaths,
            power_cuts, restores, sent_again, snapshots, late_copies)

class Truth {
 public:
  explicit Truth(Tally& tally) : tally_(tally) {}

  // A row is saved, taken back, or its request reached the server once more.
  void saved(const Row& row);
  void taken_back(CommandId id);
  void delivered(const std::string& batch);

  // Reads what the journal got since the last time: no gap, no command twice, nobody's name.
  void follow(store::Connection& db);
  // After a death: all that was there before is there, unchanged.
  void compare(store::Connection& db);
  void restored(const std::map<std::int32_t, std::int64_t>& kept);

  // The instant of an answer: what it says is in the journal, committed.
  void answered(const bus::CommandBatchResult& results, store::Connection& db);
  // What the phone shows is so, or was lost by a restore it has not heard of.
  void check_phone(const Phone& phone) const;
  // At the end nothing may be open. `reachable`: its worker can still log in.
  void check_settled(const Phone& phone, bool reachable);

 private:
  struct Known {
    bus::PositionView position;
    std::string type;
  };
  struct Entry {
    std::int64_t sequence = 0;
    CommandId command;
    std::int32_t ordinal = 0;
    bool operator==(const Entry&) const = default;
  };

  void check_row(const Row& row, const Phone& phone) const;
  [[noreturn]] static void fail(const std::string& what, CommandId id = {});

  Tally& tally_;
  std::map<std::int32_t, std::vector<Entry>> journal_;
  std::map<CommandId, Known> known_;  // committed, by command
  std::set<CommandId> lost_;          // by a restore, at some time
  std::map<CommandId, int> sent_;     // saved on a phone; how often the server was handed it
  std::set<CommandId> taken_back_;
};

}  // namespace wangdi::sim
