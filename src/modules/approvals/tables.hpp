// SPDX-License-Identifier: Apache-2.0
// Requests for a second person.
#pragma once

#include "modules/approvals/messages.hpp"
#include "store/table.hpp"

namespace wangdi::approvals {

struct ApprovalRow {
  District district;
  ApprovalId approval;
  Action action{};
  RegionCode region;
  vault::Purpose purpose{};
  ApprovalState state{};
  AccountId asked_by;
  UnixMs asked_at = 0;
  AccountId decided_by;
  UnixMs decided_at = 0;
};
WD_DESCRIBE(ApprovalRow, district, approval, action, region, purpose, state, asked_by, asked_at,
            decided_by, decided_at)
inline constexpr store::Index kApprovalIndexes[] = {
    {"asked_at", "district, asked_at"},
    {"asked_by", "district, asked_by, decided_at"},
};
inline constexpr store::Table<ApprovalRow, 2> kApproval{"approval", kApprovalIndexes};

}  // namespace wangdi::approvals
