// SPDX-License-Identifier: Apache-2.0
// The desk: what waits for an officer. Alarms are read over districts by the index of open ones.
#include "modules/status/queries.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "common/parameters/parameters.hpp"
#include "modules/regions/facts.hpp"
#include "modules/residents/facts.hpp"
#include "modules/status/limits.hpp"
#include "modules/status/tables.hpp"
#include "modules/status/views.hpp"
#include "vault/reader.hpp"

namespace wangdi::status {
namespace {

using access::Role;
using bus::QueryContext;

constexpr std::int64_t kDeskMs = 5'000;
static_assert(static_cast<int>(EntryState::in_force) == 1);
static_assert(static_cast<int>(EntryState::waiting) == 2);

constexpr store::Statement kWaiting{
    "status_waiting",
    "SELECT district, person, entry, household, grid, key_group, starts_on, ends_on, source, visit,"
    " state, counts, set_by, set_role, set_at, decided_by, review, asked_through, review_due_on,"
    " review_result, reviewed_by FROM status_entry WHERE district = $1 AND state = 2"
    " AND set_at > $2 AND grid >= $3 AND grid < $3 || ':' ORDER BY set_at, entry LIMIT $4"};
constexpr store::Statement kReviews{
    "status_reviews",
    "SELECT district, person, entry, household, grid, key_group, starts_on, ends_on, source, visit,"
    " state, counts, set_by, set_role, set_at, decided_by, review, asked_through, review_due_on,"
    " review_result, reviewed_by FROM status_entry WHERE district = $1 AND review IS NOT NULL"
    " AND review_result IS NULL AND grid >= $2 AND grid < $2 || ':'"
    " ORDER BY review_due_on, entry LIMIT $3"};
constexpr store::Statement kAlarms{
    "status_alarms",
    "SELECT district, alarm, region, kind, caused_by, role, count, minutes, raised_at, open,"
    " answered_by, answered_at FROM status_alarm WHERE open = $1 AND region >= $2"
    " AND region < $2 || ':' ORDER BY raised_at, alarm LIMIT $3"};
constexpr store::Statement kWaitingInDistrict{
    "status_waiting_in_district",
    "SELECT COUNT(*) AS count FROM status_entry WHERE district = $1 AND state = 2 AND set_at > $2"};

Result<std::optional<EntryView>> entry_view(const EntryRow& row, QueryContext& context) {
  WD_TRY(auto place, residents::person_place(context.db, context.vault, row.district, row.person,
                                             context.language));
  if (!place) return std::optional<EntryView>();
  WD_TRY(const auto reasons, residents::reasons_of(context.vault, row.district, row.person));
  EntryView view;
  view.entry = row.entry;
  view.person = row.person;
  view.household = row.household;
  view.grid = row.grid;
  view.door = std::move(place->door);
  view.name = std::move(place->name_masked);
  view.group = row.key_group;
  view.source = row.source;
  view.starts_on = row.starts_on;
  view.ends_on = row.ends_on;
  view.set_at = row.set_at;
  const auto reader = context.actor.account;
  view.is_own = row.set_by == reader || row.decided_by == reader;
  const auto reason = std::ranges::find_if(reasons, [&](const residents::KeyReason& one) {
    return one.ground && one.ground->entry == row.entry;
  });
  if (reason != reasons.end()) {
    view.reason = reason->reason;
    if (reason->ground->review) view.words = reason->ground->review->words;
  }
  if (row.review) view.due_on = row.review_due_on;
  return std::optional(std::move(view));
}

Status add_entries(const std::vector<EntryRow>& rows, QueryContext& context,
                   List<EntryView, kDeskRows>& to) {
  for (const auto& row : rows) {
    WD_TRY(auto view, entry_view(row, context));
    if (view) to.items.push_back(std::move(*view));
  }
  return ok();
}

Result<std::int64_t> waiting_behind(const AlarmRow& row, QueryContext& context) {
  WD_TRY(const auto lapsed,
         lapsed_before(row.region, context.parameters, context.today, context.now));
  WD_TRY(
      const auto found,
      row.kind == AlarmKind::officer
          ? store::select_one<CountRow>(context.db, kWaitingOf, row.district, lapsed, row.caused_by)
          : store::select_one<CountRow>(context.db, kWaitingInDistrict, row.district, lapsed));
  return found ? found->count : 0;
}

Result<AlarmsView> alarms(const AlarmsParams& params, QueryContext& context) {
  AlarmsView view;
  WD_TRY(const auto rows, store::select<AlarmRow>(context.db, kAlarms, true, params.region,
                                                  static_cast<std::int64_t>(kDeskRows)));
  std::vector<RegionCode> codes;
  for (const auto& row : rows) codes.push_back(row.region);
  WD_TRY(auto names, regions::region_names(context.db, codes));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    WD_TRY(const auto waiting, waiting_behind(row, context));
    view.rows.items.push_back({row.alarm, row.region, std::move(names[i]), row.kind, row.role,
                               row.count, waiting, row.minutes, row.raised_at,
                               answers(context.actor.role, row.kind, row.role)});
  }
  return view;
}

// Whose entry of the group runs, waits or was withdrawn for this record is not proposed again.
Result<bool> is_dealt_with(const screening::RecordedFact& fact, KeyGroup group, UnixMs lapsed,
                           QueryContext& context) {
  const auto district = fact.grid.district();
  WD_TRY(const auto groups,
         residents::groups_of(context.db, district, fact.household, fact.person, context.today));
  if (std::ranges::find(groups, group) != groups.end()) return true;
  bool found = false;
  WD_TRY([[maybe_unused]] auto read,
         context.db.by_key(kEntry.info(), 2, store::bind_all(district, fact.person),
                           [&](const store::RowReader& stored) {
                             const auto row = store::read_row<EntryRow>(stored);
                             const bool waits =
                                 row.state == EntryState::waiting && row.set_at > lapsed;
                             const bool over =
                                 row.state == EntryState::withdrawn && row.visit == fact.visit;
                             found = found || (row.key_group == group && (waits || over));
                             return !found;
                           }));
  return found;
}

Status add_proposed(const RegionCode& region, UnixMs lapsed, QueryContext& context,
                    DeskView& view) {
  constexpr std::int32_t kDaysBack = 30;
  WD_TRY(const auto facts,
         screening::recorded_facts(region, context.today.plus_days(-kDaysBack), context));
  std::set<std::pair<PersonId, KeyGroup>> shown;
  for (const auto& fact : facts) {
    WD_TRY(const auto proposals, proposals_for(fact, fact.grid, context.parameters, context.today));
    for (const auto& proposal : proposals) {
      if (view.proposed.items.size() == kDeskRows) return ok();
      if (!shown.emplace(fact.person, proposal.group).second) continue;
      WD_TRY(const bool dealt, is_dealt_with(fact, proposal.group, lapsed, context));
      if (dealt) continue;
      WD_TRY(auto place, residents::person_place(context.db, context.vault, fact.grid.district(),
                                                 fact.person, context.language));
      if (!place) continue;
      view.proposed.items.push_back({fact.person, place->household, place->grid,
                                     std::move(place->door), std::move(place->name_masked),
                                     proposal.group, fact.visit, std::string(proposal.rule),
                                     proposal.fact_on, proposal.starts_on, proposal.ends_on,
                                     fact.recorder == context.actor.account});
    }
  }
  return ok();
}

Result<DeskView> desk(const DeskParams& params, QueryContext& context) {
  context.db.limit_time(kDeskMs);
  DeskView view;
  const auto district = params.region.district();
  const auto most = static_cast<std::int64_t>(kDeskRows);
  WD_TRY(const auto lapsed,
         lapsed_before(params.region, context.parameters, context.today, context.now));
  WD_TRY(const auto waiting,
         store::select<EntryRow>(context.db, kWaiting, district, lapsed, params.region, most));
  WD_TRY([[maybe_unused]] auto added, add_entries(waiting, context, view.waiting));
  WD_TRY(const auto reviews,
         store::select<EntryRow>(context.db, kReviews, district, params.region, most));
  WD_TRY([[maybe_unused]] auto asked, add_entries(reviews, context, view.reviews));
  WD_TRY([[maybe_unused]] auto proposed, add_proposed(params.region, lapsed, context, view));
  return view;
}

}  // namespace

void register_queries(bus::Registry& registry) {
  constexpr access::Roles kReaders = {Role::community_officer, Role::township_officer,
                                      Role::county_officer, Role::higher_officer};
  registry.query<DeskParams, DeskView>(
      {bus::QueryMethod::get, "status/desk", access::kOfficers,
       [](const DeskParams& params, QueryContext&) -> Result<RegionCode> { return params.region; },
       "认定：等您办的", "Statuses: what waits for you"},
      desk);
  registry.query<AlarmsParams, AlarmsView>(
      {bus::QueryMethod::get, "status/alarms", kReaders,
       [](const AlarmsParams& params, QueryContext&) -> Result<RegionCode> {
         return params.region;
       },
       "认定：没有回应的警报", "Statuses: alarms nobody has answered"},
      alarms);
}

}  // namespace wangdi::status
