// SPDX-License-Identifier: Apache-2.0
// Fetching and flushing of a batch's working set.
#include "store/rows.hpp"

namespace wangdi::store {

Status Rows::flush() {
  if (!status_) return status_;
  for (auto& [name, cache] : caches_) {
    latch(cache->flush(connection_));
    if (!status_) return status_;
  }
  return ok();
}

Result<bool> Rows::fetch(RemoteConnection& from) {
  std::vector<Question> questions;
  for (auto& [name, cache] : caches_) cache->ask(questions);
  if (!questions.empty()) {
    WD_TRY([[maybe_unused]] auto read, from.by_keys(questions));
  }
  for (auto& [name, cache] : caches_) cache->answered();
  return !questions.empty();
}

std::size_t Rows::pending() const {
  std::size_t count = 0;
  for (const auto& [name, cache] : caches_) count += cache->pending();
  return count;
}

}  // namespace wangdi::store
