// SPDX-License-Identifier: Apache-2.0
// Cases of the auditor: what the daily judge of the access log found, and how a case ended. Events
// hold ids, counts and numbers of lines of the log; the auditor's words are in the vault under the
// case.
#pragma once

#include <optional>

#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "types/list.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"

namespace wangdi::audit {

using AuditCaseId = Id<struct AuditCaseTag>;

// All enumerations are stored: never renumber.
enum class CaseKind : std::uint8_t {
  many_households = 1,
  same_household = 2,
  searches = 3,
  at_night = 4,
  exports = 5,
  trials = 6,
};
WD_ENUM(CaseKind, (many_households, "看了很多户，没有对应的工作", "Many households without a task"),
        (same_household, "多天反复看同一户", "The same household on many days"),
        (searches, "连着查号码，查完没有办事", "Searches by number with nothing done after"),
        (at_night, "夜里看，没有对应的工作", "At night, without a task"),
        (exports, "一天里分批导出很多户", "Many households exported in parts on one day"),
        (trials, "反复试导名单，一户也没有登记", "Trial imports with nothing registered after"))

enum class CaseOutcome : std::uint8_t { explained = 1, warned = 2, reported = 3 };
WD_ENUM(CaseOutcome, (explained, "说明清楚了，是工作需要", "Explained: it was work"),
        (warned, "不该看，已批评教育", "Not allowed: the reader was warned"),
        (reported, "不该看，已报有关部门处理", "Not allowed: reported to who decides"))

inline constexpr std::size_t kCaseLines = 200;  // that a case names; the log has them all

using CaseLines = List<std::int64_t, kCaseLines>;

// By an auditor who is not the one it is about.
struct CloseCase {
  static constexpr std::string_view kType = "audit.close_case";
  AuditCaseId audit_case;
  RegionCode district;
  CaseOutcome outcome = CaseOutcome::explained;
  Text<500, 1> reason;
};
WD_STRUCT(CloseCase, (audit_case, "核查事项编号", "Case id", "", "access"),
          (district, "区县", "District", "", "access"),
          (outcome, "核查结果", "Outcome", "", "access"),
          (reason, "怎么核查的、为什么这样认定", "How it was examined, and why", "", "access"))

// What a day's lines of one account showed.
struct CaseOpened {
  static constexpr std::string_view kType = "audit.case_opened";
  static constexpr int kVersion = 1;
  AccountId account;
  CaseKind kind = CaseKind::many_households;
  CivilDate day;
  std::int64_t reads = 0;         // of the kind's sort, on the day
  std::int64_t without_task = 0;  // of these
  CaseLines lines;                // of those without a task
  CivilDate due_on;
};
WD_DESCRIBE(CaseOpened, account, kind, day, reads, without_task, lines, due_on)

// The same on another day, while the case is open.
struct CaseContinued {
  static constexpr std::string_view kType = "audit.case_continued";
  static constexpr int kVersion = 1;
  CivilDate day;
  std::int64_t reads = 0;
  std::int64_t without_task = 0;
  CaseLines lines;
};
WD_DESCRIBE(CaseContinued, day, reads, without_task, lines)

struct CaseClosed {
  static constexpr std::string_view kType = "audit.case_closed";
  static constexpr int kVersion = 1;
  CaseOutcome outcome = CaseOutcome::explained;
};
WD_DESCRIBE(CaseClosed, outcome)

// The lines of a district up to here are judged. Stands in the same commit as the cases of the day,
// so that a case is neither lost nor opened twice.
struct DayJudged {
  static constexpr std::string_view kType = "audit.day_judged";
  static constexpr int kVersion = 1;
  CivilDate day;
  std::int64_t last_line = 0;
  std::int64_t lines = 0;
  std::int64_t accounts = 0;
  std::int64_t cases = 0;     // opened or continued
  std::int64_t left_out = 0;  // found, but more than one day opens
};
WD_DESCRIBE(DayJudged, day, last_line, lines, accounts, cases, left_out)

}  // namespace wangdi::audit
