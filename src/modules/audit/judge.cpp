// SPDX-License-Identifier: Apache-2.0
// A day of one district.
#include "modules/audit/judge.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "access/system_actor.hpp"
#include "common/crypto/crypto.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/audit/grounds.hpp"
#include "modules/audit/tables.hpp"
#include "modules/residents/facts.hpp"
#include "vault/access_log.hpp"

namespace wangdi::audit {
namespace {

using vault::AccessLogRow;
using vault::Operation;

constexpr std::int64_t kRowsAtOnce = 2'000;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kLooksAbout = 10'000;  // of one subject within the window, the latest

constexpr store::Statement kOpenCase{
    "audit_open_case",
    "SELECT audit_case FROM audit_case WHERE district = $1 AND account = $2 AND kind = $3"
    " AND open = $4 ORDER BY audit_case LIMIT 1"};

constexpr store::Statement kEarlier{
    "audit_earlier_reads",
    "SELECT actor, at FROM access_log WHERE district = $1 AND subject = $2 AND at >= $3"
    " AND at < $4 ORDER BY at DESC LIMIT $5"};

struct EarlierRow {
  AccountId actor;
  UnixMs at = 0;
};
WD_DESCRIBE(EarlierRow, actor, at)

struct CaseIdRow {
  AuditCaseId audit_case;
};
WD_DESCRIBE(CaseIdRow, audit_case)

// Residents look at what is their own; an auditor's export holds lines, not people.
bool is_judged(const AccessLogRow& row) {
  return row.actor != access::kSystemAccount && row.actor != access::kResidentAccount &&
         row.fields != 0;
}

// One account's lines of the day, with whom each was about.
struct Reader {
  AccountDay day;
  std::vector<Uuid> subjects;  // beside day.looks
};

class DayJudge {
 public:
  DayJudge(store::Connection& db, const DayPlace& place, const Limits& limits,
           std::int64_t export_rows_free)
      : db_(db),
        place_(place),
        limits_(limits),
        export_rows_free_(export_rows_free),
        grounds_(db, place, limits) {}

  Result<std::int64_t> read(std::int64_t after);
  Status find(JudgedDay& judged);

 private:
  void take(const AccessLogRow& row);
  Status find_grounds();
  Status find_repeated();
  using Reads = std::unordered_map<AccountId, std::vector<UnixMs>>;
  Result<const Reads*> earlier_reads(const Uuid& household);
  Result<std::set<CivilDate>> earlier_days(AccountId account, const Uuid& household, bool checked);

