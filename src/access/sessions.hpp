// SPDX-License-Identifier: Apache-2.0
// The living sessions in memory: what the network thread asks for each request. Safe for several
// threads. The table in the database is only read at the start.
#pragma once

#include <mutex>
#include <unordered_map>
#include <vector>

#include "access/gatekeeper.hpp"

namespace wangdi::access {

// How often a session's last use is written.
inline constexpr std::int64_t kLastSeenMs = 60'000;
inline constexpr std::size_t kSessionsPerAccount = 20;  // the one used longest ago makes room

SessionKey key_of_token(std::string_view token);
// Derived from the token, so that it needs no store and tells nothing about it.
std::string csrf_of_token(std::string_view token);

class Sessions {
 public:
  explicit Sessions(const GatekeeperRules& rules) : rules_(rules) {}
  // A session whose times lie after `now` was written under a clock that was wrong.
  Status load(store::Connection& from, UnixMs now);

  // Counts as proved when it was created.
  void add(SessionRow row, bool has_factor);
  bool has(const SessionKey& key) const;
  struct Use {
    SessionRow row;
    UnixMs expires_at = 0;
    bool persist = false;  // its last use should be written again
    bool has_factor = false;
    UnixMs proved_at = 0;  // 0: not since the start of the server
  };
  // Counts as used at `now`; nothing when it is not there or has ended.
  std::optional<Use> use(const SessionKey& key, UnixMs now);
  // The phone's own key was enrolled in it.
  void bind_device(const SessionKey& key, const DeviceKeyId& device);
  // When the phone's own key was last used by a session of the account that lives; 0: by none.
  UnixMs device_seen(AccountId account, const DeviceKeyId& device) const;
  // Who is there was proved again; `enrolled` when by the first code of a new factor.
  void prove(const SessionKey& key, UnixMs now, bool enrolled);
  std::optional<SessionRow> take(const SessionKey& key);
  std::vector<SessionRow> take_account(AccountId account);
  std::vector<SessionRow> take_ended(UnixMs now);
  std::size_t size() const;

  UnixMs expires_at(const SessionRow& row) const;

 private:
  struct Entry {
    SessionRow row;
    UnixMs persisted = 0;
    bool has_factor = false;
    UnixMs proved_at = 0;
  };
  template <class Which>
  std::vector<SessionRow> take_all(Which which);

  const GatekeeperRules& rules_;
  mutable std::mutex mutex_;
  std::unordered_map<SessionKey, Entry> entries_;
};

}  // namespace wangdi::access
