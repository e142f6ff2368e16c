// SPDX-License-Identifier: Apache-2.0
// The list of holds that officers see.
#pragma once

#include <optional>

#include "base/limits.hpp"
#include "modules/holds/messages.hpp"
#include "modules/regions/messages.hpp"
#include "types/list.hpp"

namespace wangdi::holds {

struct HoldsParams {
  RegionCode region;
};
WD_STRUCT(HoldsParams, (region, "辖区", "Region", "", "holds"))

struct HoldView {
  HoldId hold;
  HouseholdId household;
  regions::RegionStep grid;
  std::string door;
  HoldGround ground{};
  CivilDate ends_on;
  bool runs = false;
  bool told = true;
  std::int64_t set_at = 0;
  std::string set_by;
  std::optional<CivilDate> lifted_on;
  // Where residents are not told, for the county's officers only.
  std::optional<std::string> case_number;
  std::optional<std::string> issuer;
  std::optional<std::string> reason;
  std::optional<std::string> lifted_because;
};
WD_STRUCT(HoldView, (hold, "留存编号", "Hold id", "", "holds"),
          (household, "住户", "Household", "", "holds"), (grid, "网格", "Grid", "", "holds"),
          (door, "门牌", "Door", "", "holds"), (ground, "依据", "Ground", "", "holds"),
          (ends_on, "留到哪天", "Ends on, that day included", "", "holds"),
          (runs, "还在留存", "Runs", "", "holds"),
          (told, "办理期间告诉居民", "Residents are told while it runs", "", "holds"),
          (set_at, "什么时候定的", "Set at", "unix_ms", "holds"),
          (set_by, "谁定的", "Set by", "", "holds"),
          (lifted_on, "哪天解除", "Lifted on", "", "holds"),
          (case_number, "案件或文书编号", "Number of the case or document", "", "holds"),
          (issuer, "哪个机关要求的", "Body that asks for it", "", "holds"),
          (reason, "用大白话写明理由", "Reason in plain words", "", "holds"),
          (lifted_because, "为什么解除", "Why it is lifted", "", "holds"))

// Those that end last first, at most a page; `days_most` is how long a new one may last.
struct HoldsView {
  List<HoldView, limits::kPageRows> rows;
  std::int64_t days_most = 0;
};
WD_STRUCT(HoldsView, (rows, "留存", "Holds", "", "holds"),
          (days_most, "最长多少天", "Days at most", "days", "holds"))

}  // namespace wangdi::holds
