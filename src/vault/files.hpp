// SPDX-License-Identifier: Apache-2.0
// Small secret files: written once, synced with their folder, readable by their owner only.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "common/crypto/bytes.hpp"

namespace wangdi::vault {

// Mode 0400, refused when the file exists. On disk when it returns.
Status write_secret_file(const std::string& path, crypto::ByteView bytes);
// Nothing when it is missing, no plain file, open to group or others or to writing, or longer than
// `size_max`; a credential of systemd may also be open as systemd hands it out.
std::optional<crypto::Bytes> read_secret_file(const std::string& path, std::size_t size_max);
// Whether systemd hands the file out to this process as a credential: right in the folder that
// CREDENTIALS_DIRECTORY names, which only root may change, root's own, mode 0440. Newer systemd
// lets the service in by an access list; the group's bit shows that list and opens it to nobody
// else, since the group is root's.
bool is_credential(const std::string& path);
// A folder of mode 0700 that this makes; an existing one is refused.
Status make_secret_folder(const std::string& path);
bool is_secret_folder(const std::string& path);
// Holds an exclusive lock on a file; the descriptor, or nothing when another process holds it.
std::optional<int> lock_file(const std::string& path);

}  // namespace wangdi::vault
