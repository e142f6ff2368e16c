// SPDX-License-Identifier: Apache-2.0
// What takes much away needs a second person: one asks, another one of the same region allows it
// for a while. Why is in the vault under the request; events hold ids, choices and counts.
#pragma once

#include <optional>

#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "types/list.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"
#include "vault/fields.hpp"

namespace wangdi::approvals {

using ApprovalId = Id<struct ApprovalTag>;

// All enumerations are stored: never renumber.
enum class Action : std::uint8_t { export_roster = 1, list_match = 2 };
WD_ENUM(Action, (export_roster, "导出名册", "Roster export"),
        (list_match, "名单比对", "List matching"))

enum class ApprovalState : std::uint8_t { asked = 1, allowed = 2, refused = 3 };
WD_ENUM(ApprovalState, (asked, "等另一人同意", "Waits"), (allowed, "同意了", "Allowed"),
        (refused, "没有同意", "Not allowed"))

struct AskApproval {
  static constexpr std::string_view kType = "approvals.ask";
  ApprovalId approval;
  Action action = Action::export_roster;
  RegionCode region;  // of what is taken
  vault::Purpose purpose = vault::Purpose::official_request;
  Text<200, 1> reason;
};
WD_STRUCT(AskApproval, (approval, "申请编号", "Request id", "", "approvals"),
          (action, "要做什么", "What is to be done", "", "approvals"),
          (region, "范围", "Region", "", "approvals"),
          (purpose, "用途", "Purpose", "", "approvals"),
          (reason, "为什么需要", "Why it is needed", "", "approvals"))

// By somebody else than who asked.
struct DecideApproval {
  static constexpr std::string_view kType = "approvals.decide";
  ApprovalId approval;
  RegionCode region;  // of the request
  bool allowed = false;
};
WD_STRUCT(DecideApproval, (approval, "申请编号", "Request id", "", "approvals"),
          (region, "范围", "Region", "", "approvals"),
          (allowed, "同意还是不同意", "Allowed or not", "", "approvals"))

struct ApprovalAsked {
  static constexpr std::string_view kType = "approvals.asked";
  static constexpr int kVersion = 1;
  Action action = Action::export_roster;
  vault::Purpose purpose = vault::Purpose::official_request;
};
WD_DESCRIBE(ApprovalAsked, action, purpose)

struct ApprovalDecided {
  static constexpr std::string_view kType = "approvals.decided";
  static constexpr int kVersion = 1;
  bool allowed = false;
};
WD_DESCRIBE(ApprovalDecided, allowed)

}  // namespace wangdi::approvals
