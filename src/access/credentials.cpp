// SPDX-License-Identifier: Apache-2.0
// Changes of credentials inside the write batch.
#include "access/credentials.hpp"

#include "access/device_keys.hpp"
#include "access/second_factor.hpp"
#include "access/tokens.hpp"

namespace wangdi::access {

std::optional<AccountId> account_of_login(store::Rows& rows, const Mac& name) {
  const auto* row = rows.find(kLogin, {kNation, name});
  return row == nullptr ? std::nullopt : std::optional(row->account);
}

void open_credential(store::Rows& rows, const NewCredential& credential, UnixMs now) {
  rows.put(kLogin, {kNation, credential.name, credential.account});
  CredentialRow row;
  row.account = credential.account;
  row.home = credential.home;
  row.first_secret = credential.first_secret;
  if (row.first_secret) row.first_secret_at = now;
  rows.put(kCredential, std::move(row));
}

void reset_credential(store::Rows& rows, AccountId account, const Mac& first_secret, UnixMs now) {
  const auto* stored = rows.find(kCredential, {kNation, account});
  if (stored == nullptr) return;
  auto row = *stored;
  row.password_hash.clear();
  row.first_secret = first_secret;
  row.first_secret_at = now;
  row.first_secret_used = false;
  rows.put(kCredential, std::move(row));
  erase_factor(rows, account);
  erase_devices(rows, account);
  erase_sessions(rows, account);
  erase_tokens(rows, account);
}

void close_credential(store::Rows& rows, AccountId account) {
  const auto* stored = rows.find(kCredential, {kNation, account});
  if (stored == nullptr) return;
  auto row = *stored;
  row.password_hash.clear();
  row.first_secret.reset();
  rows.put(kCredential, std::move(row));
  erase_factor(rows, account);
  erase_devices(rows, account);
  erase_sessions(rows, account);
  erase_tokens(rows, account);
}

Status set_password(store::Rows& rows, AccountId account, std::string hash) {
  const auto* stored = rows.find(kCredential, {kNation, account});
  if (stored == nullptr) return Error(ErrorCode::not_found);
  auto row = *stored;
  row.password_hash = std::move(hash);
  row.password_at = row.first_secret_at;
  row.first_secret.reset();
  rows.put(kCredential, std::move(row));
  erase_sessions(rows, account);
  return ok();
}

void end_rights(store::Rows& rows, AccountId account, Role role, UnixMs now) {
  if (role == Role::grid_worker) {
    change_device_rights(rows, account, now);
  } else {
    erase_devices(rows, account);
  }
  erase_sessions(rows, account);
  erase_tokens(rows, account);
}

void erase_sessions(store::Rows& rows, AccountId account) {
  for (const auto& row : rows.list(kSession, kNation, account)) {
    rows.erase(kSession, {kNation, account, row.session});
  }
}

}  // namespace wangdi::access
