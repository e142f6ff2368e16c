// SPDX-License-Identifier: Apache-2.0
// Commands and events of what restricts a person: entries by a rule or by a document, the second
// person, the alarm of the level above, and the review that the person asks for. Events hold random
// ids, choices, days and counts; words are in the vault under the person's key.
#pragma once

#include <optional>

#include "access/role_names.hpp"
#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "modules/residents/messages.hpp"
#include "types/list.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"

namespace wangdi::status {

using residents::CaseDocument;
using residents::GroundSource;
using residents::KeyGroup;
using residents::ReviewResult;

// All enumerations are stored: never renumber.
enum class AskedThrough : std::uint8_t { at_the_door = 1, on_paper = 2, by_phone = 3, proxy = 4 };
WD_ENUM(AskedThrough, (at_the_door, "上门时说的", "At the door"), (on_paper, "书面", "On paper"),
        (by_phone, "电话", "By phone"), (proxy, "家人或别人代说", "By a relative or somebody else"))

enum class EntryState : std::uint8_t { in_force = 1, waiting = 2, rejected = 3, withdrawn = 4 };
WD_ENUM(EntryState, (in_force, "生效", "In force"), (waiting, "等另一人确认", "Waiting"),
        (rejected, "没有确认", "Rejected"), (withdrawn, "复核撤销", "Withdrawn"))

// The groups that restrict: residents::restricts() of their numbers.
enum class RestrictingGroup : std::uint8_t {
  returnee = 1,
  key_region_returnee = 2,
  close_contact = 3,
};
WD_ENUM(RestrictingGroup, (returnee, "外地返回人员", "Returnee"),
        (key_region_returnee, "重点地区返回人员", "Returnee from a key region"),
        (close_contact, "密切接触者", "Close contact"))
constexpr KeyGroup key_group_of(RestrictingGroup group) {
  return static_cast<KeyGroup>(static_cast<std::uint8_t>(group));
}
static_assert(residents::restricts(key_group_of(RestrictingGroup::returnee)));
static_assert(residents::restricts(key_group_of(RestrictingGroup::key_region_returnee)));
static_assert(residents::restricts(key_group_of(RestrictingGroup::close_contact)));

// Whose settings in the window were more than the limit.
enum class AlarmKind : std::uint8_t { officer = 1, district = 2 };
WD_ENUM(AlarmKind, (officer, "一名工作人员", "One officer"), (district, "整个区县", "The district"))

// ---- commands ----

struct SetStatus {
  static constexpr std::string_view kType = "status.set";
  StatusEntryId entry;
  PersonId person;
  RestrictingGroup group = RestrictingGroup::returnee;
  GroundSource source = GroundSource::rule;
  std::optional<VisitId> visit;  // by a rule: the days follow from it
  std::optional<CivilDate> starts_on;
  std::optional<CivilDate> ends_on;
  std::optional<CaseDocument> document;
  std::optional<Text<60, 1>> document_number;
  std::optional<Text<60, 1>> issuer;
  std::optional<CivilDate> issued_on;
  Text<200, 1> reason;
};
WD_STRUCT(SetStatus, (entry, "认定编号", "Entry id", "", "status"),
          (person, "人员", "Person", "", "status"), (group, "重点群体", "Key group", "", "status"),
          (source, "依据哪一种", "Kind of ground", "", "status"),
          (visit, "哪次走访", "Visit", "", "status"),
          (starts_on, "开始日期", "Starts on", "", "status"),
          (ends_on, "结束日期", "Ends on, that day included", "", "status"),
          (document, "文书种类", "Kind of document", "", "status"),
          (document_number, "文书编号", "Number of the document", "", "status"),
          (issuer, "出具单位", "Issuing body", "", "status"),
          (issued_on, "文书日期", "Date of the document", "", "status"),
          (reason, "理由", "Reason", "", "status"))

// By somebody else than who set them.
struct ConfirmStatus {
  static constexpr std::string_view kType = "status.confirm";
  PersonId person;
  StatusEntryId entry;
  bool confirmed = false;
};
WD_STRUCT(ConfirmStatus, (person, "人员", "Person", "", "status"),
          (entry, "认定编号", "Entry id", "", "status"),
          (confirmed, "确认还是不确认", "Confirmed or not", "", "status"))

struct AskReview {
  static constexpr std::string_view kType = "status.ask_review";
  ReviewId review;
  PersonId person;
  StatusEntryId entry;
  AskedThrough through = AskedThrough::at_the_door;
  Text<200, 1> words;
};
WD_STRUCT(AskReview, (review, "复核编号", "Review id", "", "status"),
          (person, "人员", "Person", "", "status"), (entry, "认定编号", "Entry id", "", "status"),
          (through, "怎么提出的", "How it was asked", "", "status"),
          (words, "本人说的理由", "What the person says", "", "status"))

struct DecideReview {
  static constexpr std::string_view kType = "status.decide_review";
  PersonId person;
  StatusEntryId entry;
  ReviewResult result = ReviewResult::stays;
  Text<200, 1> reason;
};
WD_STRUCT(DecideReview, (person, "人员", "Person", "", "status"),
          (entry, "认定编号", "Entry id", "", "status"),
          (result, "复核结果", "Result of the review", "", "status"),
          (reason, "理由", "Reason", "", "status"))

struct AnswerAlarm {
  static constexpr std::string_view kType = "status.answer_alarm";
  RegionCode region;  // of the alarm
  AlarmId alarm;
  Text<200, 1> words;
};
WD_STRUCT(AnswerAlarm, (region, "区划", "Region", "", "status"),
          (alarm, "警报编号", "Alarm id", "", "status"),
          (words, "怎么处理的", "What was done", "", "status"))

// ---- events ----

struct StatusSet {
  static constexpr std::string_view kType = "status.set_done";
  static constexpr int kVersion = 1;
  StatusEntryId entry;
  HouseholdId household;
  KeyGroup group = KeyGroup::returnee;
  CivilDate starts_on;
  CivilDate ends_on;
  GroundSource source = GroundSource::rule;
  std::optional<std::string> rule;
  std::optional<VisitId> visit;
  std::optional<CaseDocument> document;
  bool by_hand = false;  // counts against the limit
  bool waits = false;    // for a second person: not in force
  access::Role role = access::Role::community_officer;
  RegionCode office;
};
WD_DESCRIBE(StatusSet, entry, household, group, starts_on, ends_on, source, rule, visit, document,
            by_hand, waits, role, office)

struct StatusConfirmed {
  static constexpr std::string_view kType = "status.confirm_done";
  static constexpr int kVersion = 1;
  StatusEntryId entry;
  bool confirmed = false;
};
WD_DESCRIBE(StatusConfirmed, entry, confirmed)

struct ReviewAsked {
  static constexpr std::string_view kType = "status.review_asked";
  static constexpr int kVersion = 1;
  StatusEntryId entry;
  ReviewId review;
  AskedThrough through = AskedThrough::at_the_door;
  CivilDate due_on;
};
WD_DESCRIBE(ReviewAsked, entry, review, through, due_on)

struct ReviewDecided {
  static constexpr std::string_view kType = "status.review_decided";
  static constexpr int kVersion = 1;
  StatusEntryId entry;
  ReviewResult result = ReviewResult::stays;
};
WD_DESCRIBE(ReviewDecided, entry, result)

// Counts only. Subject: the alarm.
struct AlarmRaised {
  static constexpr std::string_view kType = "status.alarm_raised";
  static constexpr int kVersion = 1;
  AlarmKind kind = AlarmKind::officer;
  access::Role role = access::Role::community_officer;  // of whose setting it was
  std::int64_t count = 0;                               // in force within the window
  std::int64_t minutes = 0;
};
WD_DESCRIBE(AlarmRaised, kind, role, count, minutes)

struct AlarmAnswered {
  static constexpr std::string_view kType = "status.alarm_answered";
  static constexpr int kVersion = 1;
};
WD_DESCRIBE(AlarmAnswered)

}  // namespace wangdi::status
