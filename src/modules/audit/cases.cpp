// SPDX-License-Identifier: Apache-2.0
// Command, projections and list of cases.
#include "modules/audit/cases.hpp"

#include <charconv>
#include <limits>

#include "base/text.hpp"
#include "common/bus/registry.hpp"
#include "modules/accounts/facts.hpp"
#include "modules/audit/line_view.hpp"
#include "modules/audit/rules.hpp"
#include "modules/audit/tables.hpp"
#include "modules/audit/views.hpp"
#include "modules/regions/facts.hpp"
#include "vault/reader.hpp"
#include "vault/writer.hpp"

namespace wangdi::audit {
namespace {

using access::Role;
using bus::CommandContext;
using bus::Decision;
using bus::QueryContext;
using bus::Recorded;
using vault::Field;

constexpr access::Roles kAuditors = {Role::audit_administrator};

constexpr store::Statement kCasesOpen{
    "audit_cases_open",
    "SELECT district, audit_case, account, kind, first_day, last_day, days, reads, without_task,"
    " lines, opened_at, due_on, open, outcome, closed_by, closed_at FROM audit_case"
    " WHERE open = $1 AND (opened_at > $2 OR (opened_at = $2 AND audit_case > $3))"
    " ORDER BY opened_at, audit_case LIMIT $4"};
constexpr store::Statement kCasesClosed{
    "audit_cases_closed",
    "SELECT district, audit_case, account, kind, first_day, last_day, days, reads, without_task,"
    " lines, opened_at, due_on, open, outcome, closed_by, closed_at FROM audit_case"
    " WHERE open = $1 AND (opened_at < $2 OR (opened_at = $2 AND audit_case < $3))"
    " ORDER BY opened_at DESC, audit_case DESC LIMIT $4"};

// ---- closing ----

Result<Decision> close(const CloseCase& command, CommandContext& context) {
  const auto district = context.region.district();
  const auto* row = context.rows.find(kCase, {district, command.audit_case});
  if (row == nullptr) return Error(ErrorCode::not_found);
  WD_TRY([[maybe_unused]] auto may, may_close(row->open, row->account, context.actor.account));
  WD_TRY([[maybe_unused]] auto kept,
         context.vault.put(district, command.audit_case.value, Field::note, command.reason.text));
  Decision decision;
  decision.events.push_back(
      bus::event(command.audit_case.value, command.district, CaseClosed{command.outcome}));
  return decision;
}

// ---- rows ----

std::string lines_text(CaseLines lines) { return codec::encode(NamedLines{std::move(lines)}); }

CaseLines lines_of(const CaseRow& row) {
  auto named = codec::decode<NamedLines>(row.lines);
  return named ? std::move(named->lines) : CaseLines{};
}

void case_opened(const CaseOpened& event, const Recorded& frame, store::Rows& rows) {
  CaseRow row;
  row.district = frame.position.district;
  row.audit_case = AuditCaseId{frame.subject};
  row.account = event.account;
  row.kind = event.kind;
  row.first_day = row.last_day = event.day;
  row.days = 1;
  row.reads = event.reads;
  row.without_task = event.without_task;
  row.lines = lines_text(event.lines);
  row.opened_at = frame.recorded_at;
  row.due_on = event.due_on;
  rows.put(kCase, std::move(row));
}

template <class Change>
void change_case(const Recorded& frame, store::Rows& rows, Change change) {
  const auto* stored = rows.find(kCase, {frame.position.district, AuditCaseId{frame.subject}});
  if (stored == nullptr) return;
  auto row = *stored;
  change(row);
  rows.put(kCase, std::move(row));
}

void case_continued(const CaseContinued& event, const Recorded& frame, store::Rows& rows) {
  change_case(frame, rows, [&](CaseRow& row) {
    auto lines = lines_of(row);
    for (const auto line : event.lines) {
      if (lines.size() < kCaseLines) lines.items.push_back(line);
    }
    row.last_day = event.day;
    ++row.days;
    row.reads += event.reads;
    row.without_task += event.without_task;
    row.lines = lines_text(std::move(lines));
  });
}

void case_closed(const CaseClosed& event, const Recorded& frame, store::Rows& rows) {
  change_case(frame, rows, [&](CaseRow& row) {
    row.open = false;
    row.outcome = event.outcome;
    row.closed_by = frame.actor;
    row.closed_at = frame.recorded_at;
  });
}

void day_judged(const DayJudged& event, const Recorded& frame, store::Rows& rows) {
  rows.put(kJudged,
           JudgedRow{frame.position.district, event.day, event.last_line, frame.recorded_at});
}

// ---- the list ----

// The last row of the page before.
struct Place {
  UnixMs opened_at = 0;
  Uuid audit_case;
};

std::string place_text(const CaseRow& row) {
  return std::to_string(row.opened_at) + "." + row.audit_case.text();
}

Result<Place> place_of(const AuditCasesParams& params) {
  if (!params.after) {
    return params.open ? Place{} : Place{std::numeric_limits<std::int64_t>::max(), {}};
  }
  const auto parts = text::split(params.after->text, '.');
  Place place;
  const auto id = parts.size() == 2 ? Uuid::parse(parts[1]) : std::nullopt;
  bool known = id.has_value();
  if (known) {
    const auto* end = parts[0].data() + parts[0].size();
    known = std::from_chars(parts[0].data(), end, place.opened_at).ptr == end && !parts[0].empty();
  }
  if (!known) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/after", ErrorCode::field_text_invalid);
  }
  place.audit_case = *id;
  return place;
}

Result<AuditCaseView> case_view(const CaseRow& row, QueryContext& context) {
  AuditCaseView view;
  view.audit_case = row.audit_case;
  WD_TRY(view.district.code, RegionCode::of(row.district));
  view.account = row.account;
  WD_TRY(const auto office,
         accounts::office_of(context.db, row.account, row.first_day.start(context.zone)));
  if (office) {
    view.role = office->role;
    view.office.code = office->region;
  }
  view.kind = row.kind;
  view.first_day = row.first_day;
  view.last_day = row.last_day;
  view.days = row.days;
  view.reads = row.reads;
  view.without_task = row.without_task;
  view.opened_at = row.opened_at;
  view.due_on = row.due_on;
  view.is_late = row.open && context.today > row.due_on;
  view.is_own = row.account == context.actor.account;
  if (row.open) return view;
  view.outcome = row.outcome;
  view.closed_at = row.closed_at;
  WD_TRY(view.reason, context.vault.get(row.district, row.audit_case.value, Field::note));
  return view;
}

Result<AuditCases> cases(const AuditCasesParams& params, QueryContext& context) {
  WD_TRY(const auto place, place_of(params));
  WD_TRY(auto rows, store::select<CaseRow>(context.db, params.open ? kCasesOpen : kCasesClosed,
                                           params.open, place.opened_at, place.audit_case,
                                           static_cast<std::int64_t>(limits::kPageRows) + 1));
  AuditCases view;
  if (rows.size() > limits::kPageRows) {
    rows.resize(limits::kPageRows);
    view.next = place_text(rows.back());
  }
  std::vector<AccountId> staff;
  std::vector<RegionCode> places;
  for (const auto& row : rows) {
    WD_TRY(auto shown, case_view(row, context));
    staff.push_back(row.account);
    staff.push_back(row.closed_by);
    places.push_back(shown.district.code);
    places.push_back(shown.office.code);
    view.rows.items.push_back(std::move(shown));
  }
  WD_TRY(auto names, accounts::account_names(context.db, context.vault, staff));
  WD_TRY(auto regions, regions::region_names(context.db, places));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& shown = view.rows.items[i];
    shown.name = std::move(names[2 * i]);
    if (!rows[i].open) shown.closed_by = std::move(names[2 * i + 1]);
    shown.district.name = std::move(regions[2 * i]);
    shown.district.level = shown.district.code.level();
    shown.office.name = std::move(regions[2 * i + 1]);
    shown.office.level = shown.office.code.level();
  }
  return view;
}

