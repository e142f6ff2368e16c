// SPDX-License-Identifier: Apache-2.0
// Cases, and how far the log of a district is judged.
#pragma once

#include "modules/audit/messages.hpp"
#include "store/table.hpp"

namespace wangdi::audit {

struct CaseRow {
  District district;
  AuditCaseId audit_case;
  AccountId account;
  CaseKind kind{};
  CivilDate first_day;
  CivilDate last_day;
  std::int64_t days = 0;
  std::int64_t reads = 0;
  std::int64_t without_task = 0;
  std::string lines;  // JSON of NamedLines
  UnixMs opened_at = 0;
  CivilDate due_on;
  bool open = true;
  std::optional<CaseOutcome> outcome;
  AccountId closed_by;
  UnixMs closed_at = 0;
};
WD_DESCRIBE(CaseRow, district, audit_case, account, kind, first_day, last_day, days, reads,
            without_task, lines, opened_at, due_on, open, outcome, closed_by, closed_at)
inline constexpr store::Index kCaseIndexes[] = {
    {"account", "district, account, kind, open"},
    // The auditor is of the nation: there is no district to go by.
    {"open", "open, opened_at, audit_case"},
};
inline constexpr store::Table<CaseRow, 2> kCase{"audit_case", kCaseIndexes};

struct NamedLines {
  CaseLines lines;
};
WD_DESCRIBE(NamedLines, lines)

struct JudgedRow {
  District district;
  CivilDate day;
  std::int64_t last_line = 0;
  UnixMs judged_at = 0;
};
WD_DESCRIBE(JudgedRow, district, day, last_line, judged_at)
inline constexpr store::Table<JudgedRow, 1> kJudged{"audit_judged"};

}  // namespace wangdi::audit
