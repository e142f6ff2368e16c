// SPDX-License-Identifier: Apache-2.0
// The act: what goes, what the rows become, and what is told again.
#include "modules/retention/destroy.hpp"

#include <algorithm>
#include <ranges>

#include "codec/json.hpp"
#include "common/bus/lane.hpp"
#include "common/bus/rebuild.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/holds/facts.hpp"
#include "modules/reporting/facts.hpp"
#include "modules/residents/facts.hpp"
#include "modules/residents/messages.hpp"
#include "modules/retention/classes.hpp"
#include "modules/retention/held.hpp"
#include "modules/retention/live_rows.hpp"
#include "modules/screening/facts.hpp"
#include "vault/writer.hpp"

namespace wangdi::retention {
namespace {

using bus::CommandContext;
using bus::Decision;
using journal::Destroy;
using journal::Doomed;
using journal::RecordRow;
using screening::VisitCorrected;
using screening::VisitRecorded;
using screening::VisitRestated;

constexpr std::int64_t kLaterRecords = 1'000;  // read at once

bool is_visit(const RecordRow& record) {
  return record.type == VisitRecorded::kType || record.type == VisitCorrected::kType ||
         record.type == VisitRestated::kType;
}

Status catch_up(Index& index, store::Connection& db) {
  for (;;) {
    WD_TRY(const auto rows,
           journal::records_after(db, {index.district(), index.up_to()}, kLaterRecords));
    for (const auto& row : rows) {
      WD_TRY([[maybe_unused]] auto added, index.add(row));
    }
    if (rows.size() < static_cast<std::size_t>(kLaterRecords)) return ok();
  }
}

// What one portion is about, and what of it goes.
struct Work {
  std::vector<RecordRow> records;  // in order, none of them destroyed
  std::vector<Doomed> doomed;      // in order
  std::vector<HouseholdId> households;
  std::vector<Index::Erased> erased;
  std::map<HouseholdId, CivilDate> erased_homes;
  std::set<std::int64_t> of_erased_homes;  // positions of all that is about them
  std::vector<Matter> over;
  std::map<VisitId, std::vector<PersonId>> key_persons;  // of visits, as their records name them

