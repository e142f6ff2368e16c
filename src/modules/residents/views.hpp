// SPDX-License-Identifier: Apache-2.0
// What the roster shows: one household, what a search found, values that were unmasked. Names and
// numbers are masked everywhere but in Unmasked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/residents/facts.hpp"
#include "modules/residents/messages.hpp"
#include "vault/fields.hpp"

namespace wangdi::residents {

// ---- one household ----

struct HouseholdParams {
  HouseholdId household;
};
WD_STRUCT(HouseholdParams, (household, "住户", "Household", "", "residents"))

struct BuildingName {
  BuildingId id;
  std::string name;
};
WD_STRUCT(BuildingName, (id, "楼幢编号", "Building id", "", "residents"),
          (name, "楼幢", "Building", "", "residents"))

struct KeyGroupRow {
  KeyGroup group{};
  std::string reason;
  CivilDate starts_on;
  CivilDate ends_on;
  std::optional<Ground> ground;
  std::optional<std::string> office_name;
};
WD_STRUCT(KeyGroupRow, (group, "重点群体", "Key group", "", "screening"),
          (reason, "依据", "Reason", "", "residents"),
          (starts_on, "开始日期", "Starts on", "", "screening"),
          (ends_on, "结束日期", "Ends on, that day included", "", "screening"),
          (ground, "认定的依据", "Ground", "", "status"),
          (office_name, "认定单位名称", "Name of the office that set it", "", "status"))

struct PersonView {
  PersonId id;
  std::string name;
  DocumentKind document_kind = DocumentKind::none;
  std::optional<std::string> document_number;
  std::optional<std::string> phone;
  Sex sex = Sex::unknown;
  std::optional<std::int32_t> birth_year;
  Relation relation = Relation::other;
  std::vector<KeyGroupRow> key_groups;  // in force today or later, one of each group
};
WD_STRUCT(PersonView, (id, "人员编号", "Person id", "", "residents"),
          (name, "姓名（部分隐去）", "Name, masked", "", "residents"),
          (document_kind, "证件类型", "Document kind", "", "residents"),
          (document_number, "证件号（部分隐去）", "Document number, masked", "", "residents"),
          (phone, "手机（部分隐去）", "Mobile phone, masked", "", "screening"),
          (sex, "性别", "Sex", "", "residents"),
          (birth_year, "出生年份", "Birth year", "year", "residents"),
          (relation, "与户主关系", "Relation to the head", "", "residents"),
          (key_groups, "重点群体", "Key groups", "", "screening"))

struct HouseholdView {
  HouseholdId household;
  RegionCode grid;
  BuildingName building;
  std::string unit;
  std::int32_t floor = 0;
  std::string room;
  HouseholdState state = HouseholdState::occupied;
  std::optional<std::string> phone;
  std::optional<std::string> note;
  std::vector<PersonView> persons;
  // The last record about the household or its persons: a correction sends it as base position.
  std::int32_t district = 0;
  std::int64_t sequence = 0;
};
WD_STRUCT(HouseholdView, (household, "住户", "Household", "", "residents"),
          (grid, "网格", "Grid", "", "residents"), (building, "楼幢", "Building", "", "residents"),
          (unit, "单元", "Unit", "", "residents"), (floor, "楼层", "Floor", "floors", "residents"),
          (room, "室号", "Room", "", "residents"), (state, "住房状态", "State", "", "screening"),
          (phone, "住户电话（部分隐去）", "Household phone, masked", "", "screening"),
          (note, "备注", "Note", "", "screening"), (persons, "住的人", "Persons", "", "residents"),
          (district, "区县", "District", "", "journal"),
          (sequence, "序号", "Sequence", "", "journal"))

// ---- searching ----

// In one community or grid, by a part of a name, first letters of its reading, a door, or the last
// four characters of a number. `after` is the `next` of the answer before.
struct SearchResidents {
  RegionCode community;
  Text<30, 1> text;
  std::optional<HouseholdId> after;
};
WD_STRUCT(SearchResidents, (community, "社区", "Community", "", "residents"),
          (text, "姓名、拼音、门牌或后四位", "Name, pinyin, room or last four", "", "residents"),
          (after, "接着哪里找", "Continue after", "", "residents"))

// Exactly one of number and phone; in the whole district as far as the reader's region goes.
struct FindPerson {
  std::optional<Text<32, 1>> number;
  std::optional<Mobile> phone;
  vault::Purpose purpose{};
};
WD_STRUCT(FindPerson, (number, "证件号", "Document number", "", "residents"),
          (phone, "手机号", "Mobile number", "", "residents"),
          (purpose, "用途", "Purpose", "", "access"))

// A door, or one person behind it.
struct FoundRow {
  HouseholdId household;
  std::optional<PersonId> person;
  std::optional<std::string> name;
  std::string door;
  std::optional<std::string> number;
  std::optional<std::string> phone;
  RegionCode grid;
};
WD_STRUCT(FoundRow, (household, "住户", "Household", "", "residents"),
          (person, "人员", "Person", "", "residents"),
          (name, "姓名（部分隐去）", "Name, masked", "", "residents"),
          (door, "门牌", "Door", "", "residents"),
          (number, "证件号（部分隐去）", "Document number, masked", "", "residents"),
          (phone, "电话（部分隐去）", "Phone, masked", "", "residents"),
          (grid, "网格", "Grid", "", "residents"))

// `next` is there when not everything was looked at yet, also when nothing was found so far.
struct FoundRows {
  std::vector<FoundRow> rows;
  std::optional<HouseholdId> next;
};
WD_STRUCT(FoundRows, (rows, "结果", "Rows", "", "residents"),
          (next, "下一页", "Next page", "", "residents"))

// ---- unmasking ----

// The names are those of vault::Field, whose bits the access log keeps.
enum class UnmaskField : std::uint8_t { name = 1, document_number, phone, birth_date, note };
WD_ENUM(UnmaskField, (name, "姓名", "Name"), (document_number, "证件号", "Document number"),
        (phone, "电话", "Phone"), (birth_date, "出生日期", "Birth date"),
        (note, "备注和重点群体依据", "Note and reasons of key groups"))

struct Unmask {
  Uuid subject;
  List<UnmaskField, 10> fields;
  vault::Purpose purpose{};
};
WD_STRUCT(Unmask, (subject, "对象", "Subject", "", "access"),
          (fields, "要看哪几项", "Fields", "", "access"),
          (purpose, "用途", "Purpose", "", "access"))

// What was asked for and is there.
struct UnmaskedValues {
  std::optional<std::string> name;
  std::optional<std::string> document_number;
  std::optional<std::string> phone;
  std::optional<std::string> birth_date;
  std::optional<std::string> note;
};
WD_STRUCT(UnmaskedValues, (name, "姓名", "Name", "", "residents"),
          (document_number, "证件号", "Document number", "", "residents"),
          (phone, "电话", "Phone", "", "screening"),
          (birth_date, "出生日期", "Birth date", "", "residents"),
          (note, "备注", "Note", "", "screening"))

struct Unmasked {
  UnmaskedValues values;
};
WD_STRUCT(Unmasked, (values, "内容", "Values", "", "residents"))

}  // namespace wangdi::residents
