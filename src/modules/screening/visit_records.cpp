// SPDX-License-Identifier: Apache-2.0
// Visits with their doors, who recorded them and what was found; words stay in the vault.
#include "modules/screening/visit_records.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_map>

#include "modules/accounts/facts.hpp"
#include "modules/regions/facts.hpp"
#include "modules/residents/facts.hpp"
#include "modules/screening/facts.hpp"
#include "modules/screening/free_text.hpp"
#include "modules/screening/rules.hpp"
#include "modules/screening/statements.hpp"
#include "modules/screening/tables.hpp"
#include "vault/reader.hpp"

namespace wangdi::screening {
namespace {

using bus::QueryContext;
using indicators::Indicator;
using vault::Field;

struct ListedVisit {
  HouseholdId household;
  VisitId visit;
  BuildingId building;
  UnixMs at = 0;
  AccountId actor;
  VisitOutcome outcome = VisitOutcome::all_well;
  std::string findings;
  bool has_note = false;
  bool corrected = false;
};
WD_DESCRIBE(ListedVisit, household, visit, building, at, actor, outcome, findings, has_note,
            corrected)

constexpr store::Statement kVisitsOfHousehold{
    "screening_visits_of_household",
    "SELECT v.household, v.visit, h.building, v.occurred_at, v.actor, v.outcome, v.findings,"
    " v.has_note, v.corrected FROM visit v JOIN household h ON h.district = v.district"
    " AND h.household = v.household WHERE v.district = $1 AND v.household = $2"
    " AND (v.occurred_at, v.visit) < ($3, $4) ORDER BY v.occurred_at DESC, v.visit DESC LIMIT $5"};
constexpr store::Statement kVisitsOfDay{
    "screening_visits_of_day",
    "SELECT v.household, v.visit, h.building, v.occurred_at, v.actor, v.outcome, v.findings,"
    " v.has_note, v.corrected FROM visit v JOIN household h ON h.district = v.district"
    " AND h.household = v.household WHERE v.district = $1 AND v.day = $2 AND v.grid >= $3"
    " AND v.grid < $3 || ':' AND (v.occurred_at, v.visit) < ($4, $5)"
    " AND v.outcome BETWEEN $6 AND $7 AND v.exceptions >= $8 AND v.fevers >= $9"
    " AND v.key_persons >= $10 ORDER BY v.occurred_at DESC, v.visit DESC LIMIT $11"};
// Behind a running figure stand the doors of the round, each with the visit that counted that day.
constexpr store::Statement kDoorsOfRound{
    "screening_doors_of_round",
    "SELECT d.district, d.round, d.household, d.visit, d.occurred_at, d.day, d.outcome,"
    " d.revisit_by, d.earlier FROM household h JOIN door d ON d.district = h.district"
    " AND d.round = $1 AND d.household = h.household WHERE h.district = $2 AND h.grid >= $3"
    " AND h.grid < $3 || ':' ORDER BY h.household"};
constexpr store::Statement kVisitById{
    "screening_visit_by_id",
    "SELECT v.household, v.visit, h.building, v.occurred_at, v.actor, v.outcome, v.findings,"
    " v.has_note, v.corrected FROM visit v JOIN household h ON h.district = v.district"
    " AND h.household = v.household WHERE v.district = $1 AND v.household = $2 AND v.visit = $3"};
constexpr store::Statement kAll[] = {kVisitsOfHousehold, kVisitsOfDay, kDoorsOfRound, kVisitById};

// The counters that run on from day to day, and what of a door each counts.
std::optional<DoorCount> running_count(std::optional<Indicator> indicator) {
  if (indicator == Indicator::households_reached) return DoorCount::reached;
  if (indicator == Indicator::households_vacant) return DoorCount::vacant;
  if (indicator == Indicator::revisits_lapsed) return DoorCount::revisit_lapsed;
  return std::nullopt;
}

// Which visits of a day count for a figure.
struct Filter {
  VisitOutcome first = VisitOutcome::all_well;
  VisitOutcome last = VisitOutcome::vacant;
  std::int32_t exceptions = 0;  // at least
  std::int32_t fevers = 0;
  std::int32_t key_persons = 0;
};
// The filter writes outcomes as a range.
static_assert(is_reached(VisitOutcome{1}) && is_reached(VisitOutcome{2}) &&
              !is_reached(VisitOutcome{3}));

// Nothing for figures of the roster, behind which there is no visit, and for running ones.
std::optional<Filter> filter_of(std::optional<Indicator> indicator) {
  if (!indicator) return Filter{};
  switch (*indicator) {
    case Indicator::households_registered:
    case Indicator::persons_registered:
    case Indicator::key_persons_due:
    case Indicator::households_reached:
    case Indicator::households_vacant:
    case Indicator::revisits_lapsed:
      return std::nullopt;
    case Indicator::key_persons_seen:
      return Filter{VisitOutcome::all_well, VisitOutcome::exception, 0, 0, 1};
    case Indicator::visits:
      return Filter{};
    case Indicator::exceptions:
      return Filter{.exceptions = 1};
    case Indicator::fevers:
      return Filter{.exceptions = 1, .fevers = 1};
  }
  return std::nullopt;
}

Error wrong_field(std::string pointer, ErrorCode code) {
  Error error(ErrorCode::invalid_fields);
  error.add_field({std::move(pointer), code, {}});
  return std::move(error).with("count", "1");
}

// The place in the list after which a page begins, as "milliseconds.visit".
VisitTime first_page() {
  VisitTime mark{std::numeric_limits<UnixMs>::max(), {}};
  mark.visit.value.bytes.fill(0xFF);
  return mark;
}
std::string text_of(const ListedVisit& visit) {
  return std::to_string(visit.at) + "." + visit.visit.text();
}
Result<VisitTime> page_mark(const std::optional<Text<80>>& after) {
  if (!after) return first_page();
  const std::string_view text = after->text;
  const auto dot = text.find('.');
  VisitTime mark;
  if (dot != text.npos) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + dot, mark.occurred_at);
    const auto visit = Uuid::parse(text.substr(dot + 1));
    if (failed == std::errc{} && end == text.data() + dot && visit) {
      mark.visit = VisitId{*visit};
      return mark;
    }
  }
  return wrong_field("/after", ErrorCode::field_text_invalid);
}

