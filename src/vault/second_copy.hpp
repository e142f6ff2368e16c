// SPDX-License-Identifier: Apache-2.0
// The second copy of the keys, kept up to date while the server runs: losing both copies loses
// everybody's names for good. It lies on another disk; what changed is brought into it by rows, and
// where it is lost or old it is made anew.
#pragma once

#include <string>

#include "vault/keyring.hpp"

namespace wangdi::vault {

class SecondCopy {
 public:
  SecondCopy(Keyring& keyring, std::string folder);
  ~SecondCopy();
  SecondCopy(const SecondCopy&) = delete;
  SecondCopy& operator=(const SecondCopy&) = delete;

  // Brings it up to date; one thread, or under a lock. Errors, after which it counts as lost and
  // the next call makes it anew: folder_exists (the folder is something else), folder_in_use
  // (another program looks at it; it is not lost), storage_failed, storage_full.
  Status follow();
  const std::string& folder() const { return folder_; }

 private:
  Status bring(const KeyChanges& changes, const Epoch& epoch);

  Keyring& keyring_;
  std::string folder_;
  bool is_whole_ = false;  // made or brought up to date by this process
};

}  // namespace wangdi::vault
