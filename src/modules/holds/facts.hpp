// SPDX-License-Identifier: Apache-2.0
// What other modules may ask of legal holds.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "modules/holds/messages.hpp"
#include "types/list.hpp"

namespace wangdi::store {
class Connection;
class Rows;
}  // namespace wangdi::store
namespace wangdi::bus {
struct QueryContext;
}

namespace wangdi::holds {

// The last day of the holds that run over a household; nothing when none does. Asked in the write
// transaction before anything is destroyed.
std::optional<CivilDate> held_until(store::Rows& rows, District district, HouseholdId household,
                                    CivilDate today);
// Households of a district over which a hold runs.
Result<std::set<HouseholdId>> held_households(store::Connection& db, District district,
                                              CivilDate today);

// A hold as the resident may read it.
struct OwnHold {
  HoldGround ground{};
  std::string issuer;
  std::string reason;
  CivilDate ends_on;
  bool runs = false;
  std::optional<CivilDate> lifted_on;
  std::optional<std::string> lifted_because;
};
WD_STRUCT(OwnHold, (ground, "依据", "Ground", "", "holds"),
          (issuer, "哪个机关要求的", "Body that asks for it", "", "holds"),
          (reason, "用大白话写明理由", "Reason in plain words", "", "holds"),
          (ends_on, "留到哪天", "Ends on, that day included", "", "holds"),
          (runs, "还在留存", "Runs", "", "holds"),
          (lifted_on, "哪天解除", "Lifted on", "", "holds"),
          (lifted_because, "为什么解除", "Why it is lifted", "", "holds"))
inline constexpr std::size_t kOwnHoldsMax = 20;
Result<List<OwnHold, kOwnHoldsMax>> holds_told(District district, HouseholdId household,
                                               bus::QueryContext& context);

}  // namespace wangdi::holds