constexpr std::int64_t kRowsRead = static_cast<std::int64_t>(limits::kPageRows) + 1;

// The doors of the round shown on the day that the figure counts, latest visit first.
Result<std::vector<ListedVisit>> standing_visits(const VisitsParams& params, DoorCount wanted,
                                                 VisitTime mark, QueryContext& context) {
  const auto day = params.day.value_or(context.today);
  const auto district = params.community->district();
  WD_TRY(const auto rounds, rounds_over(context.db, *params.community, day));
  if (rounds.empty()) return std::vector<ListedVisit>();
  WD_TRY(const auto doors, store::select<DoorRow>(context.db, kDoorsOfRound, rounds.front().round,
                                                  district, *params.community));
  std::vector<std::pair<VisitTime, HouseholdId>> found;
  for (const auto& door : doors) {
    const auto visits = visits_at(door);
    const auto standing = standing_on(visits, day);
    if (!standing || standing->counter != wanted || !(standing->visit < mark)) continue;
    found.emplace_back(standing->visit, door.household);
  }
  std::ranges::sort(found, std::ranges::greater());
  if (found.size() > kRowsRead) found.resize(kRowsRead);
  std::vector<ListedVisit> listed;
  for (const auto& [time, household] : found) {
    WD_TRY(auto visit,
           store::select_one<ListedVisit>(context.db, kVisitById, district, household, time.visit));
    if (visit) listed.push_back(std::move(*visit));
  }
  return listed;
}

Result<std::vector<ListedVisit>> listed(const VisitsParams& params, QueryContext& context) {
  WD_TRY(const auto mark, page_mark(params.after));
  if (params.household) {
    const auto district = context.actor.region.district();
    return store::select<ListedVisit>(context.db, kVisitsOfHousehold, district, *params.household,
                                      mark.occurred_at, mark.visit, kRowsRead);
  }
  if (const auto count = running_count(params.indicator)) {
    return standing_visits(params, *count, mark, context);
  }
  const auto filter = filter_of(params.indicator);
  if (!filter) return wrong_field("/indicator", ErrorCode::field_choice_unknown);
  return store::select<ListedVisit>(
      context.db, kVisitsOfDay, params.community->district(), params.day.value_or(context.today),
      *params.community, mark.occurred_at, mark.visit, filter->first, filter->last,
      filter->exceptions, filter->fevers, filter->key_persons, kRowsRead);
}

