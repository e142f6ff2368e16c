// SPDX-License-Identifier: Apache-2.0
// Judging of claims on the network thread: no table is read, and a receipt only where it matters.
#include "app/claims.hpp"

#include <functional>

#include "journal/destruction.hpp"
#include "store/rows.hpp"

namespace wangdi::app {

void KnownReceipts::learn(std::string_view receipt) {
  const std::lock_guard lock(mutex_);
  const auto hash = std::hash<std::string_view>{}(receipt);
  places_[hash % kPlaces] = hash;
}

bool KnownReceipts::knows(std::string_view receipt) const {
  const auto hash = std::hash<std::string_view>{}(receipt);
  const std::lock_guard lock(mutex_);
  return places_[hash % kPlaces] == hash;
}

List<bus::PositionView, 200> judge_claims(const bus::CommandBatch& batch, const vault::Vault& vault,
                                          const bus::Restores& restores, const ClaimWatch& watch) {
  List<bus::PositionView, 200> resend;
  std::optional<RecordReceipts> receipts;
  std::vector<ProvenClaim> to_compare;
  for (const auto& seen : batch.seen) {
    const District district{seen.district};
    const auto head = watch.head ? watch.head(district) : seen.sequence;
    const bool is_above = seen.sequence > head;
    if (!is_above && restores.number() == 0 && !watch.compare) continue;
    if (!seen.receipt) {
      if (is_above) watch.unproven();
      continue;
    }
    if (!is_above && watch.known->knows(*seen.receipt)) continue;
    if (!receipts) receipts.emplace(vault);
    std::optional<std::int64_t> proven;  // after so many restores
    const auto holds = [&](std::int64_t restore) {
      if (!receipts->holds({district, seen.sequence, restore}, *seen.receipt)) return false;
      proven = restore;
      return true;
    };
    if (is_above && holds(restores.number())) {
      watch.lost({journal::AlarmReason::claim_above_head,
                  {district, head + 1},
                  {district, seen.sequence}});
      continue;
    }
    const auto kept = restores.kept(district, holds);
    if (kept && seen.sequence > *kept) {
      resend.items.push_back({seen.district, *kept});
    } else if (is_above) {
      watch.unproven();
    } else if (proven && watch.compare) {
      to_compare.push_back({{district, seen.sequence, *proven}, *seen.receipt});
    }
  }
  if (!to_compare.empty()) watch.compare(std::move(to_compare));
  return resend;
}

Result<std::optional<ClaimDifference>> compare_claims(const std::vector<ProvenClaim>& claims,
                                                      store::Connection& connection,
                                                      RecordReceipts& receipts,
                                                      KnownReceipts& known) {
  for (const auto& [answered, receipt] : claims) {
    const journal::Position place{answered.district, answered.sequence};
    WD_TRY(const auto record,
           store::get(connection, journal::kRecord, {place.district, place.sequence}));
    if (!record) continue;  // above what is committed here: the head's matter
    // Whose time was over: its command is destroyed, verification knows of it.
    if (record->type == journal::kDestroyedType) continue;
    if (!receipts.is_of(answered, record->command, receipt)) {
      return std::optional(ClaimDifference{place, record->command});
    }
    known.learn(receipt);
  }
  return std::optional<ClaimDifference>();
}

}  // namespace wangdi::app
