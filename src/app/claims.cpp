// SPDX-License-Identifier: Apache-2.0
// Judging of claims on the network thread: no table is read, and a receipt only where it matters.
#include "app/claims.hpp"

#include <optional>

namespace wangdi::app {

List<bus::PositionView, 200> judge_claims(const bus::CommandBatch& batch, const vault::Vault& vault,
                                          const bus::Restores& restores, const ClaimWatch& watch) {
  List<bus::PositionView, 200> resend;
  std::optional<vault::Receipts> receipts;
  for (const auto& seen : batch.seen) {
    const District district{seen.district};
    const auto head = watch.head ? watch.head(district) : seen.sequence;
    const bool is_above = seen.sequence > head;
    if (!is_above && restores.number() == 0) continue;
    if (!seen.receipt) {
      if (is_above) watch.unproven();
      continue;
    }
    if (!receipts) receipts.emplace(vault);
    const auto holds = [&](std::int64_t restore) {
      return receipts->holds(district, seen.sequence, restore, *seen.receipt);
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
    }
  }
  return resend;
}

}  // namespace wangdi::app
