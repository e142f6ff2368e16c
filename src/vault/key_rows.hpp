// SPDX-License-Identifier: Apache-2.0
// Rows of keys.db on their way into a second file: those that changed, as they are by now, and the
// few named keys and states, whole each time.
#pragma once

#include <vector>

#include "store/engine.hpp"
#include "vault/key_feed.hpp"

namespace wangdi::vault {

struct KeyRows {
  std::vector<PersonKeyRow> put, erased;
  std::vector<IndexEntry> entered, dropped;
  std::vector<NamedKeyRow> named;
  std::vector<KeysStateRow> states;
};

// In one snapshot of the caller's. `index` is that of the epoch of the file.
Result<KeyRows> rows_by_now(const KeyChanges& changes, store::Connection& from, IndexCipher& index);
// In one transaction of the caller's. `index` is that of the epoch of the file.
Status write_rows(KeyRows& rows, store::Connection& to, IndexCipher& index);

}  // namespace wangdi::vault
