// SPDX-License-Identifier: Apache-2.0
// Texts, challenges and rows of phones' own keys.
#include "access/device_keys.hpp"

#include <algorithm>

#include "common/crypto/box.hpp"

namespace wangdi::access {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kRandomBytes = 16;
constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kSaidBytes = kTimeBytes + kRandomBytes;

}  // namespace

DeviceKeyId DeviceKeyId::of(crypto::ByteView public_point) {
  const auto digest = crypto::sha256({public_point});
  DeviceKeyId id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

std::string DeviceKeyId::text() const { return crypto::base64url(bytes); }

std::optional<DeviceKeyId> DeviceKeyId::parse(std::string_view text) {
  DeviceKeyId id;
  const auto read = crypto::from_base64url(text);
  if (!read || read->size() != id.bytes.size()) return std::nullopt;
  std::ranges::copy(*read, id.bytes.begin());
  return id;
}

std::string enrolment_text(AccountId account, const DeviceKeyId& key) {
  return "wangdi device\n" + account.text() + "\n" + key.text();
}

std::string device_login_text(std::string_view challenge, std::string_view login) {
  std::string text = "wangdi log-in\n";
  text.append(challenge).append("\n").append(login);
  return text;
}

std::string make_challenge(SecretMacs& macs, crypto::Random& random, std::string_view login,
                           UnixMs at) {
  crypto::Bytes bytes;
  const auto time = crypto::big_endian(at);
  bytes.insert(bytes.end(), time.begin(), time.end());
  const auto spread = random.take<kRandomBytes>();
  bytes.insert(bytes.end(), spread.begin(), spread.end());
  const auto mac = macs.challenge(bytes, login);
  bytes.insert(bytes.end(), mac.bytes.begin(), mac.bytes.begin() + kMacBytes);
  return crypto::base64url(bytes);
}

std::optional<UnixMs> time_of_challenge(SecretMacs& macs, std::string_view login,
                                        std::string_view challenge) {
  const auto read = crypto::from_base64url(challenge);
  if (!read || read->size() != kSaidBytes + kMacBytes) return std::nullopt;
  const auto said = crypto::ByteView(*read).first(kSaidBytes);
  const auto mac = macs.challenge(said, login);
  if (!crypto::equal(crypto::ByteView(*read).last(kMacBytes),
                     crypto::ByteView(mac.bytes).first(kMacBytes))) {
    return std::nullopt;
  }
  std::uint64_t at = 0;
  for (const auto byte : said.first(kTimeBytes)) at = at << 8 | byte;
  return static_cast<UnixMs>(at);
}

// ---- in memory ----

Status DeviceKeys::load(store::Connection& from) {
  return from.by_key(kDeviceKey.info(), 1, store::bind_all(kNation),
                     [&](const store::RowReader& reader) {
                       put(store::read_row<DeviceKeyRow>(reader));
                       return true;
                     });
}

Status DeviceKeys::load_account(store::Connection& from, AccountId account) {
  std::vector<DeviceKeyRow> stored;
  auto read = from.by_key(kDeviceKey.info(), 2, store::bind_all(kNation, account),
                          [&](const store::RowReader& reader) {
                            stored.push_back(store::read_row<DeviceKeyRow>(reader));
                            return true;
                          });
  if (!read) {
    stored = of(account);
    for (auto& row : stored) row.rights_at = row.entered_at + 1;
  }
  const std::lock_guard lock(mutex_);
  erase_account(account);
  for (auto& row : stored) {
    by_account_.emplace(account, row.key);
    const auto key = row.key;
    rows_[key] = std::move(row);
  }
  return read;
}

void DeviceKeys::erase_account(AccountId account) {
  const auto [from, to] = by_account_.equal_range(account);
  for (auto one = from; one != to; ++one) rows_.erase(one->second);
  by_account_.erase(from, to);
}

void DeviceKeys::put(DeviceKeyRow row) {
  const std::lock_guard lock(mutex_);
  const auto key = row.key;
  if (!rows_.contains(key)) by_account_.emplace(row.account, key);
  rows_[key] = std::move(row);
}

void DeviceKeys::erase(const DeviceKeyId& key) {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(key);
  if (found == rows_.end()) return;
  const auto [from, to] = by_account_.equal_range(found->second.account);
  for (auto one = from; one != to; ++one) {
    if (one->second != key) continue;
    by_account_.erase(one);
    break;
  }
  rows_.erase(found);
}

std::optional<DeviceKeyRow> DeviceKeys::find(const DeviceKeyId& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(key);
  return found == rows_.end() ? std::nullopt : std::optional(found->second);
}

bool DeviceKeys::has(AccountId account) const {
  const std::lock_guard lock(mutex_);
  return by_account_.contains(account);
}

std::vector<DeviceKeyRow> DeviceKeys::of(AccountId account) const {
  const std::lock_guard lock(mutex_);
  std::vector<DeviceKeyRow> found;
  const auto [from, to] = by_account_.equal_range(account);
  for (auto one = from; one != to; ++one) found.push_back(rows_.at(one->second));
  std::ranges::sort(found, {},
                    [](const DeviceKeyRow& row) { return std::pair(row.since, row.key); });
  return found;
}

UnixMs DeviceKeys::last_challenge(AccountId account) const {
  UnixMs last = 0;
  for (const auto& row : of(account)) last = std::max(last, row.last_challenge);
  return last;
}

DeviceKeep DeviceKeys::keep_of(const DeviceKeyId& key, UnixMs entered_at) const {
  const auto row = find(key);
  if (!row) return DeviceKeep::nothing;
  return row->rights_at > entered_at ? DeviceKeep::key : DeviceKeep::all;
}

// ---- in the batch ----

// Never before the last change of rights, whatever the clock does: the phone would take what it
// reads from now on for what it read before.
void note_entry(DeviceKeyRow& row, UnixMs now) { row.entered_at = std::max(now, row.rights_at); }

Result<DeviceKeyRow> use_device(store::Rows& rows, AccountId account, const DeviceShown& shown,
                                UnixMs now, std::int64_t window_ms) {
  const auto* stored = rows.find(kDeviceKey, {kNation, account, shown.key});
  if (stored == nullptr) return Error(ErrorCode::device_key_wrong);
  // One that lies ahead was taken under a clock that was wrong: it must not keep its owner out.
  const bool is_ahead = stored->last_challenge >= now + window_ms;
  if (!is_ahead && shown.challenge_at <= stored->last_challenge) {
    return Error(ErrorCode::device_key_wrong);
  }
  auto row = *stored;
  row.last_challenge = shown.challenge_at;
  note_entry(row, now);
  rows.put(kDeviceKey, row);
  return row;
}

Status use_device_code(store::Rows& rows, AccountId account, const Mac& code, UnixMs now) {
  const auto* stored = rows.find(kDeviceCode, {kNation, account});
  if (stored == nullptr || stored->code != code || now >= stored->ends_at) {
    return Error(ErrorCode::code_wrong);
  }
  rows.erase(kDeviceCode, {kNation, account});
  return ok();
}

std::vector<DeviceKeyRow> change_device_rights(store::Rows& rows, AccountId account, UnixMs now) {
  auto keys = rows.list(kDeviceKey, kNation, account);
  for (auto& row : keys) {
    // After whatever the phone was told, also when the clock was set back meanwhile.
    row.rights_at = std::max(now, row.entered_at + 1);
    rows.put(kDeviceKey, row);
  }
  erase_device_code(rows, account);  // made under the rights of before
  return keys;
}

void erase_devices(store::Rows& rows, AccountId account) {
  for (const auto& row : rows.list(kDeviceKey, kNation, account)) {
    rows.erase(kDeviceKey, {kNation, account, row.key});
  }
  erase_device_code(rows, account);
}

void erase_device_code(store::Rows& rows, AccountId account) {
  if (rows.find(kDeviceCode, {kNation, account}) != nullptr) {
    rows.erase(kDeviceCode, {kNation, account});
  }
}

}  // namespace wangdi::access
