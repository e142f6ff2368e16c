// SPDX-License-Identifier: Apache-2.0
// Making the blind index out of the values of the main database: after a restore, and once where
// the keys are of a version whose index told too much (old_index.hpp).
#pragma once

#include "vault/keyring.hpp"

namespace wangdi::vault {

// Every value that opens gets its entry; none is taken away. In portions: whoever dies in between
// does it again.
Status reindex(Keyring& keyring, store::Connection& main);
// Does so where the index is marked as not whole.
Status complete_index(Keyring& keyring, store::Connection& main);

}  // namespace wangdi::vault
