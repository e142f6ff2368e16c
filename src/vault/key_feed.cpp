// SPDX-License-Identifier: Apache-2.0
// Keeping the names of changed rows.
#include "vault/key_feed.hpp"

#include <utility>

namespace wangdi::vault {

void KeyFeed::follow(KeyFollower follower) {
  const std::lock_guard lock(mutex_);
  at(follower) = {true, {}};
}

void KeyFeed::leave(KeyFollower follower) {
  const std::lock_guard lock(mutex_);
  at(follower) = {};
}

KeyChanges KeyFeed::take(KeyFollower follower) {
  const std::lock_guard lock(mutex_);
  return std::exchange(at(follower).changes, {});
}

void KeyFeed::changed(std::span<const PersonKeyRow> keys, std::span<const IndexEntry> index) {
  const std::lock_guard lock(mutex_);
  for (auto& [follows, changes] : places_) {
    if (!follows) continue;
    changes.any = true;
    const auto kept = changes.keys.size() + changes.index.size();
    if (changes.too_many || kept + keys.size() + index.size() > kKeptMax) {
      changes = {true, true, {}, {}};
      continue;
    }
    for (const auto& row : keys) changes.keys.push_back({row.district, row.subject});
    changes.index.insert(changes.index.end(), index.begin(), index.end());
  }
}

}  // namespace wangdi::vault
