// SPDX-License-Identifier: Apache-2.0
// Events of accounts into accounts, terms and homes. A term counts by the server's time.
#include "modules/accounts/projection.hpp"

#include "access/tables.hpp"
#include "common/bus/registry.hpp"
#include "modules/accounts/tables.hpp"

namespace wangdi::accounts {
namespace {

using bus::Recorded;
using store::Rows;

void begin_term(access::Role role, const RegionCode& region, const Recorded& frame, Rows& rows) {
  rows.put(kTerm, {frame.position.district, AccountId{frame.subject}, frame.position.sequence, role,
                   region, frame.recorded_at, std::nullopt});
}

void end_terms(const Recorded& frame, Rows& rows) {
  for (auto& term : rows.list(kTerm, frame.position.district, AccountId{frame.subject})) {
    if (term.until_ms) continue;
    term.until_ms = frame.recorded_at;
    rows.put(kTerm, std::move(term));
  }
}

// What the account's programs had ends with a change of its rights or its password.
void end_tokens(const Recorded& frame, Rows& rows) {
  const AccountId account{frame.subject};
  for (auto& token : rows.list(kAccountToken, frame.position.district, account)) {
    if (token.ended_at) continue;
    token.ended_at = frame.recorded_at;
    rows.put(kAccountToken, std::move(token));
  }
}

void account_opened(const AccountOpened& event, const Recorded& frame, Rows& rows) {
  const AccountId account{frame.subject};
  rows.put(kAccount, {frame.position.district, account, event.role, event.region,
                      AccountState::open, frame.position.sequence});
  rows.put(kHome, {access::kNation, account, frame.position.district});
  begin_term(event.role, event.region, frame, rows);
}

void account_moved(const AccountMoved& event, const Recorded& frame, Rows& rows) {
  const AccountId account{frame.subject};
  rows.put(kAccount, {frame.position.district, account, event.role, event.region,
                      AccountState::open, frame.position.sequence});
  end_terms(frame, rows);
  end_tokens(frame, rows);
  begin_term(event.role, event.region, frame, rows);
}

void account_closed(const AccountClosed&, const Recorded& frame, Rows& rows) {
  const auto* stored = rows.find(kAccount, {frame.position.district, AccountId{frame.subject}});
  if (stored == nullptr) return;
  auto row = *stored;
  row.state = AccountState::closed;
  row.sequence = frame.position.sequence;
  rows.put(kAccount, std::move(row));
  end_terms(frame, rows);
  end_tokens(frame, rows);
}

void account_reset(const AccountReset&, const Recorded& frame, Rows& rows) {
  const auto* stored = rows.find(kAccount, {frame.position.district, AccountId{frame.subject}});
  if (stored == nullptr) return;
  auto row = *stored;
  row.sequence = frame.position.sequence;
  rows.put(kAccount, std::move(row));
  end_tokens(frame, rows);
}

}  // namespace

void register_projections(bus::Registry& registry) {
  registry.project<AccountOpened>(account_opened);
  registry.project<AccountMoved>(account_moved);
  registry.project<AccountClosed>(account_closed);
  registry.project<AccountReset>(account_reset);
}

}  // namespace wangdi::accounts
