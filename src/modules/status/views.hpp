// SPDX-License-Identifier: Apache-2.0
// The desk of an officer: what a rule proposes, what waits for a second person, reviews. Names are
// masked. Alarms hold counts only and are all that officers above the county see.
#pragma once

#include <optional>
#include <string>

#include "modules/status/messages.hpp"

namespace wangdi::status {

inline constexpr std::size_t kDeskRows = 100;  // of each list

struct DeskParams {
  RegionCode region;
};
WD_STRUCT(DeskParams, (region, "区划", "Region", "", "status"))

struct ProposedRow {
  PersonId person;
  HouseholdId household;
  RegionCode grid;
  std::string door;
  std::string name;
  KeyGroup group{};
  VisitId visit;
  std::string rule;
  CivilDate fact_on;
  CivilDate starts_on;
  CivilDate ends_on;
  bool own_record = false;
};
WD_STRUCT(ProposedRow, (person, "人员", "Person", "", "status"),
          (household, "住户", "Household", "", "status"), (grid, "网格", "Grid", "", "status"),
          (door, "门牌", "Door", "", "status"),
          (name, "姓名（部分隐去）", "Name, masked", "", "status"),
          (group, "重点群体", "Key group", "", "status"),
          (visit, "哪次走访", "Visit", "", "status"), (rule, "哪条规则", "Rule", "", "status"),
          (fact_on, "依据的日期", "Day of the ground", "", "status"),
          (starts_on, "开始日期", "Starts on", "", "status"),
          (ends_on, "结束日期", "Ends on, that day included", "", "status"),
          (own_record, "是您自己记的", "Recorded by yourself", "", "status"))

struct EntryView {
  StatusEntryId entry;
  PersonId person;
  HouseholdId household;
  RegionCode grid;
  std::string door;
  std::string name;
  KeyGroup group{};
  GroundSource source{};
  CivilDate starts_on;
  CivilDate ends_on;
  std::string reason;
  std::int64_t set_at = 0;
  bool is_own = false;               // the reader set or confirmed it, so somebody else decides
  std::optional<std::string> words;  // of the person who asks for review
  std::optional<CivilDate> due_on;
};
WD_STRUCT(EntryView, (entry, "认定编号", "Entry id", "", "status"),
          (person, "人员", "Person", "", "status"), (household, "住户", "Household", "", "status"),
          (grid, "网格", "Grid", "", "status"), (door, "门牌", "Door", "", "status"),
          (name, "姓名（部分隐去）", "Name, masked", "", "status"),
          (group, "重点群体", "Key group", "", "status"),
          (source, "依据哪一种", "Kind of ground", "", "status"),
          (starts_on, "开始日期", "Starts on", "", "status"),
          (ends_on, "结束日期", "Ends on, that day included", "", "status"),
          (reason, "理由", "Reason", "", "status"),
          (set_at, "什么时候认定", "Set at", "unix_ms", "status"),
          (is_own, "是您自己办的", "Your own", "", "status"),
          (words, "本人说的理由", "What the person says", "", "status"),
          (due_on, "最晚哪天答复", "Answer due on", "", "status"))

struct AlarmView {
  AlarmId alarm;
  RegionCode region;
  std::string place;
  AlarmKind kind{};
  access::Role role{};
  std::int64_t count = 0;
  std::int64_t waiting = 0;
  std::int64_t minutes = 0;
  std::int64_t raised_at = 0;
  bool yours = false;  // to answer
};
WD_STRUCT(AlarmView, (alarm, "警报编号", "Alarm id", "", "status"),
          (region, "区划", "Region", "", "status"), (place, "单位名称", "Office", "", "status"),
          (kind, "谁超了", "Whose limit", "", "status"),
          (role, "哪一级", "Level of the cause", "", "status"),
          (count, "已生效几人", "In force", "persons", "status"),
          (waiting, "在等确认几人", "Waiting", "persons", "status"),
          (minutes, "多长时间内", "Within", "minutes", "status"),
          (raised_at, "什么时候报警", "Raised at", "unix_ms", "status"),
          (yours, "要您回应", "Yours to answer", "", "status"))

struct AlarmsParams {
  RegionCode region;
};
WD_STRUCT(AlarmsParams, (region, "区划", "Region", "", "status"))

// Those that nobody has answered yet.
struct AlarmsView {
  List<AlarmView, kDeskRows> rows;
};
WD_STRUCT(AlarmsView, (rows, "警报", "Alarms", "", "status"))

struct DeskView {
  List<EntryView, kDeskRows> waiting;
  List<EntryView, kDeskRows> reviews;
  List<ProposedRow, kDeskRows> proposed;
};
WD_STRUCT(DeskView, (waiting, "等第二人确认", "Waiting for a second person", "", "status"),
          (reviews, "要复核的", "Reviews", "", "status"),
          (proposed, "规则提示的", "Proposed by a rule", "", "status"))

}  // namespace wangdi::status
