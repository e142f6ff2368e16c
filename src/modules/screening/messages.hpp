// SPDX-License-Identifier: Apache-2.0
// Commands and events of household screening: rounds over a region and visits to doors.
#pragma once

#include <optional>

#include "base/limits.hpp"
#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "types/celsius.hpp"
#include "types/list.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"

namespace wangdi::screening {

// All enumerations are stored: never renumber.
enum class VisitOutcome : std::uint8_t {
  all_well = 1,
  exception = 2,
  not_home = 3,
  refused = 4,
  vacant = 5,
};
WD_ENUM(VisitOutcome, (all_well, "全户正常", "All well"), (exception, "有情况", "Exception"),
        (not_home, "没有人应门", "Not at home"), (refused, "不愿配合", "Refused"),
        (vacant, "没有人住", "Vacant"))

enum class Symptom : std::uint8_t {
  fever = 1,
  cough = 2,
  breathless = 3,
  sore_throat = 4,
  diarrhoea = 5,
  other = 6,
};
WD_ENUM(Symptom, (fever, "发热", "Fever"), (cough, "咳嗽", "Cough"),
        (breathless, "气促", "Breathlessness"), (sore_throat, "咽痛", "Sore throat"),
        (diarrhoea, "腹泻", "Diarrhoea"), (other, "其他不舒服", "Other"))

enum class Contact : std::uint8_t { none = 0, suspected = 1, confirmed = 2 };
WD_ENUM(Contact, (none, "没有接触", "No contact"), (suspected, "接触过疑似病例", "Suspected case"),
        (confirmed, "接触过确诊病例", "Confirmed case"))

// Where a door stands in the round of the day.
enum class DoorStatus : std::uint8_t { overdue = 1, due = 2, done = 3, vacant = 4 };
WD_ENUM(DoorStatus, (overdue, "逾期", "Overdue"), (due, "待访", "Due"), (done, "已完成", "Done"),
        (vacant, "空置", "Vacant"))

// The same for the drawing of a building, which tells two kinds of done apart from the rest.
enum class RoomStatus : std::uint8_t {
  ok = 1,
  due = 2,
  overdue = 3,
  exception = 4,
  care = 5,
  vacant = 6,
};
WD_ENUM(RoomStatus, (ok, "正常", "Well"), (due, "待访", "Due"), (overdue, "逾期", "Overdue"),
        (exception, "有情况", "Exception"), (care, "照护", "Care"), (vacant, "空置", "Vacant"))

struct Returned {
  RegionCode from_region;
  std::optional<Text<100>> from_text;
  CivilDate on;
};
WD_STRUCT(Returned, (from_region, "从哪里回来", "Returned from", "", "screening"),
          (from_text, "途经和交通", "Places passed and transport", "", "screening"),
          (on, "哪天到的", "Arrived on", "", "screening"))

struct VisitException {
  PersonId person;
  std::optional<Celsius> temperature;
  std::optional<bool> temperature_not_measured;
  List<Symptom, 6> symptoms;
  std::optional<Returned> returned;
  std::optional<Contact> contact;
};
WD_STRUCT(VisitException, (person, "谁", "Person", "", "screening"),
          (temperature, "体温", "Temperature", "celsius", "screening"),
          (temperature_not_measured, "没有量体温", "Temperature not measured", "", "screening"),
          (symptoms, "哪里不舒服", "Symptoms", "", "screening"),
          (returned, "外地返回", "Returned", "", "screening"),
          (contact, "接触情况", "Contact", "", "screening"))

// ---- commands ----

struct StartRound {
  static constexpr std::string_view kType = "screening.start_round";
  RoundId id;
  RegionCode region;
  Text<60, 1> title;
  CivilDate starts_on;
  CivilDate due_on;
  CivilDate ends_on;
};
WD_STRUCT(StartRound, (id, "轮次编号", "Round id", "", "screening"),
          (region, "范围", "Region", "", "screening"), (title, "名称", "Title", "", "screening"),
          (starts_on, "开始日期", "Starts on", "", "screening"),
          (due_on, "应完成日期", "Due on", "", "screening"),
          (ends_on, "结束日期", "Ends on, that day included", "", "screening"))

struct EndRound {
  static constexpr std::string_view kType = "screening.end_round";
  RoundId round;
  RegionCode region;
  Text<200, 1> reason;
};
WD_STRUCT(EndRound, (round, "轮次", "Round", "", "screening"),
          (region, "范围", "Region", "", "screening"),
          (reason, "为什么结束", "Reason", "", "screening"))

struct RecordVisit {
  static constexpr std::string_view kType = "screening.record_visit";
  VisitId visit;
  HouseholdId household;
  VisitOutcome outcome = VisitOutcome::all_well;
  List<VisitException, limits::kExceptionsPerVisit> exceptions;
  std::optional<Text<200>> note;
};
WD_STRUCT(RecordVisit, (visit, "走访编号", "Visit id", "", "screening"),
          (household, "住户", "Household", "", "screening"),
          (outcome, "结果", "Outcome", "", "screening"),
          (exceptions, "情况", "Exceptions", "", "screening"),
          (note, "备注", "Note", "", "screening"))

struct CorrectVisit {
  static constexpr std::string_view kType = "screening.correct_visit";
  VisitId visit;
  HouseholdId household;
  VisitOutcome outcome = VisitOutcome::all_well;
  List<VisitException, limits::kExceptionsPerVisit> exceptions;
  std::optional<Text<200>> note;
  Text<200, 1> reason;
};
WD_STRUCT(CorrectVisit, (visit, "走访编号", "Visit id", "", "screening"),
          (household, "住户", "Household", "", "screening"),
          (outcome, "结果", "Outcome", "", "screening"),
          (exceptions, "情况", "Exceptions", "", "screening"),
          (note, "备注", "Note", "", "screening"), (reason, "为什么改", "Reason", "", "screening"))

// ---- events ----

struct RoundStarted {
  static constexpr std::string_view kType = "screening.round_started";
  static constexpr int kVersion = 1;
  std::string title;
  CivilDate starts_on;
  CivilDate due_on;
  CivilDate ends_on;
};
WD_DESCRIBE(RoundStarted, title, starts_on, due_on, ends_on)

struct RoundEnded {
  static constexpr std::string_view kType = "screening.round_ended";
  static constexpr int kVersion = 1;
  CivilDate ends_on;  // last day that still counts
};
WD_DESCRIBE(RoundEnded, ends_on)

// What was found of one person. Where and how they came is in the vault, under the person.
struct Finding {
  PersonId person;
  std::optional<Celsius> temperature;
  bool fever = false;  // above the alert parameter in force that day
  List<Symptom, 6> symptoms;
  bool returned = false;
  Contact contact = Contact::none;
};
WD_DESCRIBE(Finding, person, temperature, fever, symptoms, returned, contact)

// A round that covers the visited door on the day of the visit.
struct CoveredRound {
  RoundId round;
  CivilDate ends_on;
};
WD_DESCRIBE(CoveredRound, round, ends_on)

struct VisitRecorded {
  static constexpr std::string_view kType = "screening.visit_recorded";
  static constexpr int kVersion = 1;
  HouseholdId household;
  VisitOutcome outcome = VisitOutcome::all_well;
  List<Finding, limits::kExceptionsPerVisit> findings;
  List<PersonId, limits::kPersonsPerHousehold> key_persons;  // of the household, due that day
  List<CoveredRound, 16> rounds;
  CivilDate revisit_by;  // last day of the promised revisit when nobody was home
  bool has_note = false;
};
WD_DESCRIBE(VisitRecorded, household, outcome, findings, key_persons, rounds, revisit_by, has_note)

// The visit as it should have been recorded; its day and rounds stay those of the visit.
struct VisitCorrected {
  static constexpr std::string_view kType = "screening.visit_corrected";
  static constexpr int kVersion = 1;
  HouseholdId household;
  VisitOutcome outcome = VisitOutcome::all_well;
  List<Finding, limits::kExceptionsPerVisit> findings;
  CivilDate revisit_by;
  bool has_note = false;
};
WD_DESCRIBE(VisitCorrected, household, outcome, findings, revisit_by, has_note)

// A visit told anew, as it stands without somebody who was erased: its record and its corrections
// are destroyed with this one. The frame is of the telling, so what the visit's frame said is here.
struct VisitRestated {
  static constexpr std::string_view kType = "screening.visit_restated";
  static constexpr int kVersion = 1;
  HouseholdId household;
  std::int64_t occurred_at = 0;
  CivilDate day;
  std::int64_t recorded_at = 0;
  AccountId actor;
  VisitOutcome outcome = VisitOutcome::all_well;
  List<Finding, limits::kExceptionsPerVisit> findings;
  List<PersonId, limits::kPersonsPerHousehold> key_persons;
  List<CoveredRound, 16> rounds;
  CivilDate revisit_by;
  bool corrected = false;
  std::int64_t sequence = 0;  // of the last record about it before
};
WD_DESCRIBE(VisitRestated, household, occurred_at, day, recorded_at, actor, outcome, findings,
            key_persons, rounds, revisit_by, corrected, sequence)

// ---- a view that other modules show too; the rest are in views.hpp ----

struct RoundView {
  RoundId id;
  RegionCode region;
  std::string title;
  CivilDate starts_on;
  CivilDate due_on;
  CivilDate ends_on;
};
WD_STRUCT(RoundView, (id, "轮次编号", "Round id", "", "screening"),
          (region, "范围", "Region", "", "screening"), (title, "名称", "Title", "", "screening"),
          (starts_on, "开始日期", "Starts on", "", "screening"),
          (due_on, "应完成日期", "Due on", "", "screening"),
          (ends_on, "结束日期", "Ends on, that day included", "", "screening"))

}  // namespace wangdi::screening