Result<AuditReads> case_lines(const AuditCaseLinesParams& params, QueryContext& context) {
  const auto district = params.district.district();
  WD_TRY(const auto row, store::get(context.db, kCase, {district, params.audit_case}));
  if (!row) return Error(ErrorCode::not_found);
  std::vector<vault::AccessLogRow> lines;
  for (const auto line : lines_of(*row)) {
    WD_TRY(auto found, store::get(context.db, vault::kAccessLog, {district, line}));
    if (found) lines.push_back(std::move(*found));
  }
  AuditReads view;
  WD_TRY(view.rows.items, line_views(lines, context));
  return view;
}

template <class Params>
Result<RegionCode> everywhere(const Params&, QueryContext&) {
  return RegionCode();
}

}  // namespace

void register_cases(bus::Registry& registry) {
  registry.table(kCase);
  registry.table(kJudged);
  registry.command<CloseCase>({kAuditors,
                               [](const CloseCase& command, CommandContext&) -> Result<RegionCode> {
                                 return command.district;
                               },
                               "办结核查事项", "Close a case of the auditor"},
                              close);
  registry.project<CaseOpened>(case_opened);
  registry.project<CaseContinued>(case_continued);
  registry.project<CaseClosed>(case_closed);
  registry.project<DayJudged>(day_judged);
  registry.query<AuditCasesParams, AuditCases>({.path = "audit/cases",
                                                .roles = kAuditors,
                                                .region_of = everywhere<AuditCasesParams>,
                                                .summary_zh = "核查事项",
                                                .summary_en = "Cases of the auditor"},
                                               cases);
  registry.query<AuditCaseLinesParams, AuditReads>(
      {.path = "audit/case_lines",
       .roles = kAuditors,
       .region_of = everywhere<AuditCaseLinesParams>,
       .summary_zh = "核查事项里的查阅记录",
       .summary_en = "Lines of the log that a case names"},
      case_lines);
}

}  // namespace wangdi::audit
