// SPDX-License-Identifier: Apache-2.0
// Flushing of a batch's working set.
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

std::size_t Rows::pending() const {
  std::size_t count = 0;
  for (const auto& [name, cache] : caches_) count += cache->pending();
  return count;
}

}  // namespace wangdi::store
