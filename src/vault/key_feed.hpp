// SPDX-License-Identifier: Apache-2.0
// Which rows of keys.db have changed, for who keeps a second file up to date while the writer goes
// on: the second copy of the keys, and the file of a new epoch. It names rows and holds none; who
// takes the names reads the rows as they are by then.
#pragma once

#include <array>
#include <mutex>
#include <span>
#include <vector>

#include "vault/blind_index.hpp"
#include "vault/key_cache.hpp"

namespace wangdi::vault {

enum class KeyFollower : std::uint8_t { copy = 0, epoch = 1 };

struct KeyChanges {
  bool any = false;
  bool too_many = false;  // more than were kept: the whole file has to be read
  std::vector<SubjectId> keys;
  std::vector<IndexEntry> index;
};

class KeyFeed {
 public:
  // From here on changes are kept for the follower; again: what was kept is dropped.
  void follow(KeyFollower follower);
  void leave(KeyFollower follower);
  // What changed since follow() or the last take().
  KeyChanges take(KeyFollower follower);
  // The writer, after its commit.
  void changed(std::span<const PersonKeyRow> keys, std::span<const IndexEntry> index);

 private:
  static constexpr std::size_t kFollowers = 2;
  static constexpr std::size_t kKeptMax = 500'000;

  struct Place {
    bool follows = false;
    KeyChanges changes;
  };
  Place& at(KeyFollower follower) { return places_[static_cast<std::size_t>(follower)]; }

  std::mutex mutex_;
  std::array<Place, kFollowers> places_;
};

}  // namespace wangdi::vault