// Values of the vault by subject, for the subjects of one page.
class Kept {
 public:
  static Result<Kept> read(District district, std::vector<Uuid> subjects, vault::Fields fields,
                           QueryContext& context) {
    std::ranges::sort(subjects);
    subjects.erase(std::ranges::unique(subjects).begin(), subjects.end());
    WD_TRY(auto values, context.vault.get_many(district, subjects, fields));
    Kept kept;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      kept.values_.emplace(subjects[i], std::move(values[i]));
    }
    return kept;
  }
  std::string_view get(const Uuid& subject, Field field) const {
    const auto found = values_.find(subject);
    return found == values_.end() ? std::string_view() : found->second.get(field);
  }

 private:
  std::unordered_map<Uuid, vault::Values> values_;
};

FindingList findings_in(const ListedVisit& visit) {
  if (visit.findings.empty()) return {};
  return codec::decode<Findings>(visit.findings).value_or(Findings{}).findings;
}

VisitException exception_of(const Finding& finding, VisitId visit, const Kept& journeys) {
  VisitException exception;
  exception.person = finding.person;
  exception.temperature = finding.temperature;
  if (!finding.temperature && !finding.symptoms.empty()) exception.temperature_not_measured = true;
  exception.symptoms = finding.symptoms;
  if (finding.returned) {
    exception.returned = journey_of(journeys.get(finding.person.value, Field::journey), visit);
    if (exception.returned) exception.returned->from_text.reset();
  }
  if (finding.contact != Contact::none) exception.contact = finding.contact;
  return exception;
}

Result<std::vector<VisitRecord>> shown(const std::vector<ListedVisit>& visits, District district,
                                       QueryContext& context) {
  std::vector<Uuid> households, persons;
  std::vector<AccountId> actors;
  std::vector<FindingList> findings;
  std::unordered_map<BuildingId, std::string> buildings;
  for (const auto& visit : visits) {
    households.push_back(visit.household.value);
    actors.push_back(visit.actor);
    for (const auto& finding : findings.emplace_back(findings_in(visit))) {
      if (finding.returned) persons.push_back(finding.person.value);
    }
    const auto [known, added] = buildings.try_emplace(visit.building);
    if (!added) continue;
    WD_TRY(auto facts, regions::building_facts(context.db, district, visit.building));
    if (facts) known->second = std::move(facts->name);
  }
  WD_TRY(const auto doors,
         Kept::read(district, std::move(households), {Field::unit, Field::room}, context));
  WD_TRY(auto names, accounts::account_names(context.db, context.vault, actors));
  WD_TRY(const auto journeys, Kept::read(district, std::move(persons), {Field::journey}, context));
  std::vector<VisitRecord> records;
  records.reserve(visits.size());
  for (std::size_t i = 0; i < visits.size(); ++i) {
    const auto& visit = visits[i];
    auto& record = records.emplace_back();
    record.visit = visit.visit;
    record.household = visit.household;
    record.door = residents::door_label(
        {buildings.at(visit.building), doors.get(visit.household.value, Field::unit),
         doors.get(visit.household.value, Field::room)},
        context.language == "en" ? residents::DoorLanguage::english
                                 : residents::DoorLanguage::chinese);
    record.outcome = visit.outcome;
    record.at = visit.at;
    record.by = std::move(names[i]);
    record.corrected = visit.corrected;
    for (const auto& finding : findings[i]) {
      record.exceptions.push_back(exception_of(finding, visit.visit, journeys));
    }
    record.has_note = visit.has_note;
  }
  return records;
}

}  // namespace

std::span<const store::Statement> record_statements() { return kAll; }

Result<RegionCode> visits_region(const VisitsParams& params, QueryContext& context) {
  if (params.household) {
    WD_TRY(const auto grid,
           residents::stored_grid(context.db, context.actor.region.district(), *params.household));
    if (!grid) return Error(ErrorCode::not_found);
    return *grid;
  }
  if (!params.community) return wrong_field("/community", ErrorCode::field_missing);
  if (params.community->level() < RegionLevel::community) {
    return wrong_field("/community", ErrorCode::region_code_invalid);
  }
  return *params.community;
}

Result<VisitRecords> visit_records(const VisitsParams& params, QueryContext& context) {
  WD_TRY(auto visits, listed(params, context));
  VisitRecords view;
  if (visits.size() > limits::kPageRows) {
    visits.resize(limits::kPageRows);
    view.next = text_of(visits.back());
  }
  WD_TRY(view.rows, shown(visits, context.actor.region.district(), context));
  return view;
}

}  // namespace wangdi::screening
