// SPDX-License-Identifier: Apache-2.0
// What screening shows: the worker's doors, the drawing of a building, the records behind a figure.
#pragma once

#include <string>
#include <vector>

#include "common/bus/messages.hpp"
#include "common/indicators/indicators.hpp"
#include "modules/regions/messages.hpp"
#include "modules/residents/messages.hpp"
#include "modules/screening/messages.hpp"

namespace wangdi::screening {

struct LastVisit {
  VisitId visit;
  VisitOutcome outcome = VisitOutcome::all_well;
  std::int64_t at = 0;
};
WD_STRUCT(LastVisit, (visit, "走访编号", "Visit id", "", "screening"),
          (outcome, "结果", "Outcome", "", "screening"),
          (at, "时间", "Time", "unix_ms", "screening"))

struct DoorPerson {
  PersonId id;
  std::string name;
  residents::Sex sex = residents::Sex::unknown;
  std::optional<std::int32_t> birth_year;
  residents::Relation relation = residents::Relation::other;
  std::vector<residents::KeyGroup> key_groups;
};
WD_STRUCT(DoorPerson, (id, "人员编号", "Person id", "", "screening"),
          (name, "姓名（部分隐去）", "Name, masked", "", "screening"),
          (sex, "性别", "Sex", "", "screening"),
          (birth_year, "出生年份", "Birth year", "year", "screening"),
          (relation, "与户主关系", "Relation to the head", "", "screening"),
          (key_groups, "重点群体", "Key groups", "", "screening"))

struct BuildingName {
  BuildingId id;
  std::string name;
};
WD_STRUCT(BuildingName, (id, "楼幢编号", "Building id", "", "screening"),
          (name, "楼幢", "Building", "", "screening"))

struct Door {
  HouseholdId household;
  BuildingName building;
  std::string unit;
  std::int32_t floor = 0;
  std::string room;
  residents::HouseholdState state = residents::HouseholdState::occupied;
  DoorStatus status = DoorStatus::due;
  std::optional<CivilDate> due_on;
  std::optional<LastVisit> last;
  std::vector<DoorPerson> persons;
};
WD_STRUCT(Door, (household, "住户", "Household", "", "screening"),
          (building, "楼幢", "Building", "", "screening"), (unit, "单元", "Unit", "", "screening"),
          (floor, "楼层", "Floor", "floors", "screening"), (room, "室号", "Room", "", "screening"),
          (state, "住房状态", "State", "", "screening"),
          (status, "进度", "Status", "", "screening"),
          (due_on, "应完成日期", "Due on", "", "screening"),
          (last, "最近一次走访", "Last visit", "", "screening"),
          (persons, "住的人", "Persons", "", "screening"))

struct DoorCounts {
  std::int64_t done = 0;
  std::int64_t due = 0;
  std::int64_t overdue = 0;
  std::int64_t vacant = 0;
};
WD_STRUCT(DoorCounts, (done, "已排查", "Reached", "households", "screening"),
          (due, "应排查", "Due", "households", "screening"),
          (overdue, "逾期", "Overdue", "households", "screening"),
          (vacant, "空置", "Vacant", "households", "screening"))

struct KeyPersonCounts {
  std::int64_t done = 0;
  std::int64_t due = 0;
};
WD_STRUCT(KeyPersonCounts, (done, "已监测", "Seen", "persons", "screening"),
          (due, "应监测", "Due", "persons", "screening"))

struct DoorsParams {
  RegionCode grid;
};
WD_STRUCT(DoorsParams, (grid, "网格", "Grid", "", "screening"))

struct DoorsView {
  RegionCode grid;
  std::string grid_name;
  std::string community_name;
  std::optional<RoundView> round;
  std::int64_t as_of = 0;
  bus::PositionView position;
  DoorCounts households;
  KeyPersonCounts key_persons;
  std::vector<Door> doors;
};
WD_STRUCT(DoorsView, (grid, "网格", "Grid", "", "screening"),
          (grid_name, "网格名称", "Grid name", "", "screening"),
          (community_name, "社区名称", "Community name", "", "screening"),
          (round, "本轮排查", "Round", "", "screening"),
          (as_of, "数据时间", "As of", "unix_ms", "screening"),
          (position, "位置", "Position", "", "journal"),
          (households, "入户排查", "Households", "", "screening"),
          (key_persons, "重点群体监控", "Key persons", "", "screening"),
          (doors, "门牌", "Doors", "", "screening"))

// ---- the drawing of a building ----

struct RoomView {
  HouseholdId household;
  std::string room;
  RoomStatus status = RoomStatus::due;
  std::int32_t persons = 0;
  std::optional<LastVisit> last;
};
WD_STRUCT(RoomView, (household, "住户", "Household", "", "screening"),
          (room, "室号", "Room", "", "screening"), (status, "状态", "Status", "", "screening"),
          (persons, "人数", "Persons", "persons", "screening"),
          (last, "最近一次走访", "Last visit", "", "screening"))

struct FloorView {
  std::int32_t floor = 0;
  std::vector<RoomView> rooms;
};
WD_STRUCT(FloorView, (floor, "楼层", "Floor", "floors", "screening"),
          (rooms, "房间", "Rooms", "", "screening"))

struct UnitView {
  std::string unit;
  std::vector<FloorView> floors;  // highest first
};
WD_STRUCT(UnitView, (unit, "单元", "Unit", "", "screening"),
          (floors, "楼层", "Floors", "", "screening"))

struct RoomCount {
  RoomStatus status = RoomStatus::due;
  std::int64_t count = 0;
};
WD_STRUCT(RoomCount, (status, "状态", "Status", "", "screening"),
          (count, "户数", "Households", "households", "screening"))

struct BuildingParams {
  RegionCode community;
  BuildingId building;
};
WD_STRUCT(BuildingParams, (community, "社区", "Community", "", "screening"),
          (building, "楼幢", "Building", "", "screening"))

struct BuildingView {
  regions::BuildingRow building;
  std::optional<RoundView> round;
  std::vector<UnitView> units;
  std::vector<RoomCount> counts;
  std::int64_t as_of = 0;
};
WD_STRUCT(BuildingView, (building, "楼幢", "Building", "", "screening"),
          (round, "本轮排查", "Round", "", "screening"), (units, "单元", "Units", "", "screening"),
          (counts, "各状态户数", "Households by status", "", "screening"),
          (as_of, "数据时间", "As of", "unix_ms", "screening"))

// ---- the records behind a figure ----

// Either the visits of a household, or those of a community (or a grid) on a day, today when no day
// is given; `indicator` leaves those that count for the figure.
struct VisitsParams {
  std::optional<HouseholdId> household;
  std::optional<RegionCode> community;
  std::optional<CivilDate> day;
  std::optional<indicators::Indicator> indicator;
  std::optional<Text<80>> after;
};
WD_STRUCT(VisitsParams, (household, "住户", "Household", "", "screening"),
          (community, "社区或网格", "Community or grid", "", "screening"),
          (day, "哪一天", "Day", "", "screening"),
          (indicator, "哪个数字", "Indicator", "", "reporting"),
          (after, "从哪个之后", "After this one", "", "screening"))

// What was found as the form holds it. Words (the note, places passed) are not here: they are seen
// by unmasking.
struct VisitRecord {
  VisitId visit;
  HouseholdId household;
  std::string door;
  VisitOutcome outcome = VisitOutcome::all_well;
  std::int64_t at = 0;
  std::string by;
  bool corrected = false;
  std::vector<VisitException> exceptions;
  bool has_note = false;
};
WD_STRUCT(VisitRecord, (visit, "走访编号", "Visit id", "", "screening"),
          (household, "住户", "Household", "", "screening"),
          (door, "门牌", "Door", "", "screening"), (outcome, "结果", "Outcome", "", "screening"),
          (at, "时间", "Time", "unix_ms", "screening"), (by, "谁记的", "Recorded by", "", "access"),
          (corrected, "更正过", "Corrected", "", "screening"),
          (exceptions, "情况", "Exceptions", "", "screening"),
          (has_note, "有备注", "Has a note", "", "screening"))

struct VisitRecords {
  std::vector<VisitRecord> rows;  // latest first
  std::optional<std::string> next;
};
WD_STRUCT(VisitRecords, (rows, "走访记录", "Visits", "", "screening"),
          (next, "下一页从哪个之后", "Next page after", "", "screening"))

}  // namespace wangdi::screening
