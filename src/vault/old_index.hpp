// SPDX-License-Identifier: Apache-2.0
// A keys.db of before the index was enciphered by epochs. Its MACs lie open under a key that
// stayed: with that key every copy of such a file can be asked for numbers. So they are not brought
// over; the key is destroyed, and the first writer makes the index anew under another
// (reindex.hpp).
#pragma once

#include "store/engine.hpp"
#include "vault/keyring.hpp"

namespace wangdi::vault {

// Whether all tables are as that version had them.
Result<bool> has_old_index(store::Connection& keys);
// Puts an empty index in its place and marks it as not whole, in one transaction.
Status replace_old_index(store::Connection& keys);
// Whether the index is marked so, and the end of it, inside the caller's transaction.
Result<bool> is_index_marked(store::Connection& keys);
Status unmark_index(store::Connection& keys);

}  // namespace wangdi::vault
