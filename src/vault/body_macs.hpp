// SPDX-License-Identifier: Apache-2.0
// Tells a repeat of a command from a new body under a used id, without keeping the body: an HMAC
// under a key of its month. The key is destroyed 31 days after its month, and with it the last
// trace of what was sent.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "vault/keyring.hpp"

namespace wangdi::vault {

using BodyMac = crypto::Digest;
inline constexpr std::int64_t kBodyKeyDaysAfterMonth = 31;

// Belongs to the writer thread. A new month's key waits in `waiting()` until keys.db is written.
class BodyMacs {
 public:
  static Result<std::unique_ptr<BodyMacs>> open(Keyring& keyring, UnixMs now);

  // The MAC of a body that arrives now; nothing when the month's key was destroyed already, which
  // only a clock that jumped can bring about.
  std::optional<BodyMac> mac(UnixMs now, crypto::ByteView body);
  // Whether a body is the one recorded then; nothing when that can no longer be told.
  std::optional<bool> same(UnixMs recorded_at, crypto::ByteView body, const BodyMac& recorded);

  // Named keys to write: new months and the emptied rows of destroyed ones.
  std::vector<NamedKeyRow>& waiting() { return waiting_; }

 private:
  explicit BodyMacs(Keyring& keyring);
  void destroy_old(UnixMs now);

  std::map<Month, std::optional<crypto::Hmac>> months_;  // empty: destroyed
  std::vector<NamedKeyRow> waiting_;
  crypto::Aead epoch_;
  crypto::Random random_;
};

}  // namespace wangdi::vault
