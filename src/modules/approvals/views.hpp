// SPDX-License-Identifier: Apache-2.0
// Requests of a region that wait or were decided lately.
#pragma once

#include "modules/approvals/messages.hpp"

namespace wangdi::approvals {

inline constexpr std::size_t kApprovalRows = 100;

struct ApprovalsParams {
  RegionCode region;
};
WD_STRUCT(ApprovalsParams, (region, "范围", "Region", "", "approvals"))

struct ApprovalView {
  ApprovalId approval;
  Action action{};
  RegionCode region;
  std::string place;
  vault::Purpose purpose{};
  std::string reason;
  std::string asked_by;
  std::int64_t asked_at = 0;
  bool is_own = false;
};
WD_STRUCT(ApprovalView, (approval, "申请编号", "Request id", "", "approvals"),
          (action, "要做什么", "What is to be done", "", "approvals"),
          (region, "范围", "Region", "", "approvals"), (place, "哪里的", "Place", "", "approvals"),
          (purpose, "用途", "Purpose", "", "approvals"),
          (reason, "为什么需要", "Why it is needed", "", "approvals"),
          (asked_by, "谁申请的", "Asked by", "", "approvals"),
          (asked_at, "什么时候", "When", "unix_ms", "approvals"),
          (is_own, "是您自己申请的", "Your own", "", "approvals"))

struct ApprovalsView {
  List<ApprovalView, kApprovalRows> rows;
};
WD_STRUCT(ApprovalsView, (rows, "等另一人同意的", "Waiting", "", "approvals"))

}  // namespace wangdi::approvals
