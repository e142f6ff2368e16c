// SPDX-License-Identifier: Apache-2.0
// The monthly keys of body comparison, for all writers of a vault. Each writer keeps a MAC of its
// own under each of them (BodyMacs).
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "vault/keyring.hpp"

namespace wangdi::vault {

inline constexpr std::int64_t kBodyKeyDaysAfterMonth = 31;

class BodyKeys {
 public:
  // Reads the keys and destroys what is too old. Errors: keys_mismatch, storage_failed.
  Status open(Keyring& keyring, UnixMs now);

  // Another epoch is in force: what waits is sealed by its key.
  void renew(const Epoch& epoch);

  // Makes the key of a month that has none, and destroys what is too old by then.
  void need(Month month, UnixMs now);
  // Grows with each change. each() hands on every month; no key: it was destroyed.
  std::uint64_t generation() const { return generation_; }
  void each(const std::function<void(Month, const crypto::SecretKey*)>& take) const;

  // Named keys to write: new months and the emptied rows of destroyed ones. A MAC under a key that
  // waits may only be stored after the key.
  bool is_waiting() const { return is_waiting_; }
  std::vector<NamedKeyRow> waiting() const;
  // After `count` of them, the oldest, were written.
  void written(std::size_t count);

 private:
  void destroy_old(UnixMs now);
  void wait(NamedKeyRow row);

  mutable std::mutex mutex_;
  std::map<Month, std::optional<crypto::SecretKey>> months_;  // empty: destroyed
  std::vector<NamedKeyRow> waiting_;
  std::atomic<bool> is_waiting_{false};
  std::atomic<std::uint64_t> generation_{0};
  crypto::Aead epoch_;
  crypto::Random random_;
};

}  // namespace wangdi::vault
