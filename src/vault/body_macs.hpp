// SPDX-License-Identifier: Apache-2.0
// Tells a repeat of a command from a new body under a used id, without keeping the body: an HMAC
// under a key of its month. The key is destroyed 31 days after its month, and with it the last
// trace of what was sent.
#pragma once

#include <map>
#include <optional>

#include "vault/body_keys.hpp"

namespace wangdi::vault {

using BodyMac = crypto::Digest;

// Belongs to the thread of one writer.
class BodyMacs {
 public:
  explicit BodyMacs(BodyKeys& keys) : keys_(keys) {}

  // The MAC of a body that arrives now; nothing when the month's key was destroyed already, which
  // only a clock that jumped can bring about.
  std::optional<BodyMac> mac(UnixMs now, crypto::ByteView body);
  // Whether a body is the one recorded then; nothing when that can no longer be told.
  std::optional<bool> same(UnixMs recorded_at, crypto::ByteView body, const BodyMac& recorded);

 private:
  void refresh();

  BodyKeys& keys_;
  std::uint64_t generation_ = 0;
  std::map<Month, std::optional<crypto::Hmac>> months_;  // empty: destroyed
};

}  // namespace wangdi::vault
