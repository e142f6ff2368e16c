// SPDX-License-Identifier: Apache-2.0
// Looking up, using and ending sessions in memory.
#include "access/sessions.hpp"

#include <algorithm>
#include <set>

#include "base/hex.hpp"

namespace wangdi::access {
namespace {
constexpr std::string_view kCsrfLabel = "csrf:";
constexpr std::size_t kCsrfBytes = 16;
}  // namespace

SessionKey key_of_token(std::string_view token) {
  return {crypto::sha256({crypto::bytes_of(token)})};
}

std::string csrf_of_token(std::string_view token) {
  const auto digest = crypto::sha256({crypto::bytes_of(kCsrfLabel), crypto::bytes_of(token)});
  return to_hex(std::span(digest).first<kCsrfBytes>());
}

const RoleRules& GatekeeperRules::of(Role role) const {
  switch (role) {
    case Role::grid_worker:
      return field;
    case Role::community_officer:
    case Role::township_officer:
    case Role::county_officer:
    case Role::higher_officer:
      return officer;
    case Role::system_administrator:
    case Role::security_administrator:
    case Role::audit_administrator:
      return administrator;
  }
  return administrator;
}

Status Sessions::load(store::Connection& from, UnixMs now) {
  const std::lock_guard lock(mutex_);
  std::set<AccountId> with_factor;
  WD_TRY([[maybe_unused]] auto known, from.by_key(kSecondFactor.info(), 1, store::bind_all(kNation),
                                                  [&](const store::RowReader& reader) {
                                                    const auto row =
                                                        store::read_row<SecondFactorRow>(reader);
                                                    if (row.is_enrolled())
                                                      with_factor.insert(row.account);
                                                    return true;
                                                  }));
  return from.by_key(
      kSession.info(), 1, store::bind_all(kNation), [&](const store::RowReader& reader) {
        auto row = store::read_row<SessionRow>(reader);
        row.last_seen = std::min(row.last_seen, now);
        row.ends_at = std::min(row.ends_at, now + rules_.of(row.role).total_ms);
        entries_[row.session] = {row, row.last_seen, with_factor.contains(row.account), 0};
        return true;
      });
}

void Sessions::add(SessionRow row, bool has_factor) {
  const std::lock_guard lock(mutex_);
  const auto seen = row.last_seen;
  const auto created = row.created;
  const auto key = row.session;
  entries_[key] = {std::move(row), seen, has_factor, created};
}

void Sessions::prove(const SessionKey& key, UnixMs now, bool enrolled) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  found->second.proved_at = now;
  found->second.has_factor |= enrolled;
}

void Sessions::bind_device(const SessionKey& key, const DeviceKeyId& device) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  found->second.row.device_key = device;
  found->second.row.factor_shown = true;
}

UnixMs Sessions::device_seen(AccountId account, const DeviceKeyId& device) const {
  const std::lock_guard lock(mutex_);
  UnixMs seen = 0;
  for (const auto& [key, entry] : entries_) {
    if (entry.row.account != account || entry.row.device_key != device) continue;
    seen = std::max(seen, entry.row.last_seen);
  }
  return seen;
}

bool Sessions::has(const SessionKey& key) const {
  const std::lock_guard lock(mutex_);
  return entries_.contains(key);
}

UnixMs Sessions::expires_at(const SessionRow& row) const {
  return std::min(row.last_seen + rules_.of(row.role).idle_ms, row.ends_at);
}

std::optional<Sessions::Use> Sessions::use(const SessionKey& key, UnixMs now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  auto& entry = found->second;
  if (now >= expires_at(entry.row)) return std::nullopt;
  entry.row.last_seen = std::max(entry.row.last_seen, now);
  const bool persist = now - entry.persisted >= kLastSeenMs;
  if (persist) entry.persisted = now;
  return Use{entry.row, expires_at(entry.row), persist, entry.has_factor, entry.proved_at};
}

std::optional<SessionRow> Sessions::take(const SessionKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  auto row = std::move(found->second.row);
  entries_.erase(found);
  return row;
}

template <class Which>
std::vector<SessionRow> Sessions::take_all(Which which) {
  const std::lock_guard lock(mutex_);
  std::vector<SessionRow> taken;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (!which(entry->second.row)) {
      ++entry;
      continue;
    }
    taken.push_back(std::move(entry->second.row));
    entry = entries_.erase(entry);
  }
  return taken;
}

std::vector<SessionRow> Sessions::take_account(AccountId account) {
  return take_all([&](const SessionRow& row) { return row.account == account; });
}

std::vector<SessionRow> Sessions::take_ended(UnixMs now) {
  return take_all([&](const SessionRow& row) { return now >= expires_at(row); });
}

std::size_t Sessions::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace wangdi::access