  bool is_doomed(std::int64_t sequence) const {
    const auto at = std::ranges::lower_bound(doomed, sequence, {}, &Doomed::sequence);
    return at != doomed.end() && at->sequence == sequence;
  }
};

Status load(const std::vector<std::int64_t>& sequences, District district, store::Connection& db,
            Work& work) {
  for (const auto sequence : sequences) {
    WD_TRY(auto row, journal::record_at(db, {district, sequence}));
    if (row && row->body) work.records.push_back(std::move(*row));
  }
  return ok();
}

Status note_key_persons(Work& work) {
  for (const auto& record : work.records) {
    const VisitId visit{record.subject};
    if (record.type == VisitRecorded::kType) {
      WD_TRY(const auto event, codec::decode<VisitRecorded>(*record.body));
      work.key_persons[visit] = event.key_persons.items;
    } else if (record.type == VisitRestated::kType) {
      WD_TRY(const auto event, codec::decode<VisitRestated>(*record.body));
      work.key_persons[visit] = event.key_persons.items;
    }
  }
  return ok();
}

// All that is of the erased person alone, and every visit of the household: which of them were
// about the person must not show. Of an erased household everything, its visits and holds too.
Status doom_erased(Work& work) {
  for (const auto& record : work.records) {
    if (work.of_erased_homes.contains(record.sequence)) {
      work.doomed.push_back({record.sequence, Destroy::whole});
      continue;
    }
    WD_TRY(const auto what, about(record));
    if (what == About::visit) {
      work.doomed.push_back({record.sequence, Destroy::content});
    } else if (what == About::person) {
      WD_TRY(const auto person, person_of(record));
      if (std::ranges::find(work.erased, person, &Index::Erased::person) == work.erased.end()) {
        continue;
      }
      work.doomed.push_back({record.sequence, Destroy::whole});
    }
  }
  return ok();
}

Status doom_visits(const Index& index, Work& work) {
  std::set<Uuid> over;
  for (const auto& record : work.records) {
    if (!is_visit(record)) continue;
    WD_TRY(const auto last, last_day_of(record, index.zone()));
    if (!last) continue;
    if (is_over(*last, index.days(Rule::visits), index.today())) {
      over.insert(record.subject);
    } else {
      over.erase(record.subject);
    }
  }
  for (const auto& record : work.records) {
    if (is_visit(record) && over.contains(record.subject)) {
      work.doomed.push_back({record.sequence, Destroy::whole});
    }
  }
  return ok();
}

// Of a visit that goes, what was emptied before: its header said grid, time and who was there.
void doom_emptied(const Index& index, Work& work) {
  std::set<std::int64_t> emptied;
  for (const auto& record : work.records) {
    const auto at = std::ranges::lower_bound(work.doomed, record.sequence, {}, &Doomed::sequence);
    const bool goes =
        at != work.doomed.end() && at->sequence == record.sequence && at->how == Destroy::whole;
    if (!goes || !is_visit(record)) continue;
    const auto& those = index.emptied(VisitId{record.subject});
    emptied.insert(those.begin(), those.end());
  }
  for (const auto sequence : emptied) work.doomed.push_back({sequence, Destroy::whole});
  std::ranges::sort(work.doomed, {}, &Doomed::sequence);
}

void doom_over(Work& work) {
  std::set<std::int64_t> over;
  for (const auto& matter : work.over)
    over.insert(matter.sequences.begin(), matter.sequences.end());
  for (const auto& record : work.records) {
    if (over.contains(record.sequence)) work.doomed.push_back({record.sequence, Destroy::whole});
  }
}

// Whether there is anything to do for the rule; notes whom it is about.
bool take_household(const Portion& portion, const Index& index, HouseholdId household, Work& work) {
  switch (portion.rule) {
    case Rule::erasure: {
      const auto erased = index.erased().find(household);
      const auto home = index.erased_homes().find(household);
      if (erased != index.erased().end()) {
        work.erased.insert(work.erased.end(), erased->second.begin(), erased->second.end());
      }
      if (home != index.erased_homes().end()) {
        work.erased_homes.insert(*home);
        const auto& records = index.records_of(household);
        work.of_erased_homes.insert(records.begin(), records.end());
      }
      return erased != index.erased().end() || home != index.erased_homes().end();
    }
    case Rule::key_groups:
    case Rule::requests: {
      auto over = index.over(portion.rule, household);
      work.over.insert(work.over.end(), over.begin(), over.end());
      return !over.empty();
    }
    case Rule::visits:
    case Rule::held_commands:
    case Rule::staff_names:
      break;
  }
  return true;
}

Status doom_held(CommandContext& context, Work& work) {
  for (const auto& record : work.records) {
    WD_TRY(const bool is_held, is_about_held_household(CommandId{record.subject}, context));
    if (!is_held) work.doomed.push_back({record.sequence, Destroy::whole});
  }
  return ok();
}

Result<Work> work_of(const Portion& portion, const Index& index, CommandContext& context) {
  Work work;
  auto& rows = context.rows;
  auto& db = rows.connection();
  for (const auto household : portion.households) {
    // Asked here once more: a hold may have come since the night began.
    if (holds::held_until(rows, index.district(), household, index.today())) continue;
    if (!take_household(portion, index, household, work)) continue;
    work.households.push_back(household);
    WD_TRY([[maybe_unused]] auto loaded,
           load(index.records_of(household), index.district(), db, work));
  }
  if (portion.rule == Rule::held_commands) {
    WD_TRY([[maybe_unused]] auto loaded, load(portion.held, index.district(), db, work));
  }
  std::ranges::sort(work.records, {}, &RecordRow::sequence);
  WD_TRY([[maybe_unused]] auto noted, note_key_persons(work));
  switch (portion.rule) {
    case Rule::erasure: {
      WD_TRY([[maybe_unused]] auto doomed, doom_erased(work));
      doom_emptied(index, work);
      break;
    }
    case Rule::visits: {
      WD_TRY([[maybe_unused]] auto doomed, doom_visits(index, work));
      doom_emptied(index, work);
      break;
    }
    case Rule::held_commands: {
      WD_TRY([[maybe_unused]] auto doomed, doom_held(context, work));
      break;
    }
    case Rule::key_groups:
    case Rule::requests:
      doom_over(work);
      break;
    case Rule::staff_names:  // of no record: staff.cpp
      break;
  }
  return work;
}

// A rebuild of the records about some households, in memory.
struct Replay {
  store::Captured captured;
  store::Rows rows{captured, store::Start::kEmpty};
};

Status replay(const Work& work, bool with_doomed, const Tools& tools, ZoneOffset zone,
              Replay& into) {
  for (const auto& record : work.records) {
    if (!with_doomed && work.is_doomed(record.sequence)) continue;
    WD_TRY([[maybe_unused]] auto projected,
           bus::project_record(tools.registry, record, zone, into.rows));
  }
  return ok();
}

// What is told again of an erasure, from rows that are not flushed yet.
std::vector<bus::EventDraft> told_again(const Work& work, const Index& index, Replay& with) {
  std::vector<bus::EventDraft> events;
  const auto district = RegionCode::of(index.district()).value_or(RegionCode());
  std::vector<PersonId> gone;
  for (const auto& one : work.erased) {
    gone.push_back(one.person);
    events.push_back(bus::event(one.person.value, district, residents::ErasedPersonKept{one.on}));
  }
  for (const auto& [household, on] : work.erased_homes) {
    events.push_back(bus::event(household.value, district, residents::ErasedHouseholdKept{on}));
  }
  if (gone.empty()) return events;
  for (const auto household : work.households) {
    if (work.erased_homes.contains(household)) continue;
    for (auto& visit : screening::visits_without(with.rows, index.district(), household, gone,
                                                 work.key_persons)) {
      events.push_back(bus::event(visit.visit.value, visit.grid, std::move(visit.event)));
    }
  }
  return events;
}

Status project_drafts(const std::vector<bus::EventDraft>& events, const Tools& tools,
                      const Index& index, store::Rows& rows) {
  for (const auto& draft : events) {
    const auto* type = tools.registry.find_event(draft.type, draft.version);
    WD_ASSERT(type != nullptr);
    bus::Recorded frame;
    frame.position = {index.district(), index.up_to() + 1};
    frame.region = draft.region;
    frame.subject = draft.subject;
    bus::project(*type, draft.value.get(), frame, rows);
  }
  return rows.status();
}

// Free text about what goes lies in the vault under the visit, under the command that gave it,
// under the request, and of entries in key groups among the reasons of the person.
Status forget_text(const Work& work, CommandContext& context) {
  const auto district = context.region.district();
  std::map<VisitId, std::set<PersonId>> returned;
  const auto note = [&](const RecordRow& record, const auto& findings) {
    auto& persons = returned[VisitId{record.subject}];
    for (const auto& finding : findings) {
      if (finding.returned) persons.insert(finding.person);
    }
  };
  for (const auto& record : work.records) {
    if (!work.is_doomed(record.sequence)) continue;
    WD_TRY([[maybe_unused]] auto reason, context.vault.erase(district, record.command.value));
    if (record.type == VisitRecorded::kType) {
      WD_TRY(const auto event, codec::decode<VisitRecorded>(*record.body));
      note(record, event.findings);
    } else if (record.type == VisitCorrected::kType) {
      WD_TRY(const auto event, codec::decode<VisitCorrected>(*record.body));
      note(record, event.findings);
    } else if (record.type == VisitRestated::kType) {
      WD_TRY(const auto event, codec::decode<VisitRestated>(*record.body));
      note(record, event.findings);
    }
  }
  for (const auto& matter : work.over) {
    WD_TRY([[maybe_unused]] auto words,
           matter.rule == Rule::requests
               ? context.vault.erase(district, matter.request.value)
               : residents::forget_reasons(matter.person, matter.group, matter.starts_on, context));
  }
  for (const auto& [visit, persons] : returned) {
    std::vector<PersonId> those;
    // Of an erasure the visit itself stays, and with it where others of the household came from.
    if (work.erased.empty() && work.erased_homes.empty()) {
      those.assign(persons.begin(), persons.end());
    }
    WD_TRY([[maybe_unused]] auto gone, screening::forget_visit_text(visit, those, context));
  }
  return ok();
}

Result<journal::RecordsDestroyed> certified(const Portion& portion, const Work& work,
                                            journal::Destroyed destroyed, const Tools& tools,
                                            const CommandContext& context) {
  Certified what;
  what.district = context.region;
  what.rule = portion.rule;
  what.at = utc_text(context.now);
  what.records = static_cast<std::int64_t>(work.doomed.size());
  what.document = kErasureDocument;
  if (portion.rule != Rule::erasure) {
    WD_TRY(const auto* row,
           context.parameters.find(parameter_of(portion.rule), context.region, context.today));
    what.document = row->document;
    WD_TRY(what.days,
           context.parameters.integer(parameter_of(portion.rule), context.region, context.today));
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> positions;
  for (const auto& range : destroyed.records) positions.emplace_back(range.first, range.last);
  what.positions = positions;
  journal::RecordsDestroyed event;
  event.rule = name_of(portion.rule);
  event.records = std::move(destroyed.records);
  event.seals = std::move(destroyed.seals);
  event.statement = statement_of(what);
  event.signature = tools.sign(event.statement);
  return event;
}

}  // namespace

Result<Decision> destroy(const Portion& portion, const Tools& tools, Index& index,
                         journal::Destructions& before, CommandContext& context,
                         journal::Journal& journal) {
  const auto district = index.district();
  if (journal.has_appended(district)) return Error(ErrorCode::queue_full).with("seconds", "2");
  auto& live = context.rows.connection();
  WD_TRY([[maybe_unused]] auto flushed, context.rows.flush());
  WD_TRY([[maybe_unused]] auto up_to_date, catch_up(index, live));
  WD_TRY(const auto work, work_of(portion, index, context));
  if (work.doomed.empty()) return Decision{};
  for (const auto& record : work.records) {
    const bool is_emptied = is_visit(record) && work.is_doomed(record.sequence);
    if (is_emptied) index.note_emptied(VisitId{record.subject}, record.sequence);
  }

  Replay with, without;
  WD_TRY([[maybe_unused]] auto a, replay(work, true, tools, context.zone, with));
  WD_TRY([[maybe_unused]] auto b, replay(work, false, tools, context.zone, without));
  Decision decision;
  decision.events = told_again(work, index, with);
  WD_TRY([[maybe_unused]] auto c, with.rows.flush());
  WD_TRY([[maybe_unused]] auto d, without.rows.flush());
  WD_TRY([[maybe_unused]] auto made, make_live(with.captured, without.captured, live));
  context.rows.clear();
  WD_TRY([[maybe_unused]] auto forgotten, forget_text(work, context));
  WD_TRY(auto destroyed, journal::destroy(live, district, work.doomed, before));
  WD_TRY(auto event, certified(portion, work, std::move(destroyed), tools, context));
  before.add({district, index.up_to() + 1}, event);

  WD_TRY([[maybe_unused]] auto told, project_drafts(decision.events, tools, index, without.rows));
  WD_TRY([[maybe_unused]] auto after, without.rows.flush());
  auto figures = reporting::figures_between(with.captured, without.captured);
  decision.events.insert(decision.events.begin(),
                         bus::event(context.id.value, context.region, std::move(event)));
  decision.events.push_back(bus::event(context.id.value, context.region, std::move(figures)));
  return decision;
}

}  // namespace wangdi::retention
