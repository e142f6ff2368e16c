// SPDX-License-Identifier: Apache-2.0
// What the audit administrator asks of the access log: its districts, its lines by page, whether
// its chain holds, lines as a file, and the cases that reads outside of work raised. Whom a line is
// about is a random id; shown is its end.
#pragma once

#include <optional>
#include <string>

#include "access/role_names.hpp"
#include "base/limits.hpp"
#include "codec/json.hpp"
#include "modules/audit/messages.hpp"
#include "modules/regions/messages.hpp"
#include "types/list.hpp"
#include "types/text.hpp"
#include "vault/fields.hpp"

namespace wangdi::audit {

// No country has more: there are about 3,000 counties.
inline constexpr std::size_t kDistrictsMost = 4'000;

struct AuditDistrictsParams {};
WD_STRUCT(AuditDistrictsParams)

struct AuditDistricts {
  List<regions::RegionStep, kDistrictsMost> districts;
};
WD_STRUCT(AuditDistricts, (districts, "有记录的区县", "Districts with a log", "", "access"))

struct AuditReadsParams {
  RegionCode district;
  CivilDate from;
  CivilDate until;  // that day included
  std::optional<AccountId> account;
  std::optional<vault::Purpose> purpose;
  std::optional<std::int64_t> after;
};
WD_STRUCT(AuditReadsParams, (district, "区县", "District", "", "access"),
          (from, "从哪天", "From", "", "access"), (until, "到哪天", "Until", "", "access"),
          (account, "账号", "Account", "", "access"), (purpose, "用途", "Purpose", "", "access"),
          (after, "从哪个之后", "After this place in the list", "", "access"))

struct AuditRead {
  std::int64_t sequence = 0;
  std::int64_t at = 0;
  AccountId account;
  std::string name;
  vault::Purpose purpose = vault::Purpose::home_visit;
  vault::Operation operation = vault::Operation::unmask;
  regions::RegionStep region;
  std::optional<std::string> subject;  // nothing where it was about many
  List<vault::Field, 16> fields;
  std::int64_t count = 1;
};
WD_STRUCT(AuditRead, (sequence, "编号", "Number", "", "access"),
          (at, "时间", "Time", "unix_ms", "access"), (account, "账号", "Account", "", "access"),
          (name, "姓名", "Name", "", "access"), (purpose, "用途", "Purpose", "", "access"),
          (operation, "做了什么", "What was done", "", "access"),
          (region, "在哪里", "Where", "", "access"), (subject, "对象", "About whom", "", "access"),
          (fields, "看了哪几项", "What was read", "", "access"),
          (count, "涉及几人（户）", "Persons or households", "", "access"))

// Newest first.
struct AuditReads {
  List<AuditRead, limits::kPageRows> rows;
  std::optional<std::int64_t> next;
};
WD_STRUCT(AuditReads, (rows, "查阅记录", "Reads", "", "access"),
          (next, "下一页从哪个之后", "Next page after", "", "access"))

struct AuditChainParams {
  RegionCode district;
};
WD_STRUCT(AuditChainParams, (district, "区县", "District", "", "access"))

struct AuditChain {
  std::int64_t lines = 0;
  std::optional<std::int64_t> broken_at;
};
WD_STRUCT(AuditChain, (lines, "核对了几条", "Lines examined", "", "access"),
          (broken_at, "从哪条起对不上", "First line that does not fit", "", "access"))

struct ExportReads {
  RegionCode district;
  CivilDate from;
  CivilDate until;  // that day included
};
WD_STRUCT(ExportReads, (district, "区县", "District", "", "access"),
          (from, "从哪天", "From", "", "access"), (until, "到哪天", "Until", "", "access"))

// A line of the file. With the line before it the hash can be checked: docs/operating/users.md.
struct AuditLine {
  std::int32_t district = 0;
  std::int64_t sequence = 0;
  std::int64_t at = 0;
  AccountId actor;
  vault::Purpose purpose = vault::Purpose::home_visit;
  vault::Operation operation = vault::Operation::unmask;
  RegionCode region;
  Uuid subject;
  List<vault::Field, 16> fields;
  std::int64_t count = 0;
  std::string hash;
};
WD_DESCRIBE(AuditLine, district, sequence, at, actor, purpose, operation, region, subject, fields,
            count, hash)

// ---- cases ----

struct AuditCasesParams {
  bool open = true;
  std::optional<Text<100>> after;
};
WD_STRUCT(AuditCasesParams, (open, "还没办结的", "Open ones", "", "access"),
          (after, "从哪个之后", "After this place in the list", "", "access"))

struct AuditCaseView {
  AuditCaseId audit_case;
  regions::RegionStep district;
  AccountId account;
  std::string name;
  std::optional<access::Role> role;
  regions::RegionStep office;
  CaseKind kind{};
  CivilDate first_day;
  CivilDate last_day;
  std::int64_t days = 0;
  std::int64_t reads = 0;
  std::int64_t without_task = 0;
  std::int64_t opened_at = 0;
  CivilDate due_on;
  bool is_late = false;
  bool is_own = false;  // about the reader of the list, so that somebody else closes it
  std::optional<CaseOutcome> outcome;
  std::optional<std::string> reason;
  std::optional<std::string> closed_by;
  std::optional<std::int64_t> closed_at;
};
WD_STRUCT(AuditCaseView, (audit_case, "核查事项编号", "Case id", "", "access"),
          (district, "区县", "District", "", "access"), (account, "账号", "Account", "", "access"),
          (name, "姓名", "Name", "", "access"), (role, "角色", "Role", "", "access"),
          (office, "单位", "Office", "", "access"),
          (kind, "怎么发现的", "What was found", "", "access"),
          (first_day, "从哪天", "First day", "", "access"),
          (last_day, "到哪天", "Last day", "", "access"), (days, "几天", "Days", "days", "access"),
          (reads, "一共看了多少", "Reads", "", "access"),
          (without_task, "其中没有对应工作的", "Of these without a task", "", "access"),
          (opened_at, "什么时候立的", "Opened at", "unix_ms", "access"),
          (due_on, "最晚哪天办结", "Due on", "", "access"),
          (is_late, "过期了", "Late", "", "access"),
          (is_own, "关于您自己", "About yourself", "", "access"),
          (outcome, "核查结果", "Outcome", "", "access"),
          (reason, "怎么核查的、为什么这样认定", "How it was examined, and why", "", "access"),
          (closed_by, "谁办结的", "Closed by", "", "access"),
          (closed_at, "什么时候办结", "Closed at", "unix_ms", "access"))

// Open ones the oldest first, closed ones the latest first.
struct AuditCases {
  List<AuditCaseView, limits::kPageRows> rows;
  std::optional<std::string> next;
};
WD_STRUCT(AuditCases, (rows, "核查事项", "Cases", "", "access"),
          (next, "下一页从哪个之后", "Next page after", "", "access"))

struct AuditCaseLinesParams {
  RegionCode district;
  AuditCaseId audit_case;
};
WD_STRUCT(AuditCaseLinesParams, (district, "区县", "District", "", "access"),
          (audit_case, "核查事项编号", "Case id", "", "access"))

}  // namespace wangdi::audit
