// SPDX-License-Identifier: Apache-2.0
// A legal hold keeps what is recorded of a household from being destroyed, for a case and until a
// day. Why, the case's number and who asked are words in the vault under the hold; events hold
// choices and days.
#pragma once

#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"

namespace wangdi::holds {

using HoldId = Id<struct HoldTag>;

// For what the law asks to keep evidence. Stored: never renumber.
enum class HoldGround : std::uint8_t {
  court = 1,
  police_procuratorate = 2,
  supervision = 3,
  administrative = 4,
  own_complaint = 5,
};
WD_ENUM(HoldGround, (court, "法院要求保全证据", "A court secures evidence"),
        (police_procuratorate, "公安、检察机关调取证据", "Police or procuratorate take evidence"),
        (supervision, "监察机关调查", "A supervision body investigates"),
        (administrative, "行政复议、行政处罚或信访在办", "An administrative case is pending"),
        (own_complaint, "居民自己投诉或维权，要求留存", "The resident complains and asks for it"))

// ---- commands ----

struct SetHold {
  static constexpr std::string_view kType = "holds.set";
  HoldId hold;
  HouseholdId household;
  HoldGround ground = HoldGround::court;
  Text<60, 1> case_number;
  Text<60, 1> issuer;
  CivilDate ends_on;
  bool told = true;
  Text<200, 1> reason;
};
WD_STRUCT(SetHold, (hold, "留存编号", "Hold id", "", "holds"),
          (household, "住户", "Household", "", "holds"), (ground, "依据", "Ground", "", "holds"),
          (case_number, "案件或文书编号", "Number of the case or document", "", "holds"),
          (issuer, "哪个机关要求的", "Body that asks for it", "", "holds"),
          (ends_on, "留到哪天", "Ends on, that day included", "", "holds"),
          (told, "办理期间告诉居民", "Residents are told while it runs", "", "holds"),
          (reason, "用大白话写明理由", "Reason in plain words", "", "holds"))

struct LiftHold {
  static constexpr std::string_view kType = "holds.lift";
  HoldId hold;
  HouseholdId household;
  Text<200, 1> reason;
};
WD_STRUCT(LiftHold, (hold, "留存编号", "Hold id", "", "holds"),
          (household, "住户", "Household", "", "holds"),
          (reason, "为什么解除", "Why it is lifted", "", "holds"))

// ---- events: the subject is the household ----

struct HoldSet {
  static constexpr std::string_view kType = "holds.set_done";
  static constexpr int kVersion = 1;
  HoldId hold;
  HoldGround ground = HoldGround::court;
  CivilDate ends_on;
  bool told = true;
};
WD_DESCRIBE(HoldSet, hold, ground, ends_on, told)

struct HoldLifted {
  static constexpr std::string_view kType = "holds.lifted";
  static constexpr int kVersion = 1;
  HoldId hold;
};
WD_DESCRIBE(HoldLifted, hold)

}  // namespace wangdi::holds