  store::Connection& db_;
  DayPlace place_;
  const Limits& limits_;
  std::int64_t export_rows_free_;
  Grounds grounds_;
  std::map<AccountId, Reader> readers_;
  std::unordered_map<Uuid, Reads> earlier_;
  std::int64_t lines_ = 0;
};

void DayJudge::take(const AccessLogRow& row) {
  ++lines_;
  if (!is_judged(row)) return;
  auto& reader = readers_[row.actor];
  // A second person has agreed to a large export.
  const bool agreed = row.operation == Operation::export_file && row.count > export_rows_free_;
  reader.day.looks.push_back({row.sequence,
                              row.at,
                              row.operation,
                              {},
                              agreed ? Ground::work_waits : Ground::none,
                              row.count});
  reader.subjects.push_back(row.subject);
}

// The last line that was taken: up to the first one of a later day.
Result<std::int64_t> DayJudge::read(std::int64_t after) {
  const auto end = place_.day.plus_days(1).start(place_.zone);
  while (lines_ < kLinesAtOnce) {
    WD_TRY(const auto rows, vault::access_rows_after(db_, place_.district, after, kRowsAtOnce));
    for (const auto& row : rows) {
      if (row.at >= end) return after;
      take(row);
      after = row.sequence;
    }
    if (std::ssize(rows) < kRowsAtOnce) break;
  }
  return after;
}

Status DayJudge::find_grounds() {
  std::vector<AccountId> accounts;
  for (const auto& [account, reader] : readers_) accounts.push_back(account);
  WD_TRY([[maybe_unused]] auto loaded, grounds_.load(accounts));
  for (auto& [account, reader] : readers_) {
    for (std::size_t i = 0; i < reader.subjects.size(); ++i) {
      auto& look = reader.day.looks[i];
      if (reader.subjects[i].is_nil()) continue;
      WD_TRY(look.household, grounds_.household_of(reader.subjects[i]));
      WD_TRY(look.ground, grounds_.of_read(account, reader.subjects[i], look.household, look.at));
    }
    reader.day.records = grounds_.records_of(account);
    reader.day.has_registered = grounds_.has_registered(account);
  }
  return ok();
}

// Earlier reads of the window, asked once a household, however many read it today.
Result<const DayJudge::Reads*> DayJudge::earlier_reads(const Uuid& household) {
  auto found = earlier_.find(household);
  if (found == earlier_.end()) {
    const auto until = place_.day.start(place_.zone);
    const auto from = until - (limits_.same_window_days - 1) * kDayMs;
    WD_TRY(const auto subjects,
           residents::subjects_of_household(db_, place_.district, HouseholdId{household}));
    Reads reads;
    for (const auto& subject : subjects) {
      WD_TRY(const auto rows, store::select<EarlierRow>(db_, kEarlier, place_.district, subject,
                                                        from, until, kLooksAbout));
      for (const auto& row : rows) reads[row.actor].push_back(row.at);
    }
    found = earlier_.emplace(household, std::move(reads)).first;
  }
  return &found->second;
}

// Days before this one on which the account read the household; with `checked` only those on which
// it recorded nothing there.
Result<std::set<CivilDate>> DayJudge::earlier_days(AccountId account, const Uuid& household,
                                                   bool checked) {
  std::set<CivilDate> days;
  WD_TRY(const auto* reads, earlier_reads(household));
  const auto own = reads->find(account);
  if (own == reads->end()) return days;
  for (const auto at : own->second) {
    bool recorded = false;
    if (checked) {
      WD_TRY(recorded, grounds_.recorded_earlier(account, household, at));
    }
    if (!recorded) days.insert(CivilDate::of(at, place_.zone));
  }
  return days;
}

Status DayJudge::find_repeated() {
  std::unordered_map<AccountId, std::vector<Uuid>> asked;
  for (const auto& [account, reader] : readers_) {
    std::map<Uuid, bool> grounded;
    for (const auto& look : reader.day.looks) {
      // That a door is still to be gone to explains one look, not one on many days.
      const bool rests = look.ground != Ground::none && look.ground != Ground::door_due;
      if (!look.household.is_nil()) grounded[look.household] |= rests;
    }
    for (const auto& [household, rests] : grounded) {
      if (rests) continue;
      WD_TRY(const auto days, earlier_days(account, household, false));
      if (std::ssize(days) + 1 >= limits_.same_days_least) asked[account].push_back(household);
    }
  }
  WD_TRY([[maybe_unused]] auto loaded, grounds_.load_earlier(asked));
  for (const auto& [account, households] : asked) {
    auto& reader = readers_[account];
    for (const auto& household : households) {
      WD_TRY(const auto days, earlier_days(account, household, true));
      reader.day.repeated.push_back({household, std::ssize(days)});
    }
  }
  return ok();
}

Status DayJudge::find(JudgedDay& judged) {
  WD_TRY([[maybe_unused]] auto rested, find_grounds());
  WD_TRY([[maybe_unused]] auto repeated, find_repeated());
  for (const auto& [account, reader] : readers_) {
    for (auto& finding : judge(reader.day, limits_, place_.zone)) {
      judged.cases.push_back({account, std::move(finding)});
    }
  }
  std::ranges::stable_sort(judged.cases, [](const FoundCase& a, const FoundCase& b) {
    return a.finding.without_task > b.finding.without_task;
  });
  if (judged.cases.size() > kCasesOfDay) {
    judged.day.left_out = static_cast<std::int64_t>(judged.cases.size() - kCasesOfDay);
    judged.cases.resize(kCasesOfDay);
  }
  judged.day.cases = std::ssize(judged.cases);
  judged.day.lines = lines_;
  judged.day.accounts = std::ssize(readers_);
  return ok();
}

Result<bus::EventDraft> case_event(const FoundCase& found, const JudgedDay& judged,
                                   bus::CommandContext& context, crypto::Random& random) {
  const auto& finding = found.finding;
  WD_TRY(const auto open,
         context.select<CaseIdRow>(kOpenCase, judged.district, found.account, finding.kind, true));
  if (!open.empty()) {
    return bus::event(
        open.front().audit_case.value, context.region,
        CaseContinued{judged.day.day, finding.reads, finding.without_task, finding.lines});
  }
  return bus::event(make_uuid_v7(context.now, random.take<10>()), context.region,
                    CaseOpened{found.account, finding.kind, judged.day.day, finding.reads,
                               finding.without_task, finding.lines, judged.due_on});
}

}  // namespace

Result<Limits> read_limits(const Parameters& parameters, const RegionCode& region, CivilDate day) {
  Limits limits;
  const std::pair<std::string_view, std::int64_t Limits::*> rows[] = {
      {"audit.ground_hours", &Limits::ground_hours},
      {"audit.follow_up_days", &Limits::follow_up_days},
      {"audit.requests_days", &Limits::requests_days},
      {"audit.households_least", &Limits::households_least},
      {"audit.share_percent_least", &Limits::share_percent_least},
      {"audit.same_days_least", &Limits::same_days_least},
      {"audit.same_window_days", &Limits::same_window_days},
      {"audit.searches_least", &Limits::searches_least},
      {"audit.search_minutes", &Limits::search_minutes},
      {"audit.night_least", &Limits::night_least},
      {"audit.night_from_hour", &Limits::night_from_hour},
      {"audit.night_until_hour", &Limits::night_until_hour},
      {"audit.export_rows_least", &Limits::export_rows_least},
      {"audit.trials_least", &Limits::trials_least},
      {"audit.case_days", &Limits::case_days},
  };
  for (const auto& [name, member] : rows) {
    WD_TRY(limits.*member, parameters.integer(name, region, day));
  }
  return limits;
}

Result<std::optional<JudgedDay>> judge_next_day(store::Connection& db, const Parameters& parameters,
                                                District district, UnixMs now, ZoneOffset zone) {
  WD_TRY(const auto stored, store::get(db, kJudged, {district}));
  JudgedDay judged;
  judged.district = district;
  judged.after_line = stored ? stored->last_line : 0;
  WD_TRY(const auto first, vault::access_rows_after(db, district, judged.after_line, 1));
  if (first.empty()) return std::optional<JudgedDay>();
  const auto today = CivilDate::of(now, zone);
  const auto day = CivilDate::of(first.front().at, zone);
  WD_TRY(const auto region, RegionCode::of(district));
  WD_TRY(const auto limits, read_limits(parameters, region, today));
  // Lines of a clock that ran ahead would keep the others waiting.
  if (now < judged_from(day, limits, zone) && day <= today) return std::optional<JudgedDay>();
  WD_TRY(const auto rows_free, parameters.integer("approvals.export_rows_free", region, today));
  judged.day.day = day;
  judged.due_on = today.plus_days(static_cast<std::int32_t>(limits.case_days));
  DayJudge judge(db, {district, day, zone}, limits, rows_free);
  WD_TRY(judged.day.last_line, judge.read(judged.after_line));
  WD_TRY([[maybe_unused]] auto found, judge.find(judged));
  return std::optional(std::move(judged));
}

Result<bus::Decision> record_day(const JudgedDay& judged, bus::CommandContext& context) {
  bus::Decision decision;
  const auto* stored = context.rows.find(kJudged, {judged.district});
  if ((stored ? stored->last_line : 0) != judged.after_line) return decision;
  crypto::Random random;
  for (const auto& found : judged.cases) {
    WD_TRY(auto event, case_event(found, judged, context, random));
    decision.events.push_back(std::move(event));
  }
  decision.events.push_back(
      bus::event(make_uuid_v7(context.now, random.take<10>()), context.region, judged.day));
  return decision;
}

}  // namespace wangdi::audit
