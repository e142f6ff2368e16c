// SPDX-License-Identifier: Apache-2.0
// The root: 32 random bytes in a file of mode 0400 or a credential of systemd, outside data, keys
// and backups. It unseals the epoch key; the keys of backups and of the anchor are derived from it,
// so that who restores needs one secret only.
#pragma once

#include <string>

#include "base/result.hpp"
#include "common/crypto/crypto.hpp"

namespace wangdi::vault {

// Error: root_missing when it is not there, not 32 bytes, or its mode is too open.
Result<crypto::SecretKey> read_root(const std::string& file);

// Whether the root unseals this keys folder; writes nothing and takes no lock. Errors: read_root's,
// keys_missing, keys_mismatch.
Status check_root(const std::string& keys_folder, const std::string& root_file);

// The key of one backup, whose random number `backup` stands in its head. Errors: read_root's.
Result<crypto::SecretKey> backup_key(const std::string& root_file, crypto::ByteView backup);

// The key under which the anchor file is told to be ours. Errors: read_root's.
Result<crypto::SecretKey> anchor_key(const std::string& root_file);

}  // namespace wangdi::vault
