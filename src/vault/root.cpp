// SPDX-License-Identifier: Apache-2.0
// Reading the root, and what is derived from it.
#include "vault/root.hpp"

#include "vault/files.hpp"

namespace wangdi::vault {
namespace {

// In front of what a key is derived for, so that no two uses give the same key.
constexpr std::string_view kForBackup = "wangdi backup 1";
constexpr std::string_view kForAnchor = "wangdi anchor 1";

}  // namespace

Result<crypto::SecretKey> read_root(const std::string& file) {
  auto bytes = read_secret_file(file, crypto::kKeyBytes);
  if (!bytes || bytes->size() != crypto::kKeyBytes) {
    return Error(ErrorCode::root_missing)
        .because("the root must be a file of 32 bytes, mode 0400, or a credential of systemd");
  }
  auto key = crypto::SecretKey::copy_of(*bytes);
  crypto::wipe(*bytes);
  return key;
}

Result<crypto::SecretKey> backup_key(const std::string& root_file, crypto::ByteView backup) {
  WD_TRY(const auto root, read_root(root_file));
  return crypto::SecretKey::derived(root, {crypto::bytes_of(kForBackup), backup});
}

Result<crypto::SecretKey> anchor_key(const std::string& root_file) {
  WD_TRY(const auto root, read_root(root_file));
  return crypto::SecretKey::derived(root, {crypto::bytes_of(kForAnchor)});
}

}  // namespace wangdi::vault
