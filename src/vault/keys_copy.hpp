// SPDX-License-Identifier: Apache-2.0
// The second copy of the keys folder, which lies apart from data, keys and root. There is one, and
// a new one takes its place: an old copy would keep the keys of people who were erased since.
#pragma once

#include <string>

#include "base/result.hpp"

namespace wangdi::vault {

// Copies the keys while a server uses them. `to` is new or an earlier copy, which is replaced only
// when the new one is whole and on disk. Errors: folder_exists when `to` is something else,
// keys_missing, storage_failed, storage_full.
Status copy_keys(const std::string& keys_folder, const std::string& to);

}  // namespace wangdi::vault
