// SPDX-License-Identifier: Apache-2.0
// Commands and events of the roster: households behind doors, persons in them, key groups.
// Events hold no personal value: names, numbers, doors and free text go to the vault.
#pragma once

#include <optional>

#include "access/role_names.hpp"
#include "base/limits.hpp"
#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "types/list.hpp"
#include "types/mobile.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"

namespace wangdi::residents {

// All enumerations are stored: never renumber.
enum class HouseholdState : std::uint8_t { occupied = 1, vacant = 2, shop = 3, demolished = 4 };
WD_ENUM(HouseholdState, (occupied, "有人住", "Occupied"), (vacant, "空置", "Vacant"),
        (shop, "店铺", "Shop"), (demolished, "已拆除", "Demolished"))

enum class DocumentKind : std::uint8_t {
  identity_card = 1,
  hk_mo_tw_permit = 2,
  passport = 3,
  residence_card = 4,
  none = 5,
};
WD_ENUM(DocumentKind, (identity_card, "居民身份证", "Identity card"),
        (hk_mo_tw_permit, "港澳台居民居住证", "Residence permit of Hong Kong, Macao or Taiwan"),
        (passport, "护照", "Passport"),
        (residence_card, "永久居留身份证", "Permanent residence card"),
        (none, "没有证件", "No document"))

enum class Sex : std::uint8_t { unknown = 0, male = 1, female = 2 };
WD_ENUM(Sex, (unknown, "不详", "Unknown"), (male, "男", "Male"), (female, "女", "Female"))

enum class Relation : std::uint8_t {
  head = 1,
  spouse = 2,
  child = 3,
  parent = 4,
  other = 5,
  tenant = 6,
};
WD_ENUM(Relation, (head, "户主", "Head of household"), (spouse, "配偶", "Spouse"),
        (child, "子女", "Child"), (parent, "父母", "Parent"), (other, "其他亲属", "Other relative"),
        (tenant, "租客", "Tenant"))

enum class KeyGroup : std::uint8_t {
  returnee = 1,
  key_region_returnee = 2,
  close_contact = 3,
  living_alone_elder = 4,
  empty_nest_elder = 5,
  unattended_child = 6,
  disabled = 7,
  chronic_illness = 8,
  pregnant = 9,
};
WD_ENUM(KeyGroup, (returnee, "外地返回人员", "Returnee"),
        (key_region_returnee, "重点地区返回人员", "Returnee from a key region"),
        (close_contact, "密切接触者", "Close contact"),
        (living_alone_elder, "独居老人", "Elder living alone"),
        (empty_nest_elder, "空巢老人", "Empty-nest elder"),
        (unattended_child, "监护缺失儿童", "Child without guardian"),
        (disabled, "残疾人", "Disabled person"), (chronic_illness, "慢性病患者", "Chronic illness"),
        (pregnant, "孕妇", "Pregnant woman"))

// Groups that restrict a person come from a rule or from an officer with a document, never by free
// hand (module status); the others only bring help.
constexpr bool restricts(KeyGroup group) {
  return group == KeyGroup::returnee || group == KeyGroup::key_region_returnee ||
         group == KeyGroup::close_contact;
}

// From where a restricting entry has its ground.
enum class GroundSource : std::uint8_t { rule = 1, document = 2 };
WD_ENUM(GroundSource, (rule, "按规则", "By a rule"), (document, "凭文书", "By a document"))

enum class CaseDocument : std::uint8_t {
  contact_notice = 1,
  observation_notice = 2,
  laboratory_report = 3,
  tracing_letter = 4,
  other_official = 5,
};
WD_ENUM(CaseDocument, (contact_notice, "密切接触者告知书", "Notice to a close contact"),
        (observation_notice, "医学观察通知书", "Notice of medical observation"),
        (laboratory_report, "检测报告", "Laboratory report"),
        (tracing_letter, "协查函", "Letter of contact tracing"),
        (other_official, "其他公文", "Other official document"))

enum class ReviewResult : std::uint8_t { withdrawn = 1, stays = 2 };
WD_ENUM(ReviewResult, (withdrawn, "撤销", "Withdrawn"), (stays, "维持", "Stays"))

// The closed list of reasons for which somebody's data are erased (PIPL, article 47).
enum class ErasureReason : std::uint8_t {
  asked = 1,
  purpose_ended = 2,
  retention_over = 3,
  entered_by_mistake = 4,
  not_allowed = 5,
};
WD_ENUM(ErasureReason, (asked, "本人要求删除", "The person asks for it"),
        (purpose_ended, "防控上已经用不着", "No longer needed for prevention"),
        (retention_over, "保存期已满", "The time to keep it is over"),
        (entered_by_mistake, "登记错了", "Entered by mistake"),
        (not_allowed, "当初不该收集", "Should not have been collected"))

// ---- commands ----

struct AddHousehold {
  static constexpr std::string_view kType = "residents.add_household";
  HouseholdId id;
  RegionCode grid;
  BuildingId building;
  Text<12, 1> unit;
  std::int32_t floor = 1;
  Text<12, 1> room;
  HouseholdState state = HouseholdState::occupied;
  std::optional<Mobile> phone;
  std::optional<Text<200>> note;
};
WD_STRUCT(AddHousehold, (id, "住户编号", "Household id", "", "residents"),
          (grid, "网格", "Grid", "", "residents"), (building, "楼幢", "Building", "", "residents"),
          (unit, "单元", "Unit", "", "residents"), (floor, "楼层", "Floor", "floors", "residents"),
          (room, "室号", "Room", "", "residents"), (state, "住房状态", "State", "", "screening"),
          (phone, "住户电话", "Household phone", "", "screening"),
          (note, "备注", "Note", "", "screening"))

struct CorrectHousehold {
  static constexpr std::string_view kType = "residents.correct_household";
  HouseholdId household;
  std::optional<Text<12, 1>> unit;
  std::optional<std::int32_t> floor;
  std::optional<Text<12, 1>> room;
  std::optional<HouseholdState> state;
  std::optional<Mobile> phone;
  std::optional<Text<200>> note;
  Text<200, 1> reason;
};
WD_STRUCT(CorrectHousehold, (household, "住户", "Household", "", "residents"),
          (unit, "单元", "Unit", "", "residents"), (floor, "楼层", "Floor", "floors", "residents"),
          (room, "室号", "Room", "", "residents"), (state, "住房状态", "State", "", "screening"),
          (phone, "住户电话", "Household phone", "", "screening"),
          (note, "备注", "Note", "", "screening"), (reason, "为什么改", "Reason", "", "residents"))

struct AddPerson {
  static constexpr std::string_view kType = "residents.add_person";
  PersonId id;
  HouseholdId household;
  Text<50, 1> name;
  DocumentKind document_kind = DocumentKind::identity_card;
  std::optional<Text<32>> document_number;
  std::optional<Mobile> phone;
  std::optional<Sex> sex;
  std::optional<CivilDate> birth_date;
  Relation relation = Relation::other;
};
WD_STRUCT(AddPerson, (id, "人员编号", "Person id", "", "residents"),
          (household, "住户", "Household", "", "residents"),
          (name, "姓名", "Name", "", "residents"),
          (document_kind, "证件类型", "Document kind", "", "residents"),
          (document_number, "证件号", "Document number", "", "residents"),
          (phone, "手机", "Mobile phone", "", "screening"), (sex, "性别", "Sex", "", "residents"),
          (birth_date, "出生日期", "Birth date", "", "residents"),
          (relation, "与户主关系", "Relation to the head", "", "residents"))

struct CorrectPerson {
  static constexpr std::string_view kType = "residents.correct_person";
  PersonId person;
  std::optional<Text<50, 1>> name;
  std::optional<DocumentKind> document_kind;
  std::optional<Text<32>> document_number;
  std::optional<Mobile> phone;
  std::optional<Sex> sex;
  std::optional<CivilDate> birth_date;
  std::optional<Relation> relation;
  Text<200, 1> reason;
};
WD_STRUCT(CorrectPerson, (person, "人员", "Person", "", "residents"),
          (name, "姓名", "Name", "", "residents"),
          (document_kind, "证件类型", "Document kind", "", "residents"),
          (document_number, "证件号", "Document number", "", "residents"),
          (phone, "手机", "Mobile phone", "", "screening"), (sex, "性别", "Sex", "", "residents"),
          (birth_date, "出生日期", "Birth date", "", "residents"),
          (relation, "与户主关系", "Relation to the head", "", "residents"),
          (reason, "为什么改", "Reason", "", "residents"))

struct AddKeyGroup {
  static constexpr std::string_view kType = "residents.add_key_group";
  PersonId person;
  KeyGroup group = KeyGroup::returnee;
  Text<200, 1> reason;
  CivilDate starts_on;
  CivilDate ends_on;
};
WD_STRUCT(AddKeyGroup, (person, "人员", "Person", "", "residents"),
          (group, "重点群体", "Key group", "", "screening"),
          (reason, "依据", "Reason", "", "residents"),
          (starts_on, "开始日期", "Starts on", "", "screening"),
          (ends_on, "结束日期", "Ends on, that day included", "", "screening"))

struct EndKeyGroup {
  static constexpr std::string_view kType = "residents.end_key_group";
  PersonId person;
  KeyGroup group = KeyGroup::returnee;
  CivilDate ends_on;
  Text<200, 1> reason;
};
WD_STRUCT(EndKeyGroup, (person, "人员", "Person", "", "residents"),
          (group, "重点群体", "Key group", "", "screening"),
          (ends_on, "结束日期", "Ends on, that day included", "", "screening"),
          (reason, "为什么结束", "Reason", "", "residents"))

struct ErasePerson {
  static constexpr std::string_view kType = "residents.erase_person";
  PersonId person;
  ErasureReason reason = ErasureReason::asked;
};
WD_STRUCT(ErasePerson, (person, "人员", "Person", "", "residents"),
          (reason, "为什么删除", "Why erased", "", "residents"))

// A door that nobody lives behind in the roster any more, or that was entered wrongly.
struct EraseHousehold {
  static constexpr std::string_view kType = "residents.erase_household";
  HouseholdId household;
  ErasureReason reason = ErasureReason::entered_by_mistake;
};
WD_STRUCT(EraseHousehold, (household, "住户", "Household", "", "residents"),
          (reason, "为什么删除", "Why erased", "", "residents"))

// ---- events ----

struct HouseholdAdded {
  static constexpr std::string_view kType = "residents.household_added";
  static constexpr int kVersion = 1;
  RegionCode grid;
  BuildingId building;
  HouseholdState state = HouseholdState::occupied;
};
WD_DESCRIBE(HouseholdAdded, grid, building, state)

// A field that was corrected; `value` only where it is not personal.
struct FieldCorrected {
  std::string field;
  std::optional<std::string> before;
  std::optional<std::string> after;
};
WD_DESCRIBE(FieldCorrected, field, before, after)

struct HouseholdCorrected {
  static constexpr std::string_view kType = "residents.household_corrected";
  static constexpr int kVersion = 1;
  RegionCode grid;
  HouseholdState state = HouseholdState::occupied;
  List<FieldCorrected, 16> changes;
};
WD_DESCRIBE(HouseholdCorrected, grid, state, changes)

struct PersonAdded {
  static constexpr std::string_view kType = "residents.person_added";
  static constexpr int kVersion = 1;
  HouseholdId household;
  DocumentKind document_kind = DocumentKind::none;
  Sex sex = Sex::unknown;
  std::optional<std::int32_t> birth_year;
  Relation relation = Relation::other;
};
WD_DESCRIBE(PersonAdded, household, document_kind, sex, birth_year, relation)

struct PersonCorrected {
  static constexpr std::string_view kType = "residents.person_corrected";
  static constexpr int kVersion = 1;
  DocumentKind document_kind = DocumentKind::none;
  Sex sex = Sex::unknown;
  std::optional<std::int32_t> birth_year;
  Relation relation = Relation::other;
  List<FieldCorrected, 16> changes;
};
WD_DESCRIBE(PersonCorrected, document_kind, sex, birth_year, relation, changes)

struct KeyGroupAdded {
  static constexpr std::string_view kType = "residents.key_group_added";
  static constexpr int kVersion = 1;
  HouseholdId household;
  KeyGroup group = KeyGroup::returnee;
  CivilDate starts_on;
  CivilDate ends_on;
  // Days on which the person becomes and stops being a key person through this entry alone; empty
  // where other entries cover the days already. Counters follow these, not the entry's own days.
  List<CivilDate, 64> counted_from;
  List<CivilDate, 64> counted_until;  // first day not counted any more
};
WD_DESCRIBE(KeyGroupAdded, household, group, starts_on, ends_on, counted_from, counted_until)

struct KeyGroupEnded {
  static constexpr std::string_view kType = "residents.key_group_ended";
  static constexpr int kVersion = 1;
  HouseholdId household;
  KeyGroup group = KeyGroup::returnee;
  CivilDate starts_on;  // names the entry: a person may be in a group several times
  CivilDate ends_on;
  List<CivilDate, 64> counted_from;  // days that are counted again, as above
  List<CivilDate, 64> counted_until;
};
WD_DESCRIBE(KeyGroupEnded, household, group, starts_on, ends_on, counted_from, counted_until)

// The person's values are gone from the vault with this record, and their key right after it.
struct PersonErased {
  static constexpr std::string_view kType = "residents.person_erased";
  static constexpr int kVersion = 1;
  HouseholdId household;
  ErasureReason reason = ErasureReason::asked;
  List<CivilDate, 64> counted_from;  // days as a key person that are not counted any more, as above
  List<CivilDate, 64> counted_until;
};
WD_DESCRIBE(PersonErased, household, reason, counted_from, counted_until)

// What is left of somebody erased when their records were destroyed: nobody comes under that id
// again. It is of a district and of no place in it.
struct ErasedPersonKept {
  static constexpr std::string_view kType = "residents.erased_person_kept";
  static constexpr int kVersion = 1;
  CivilDate erased_on;
};
WD_DESCRIBE(ErasedPersonKept, erased_on)

// The door's values are gone from the vault with this record, and its key right after it.
struct HouseholdErased {
  static constexpr std::string_view kType = "residents.household_erased";
  static constexpr int kVersion = 1;
  ErasureReason reason = ErasureReason::entered_by_mistake;
};
WD_DESCRIBE(HouseholdErased, reason)

// The same of a household as of a person.
struct ErasedHouseholdKept {
  static constexpr std::string_view kType = "residents.erased_household_kept";
  static constexpr int kVersion = 1;
  CivilDate erased_on;
};
WD_DESCRIBE(ErasedHouseholdKept, erased_on)

}  // namespace wangdi::residents
