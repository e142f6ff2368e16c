// SPDX-License-Identifier: Apache-2.0
// Who looked, and what was asked.
#include "modules/ledger/queries.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "modules/accounts/facts.hpp"
#include "modules/ledger/facts.hpp"
#include "modules/ledger/rules.hpp"
#include "modules/ledger/tables.hpp"
#include "modules/regions/facts.hpp"
#include "modules/residents/facts.hpp"
#include "vault/access_log.hpp"
#include "vault/reader.hpp"

namespace wangdi::ledger {
namespace {

using access::Role;
using bus::QueryContext;
using vault::Field;
using vault::Operation;

constexpr Field kWords = Field::note, kReason = Field::display;
// Looks at many that are read to find those that held this person.
constexpr std::int64_t kListsRead = 1'000;

constexpr store::Statement kRequestsOfPerson{
    "ledger_requests_of_person",
    "SELECT district, person, request, grid, kind, holder, way, asked_at, due_on, state"
    " FROM ledger_request WHERE district = $1 AND person = $2"
    " ORDER BY asked_at DESC, request DESC LIMIT $3"};
constexpr store::Statement kRequestsOfRegion{
    "ledger_requests_of_region",
    "SELECT district, person, request, grid, kind, holder, way, asked_at, due_on, state"
    " FROM ledger_request WHERE district = $1 AND grid >= $2 AND grid < $3"
    " AND (state > $4 OR (state = $4 AND due_on > $5)"
    " OR (state = $4 AND due_on = $5 AND request > $6))"
    " ORDER BY state, due_on, request LIMIT $7"};
constexpr store::Statement kNoticesOfPerson{
    "ledger_notices_of_person",
    "SELECT district, person, version, way, holder, given_at FROM ledger_notice"
    " WHERE district = $1 AND person = $2 ORDER BY version DESC LIMIT $3"};
constexpr store::Statement kAskedAbout{
    "ledger_asked_about",
    "SELECT person FROM ledger_request WHERE district = $1 AND (state = 1 OR asked_at >= $2)"
    " ORDER BY asked_at DESC, request LIMIT $3"};
constexpr store::Statement kAll[] = {kRequestsOfPerson, kRequestsOfRegion, kNoticesOfPerson,
                                     kAskedAbout};
static_assert(static_cast<int>(RequestState::open) == 1);

struct AskedRow {
  PersonId person;
};
WD_DESCRIBE(AskedRow, person)

// ---- the officer's list ----

// A place in the list: the last row of the page before.
struct Place {
  std::int32_t state = 0;
  CivilDate due_on;
  Uuid request;
};

std::string place_text(const StoredRequest& row) {
  return std::to_string(static_cast<int>(row.state)) + "." + row.due_on.text() + "." +
         row.request.text();
}

Result<Place> place_of(const std::optional<Text<100>>& after) {
  if (!after) return Place{};
  const auto parts = text::split(after->text, '.');
  const auto day = parts.size() == 3 ? CivilDate::parse(parts[1]) : std::nullopt;
  const auto request = parts.size() == 3 ? Uuid::parse(parts[2]) : std::nullopt;
  const bool known =
      parts.size() == 3 && parts[0].size() == 1 && parts[0][0] >= '1' && parts[0][0] <= '4';
  if (!known || !day || !request) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/after", ErrorCode::field_text_invalid);
  }
  return Place{parts[0][0] - '0', *day, *request};
}

std::optional<std::string> if_any(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(std::string(text));
}

Result<Requests> requests(const RequestsParams& params, QueryContext& context) {
  const auto district = params.region.district();
  WD_TRY(const auto after, place_of(params.after));
  constexpr auto kRows = static_cast<std::int64_t>(limits::kPageRows);
  const auto least = params.region.text(), above = least + ":";  // ':' follows '9'
  WD_TRY(const auto rows,
         store::select<StoredRequest>(context.db, kRequestsOfRegion, district, least, above,
                                      after.state, after.due_on, after.request, kRows + 1));
  Requests view;
  const bool words_shown = context.actor.role == Role::community_officer;
  for (const auto& row : rows) {
    if (std::ssize(view.rows.items) == kRows) {
      view.next = view.rows.items.empty() ? std::nullopt
                                          : std::optional(place_text(rows[limits::kPageRows - 1]));
      break;
    }
    RequestRow shown;
    shown.request = row.request;
    shown.person = row.person;
    shown.kind = row.kind;
    shown.holder = row.holder;
    shown.way = row.way;
    shown.asked_at = row.asked_at;
    shown.due_on = row.due_on;
    shown.days_left = days_left(row.due_on, context.today);
    shown.state = row.state;
    WD_TRY(const auto name, context.vault.get(district, row.person.value, Field::name));
    shown.name = vault::masked(Field::name, name.value_or(""));
    WD_TRY(const auto stored, residents::stored_person(context.db, district, row.person));
    if (stored) shown.household = stored->household;
    if (words_shown) {
      WD_TRY(const auto texts,
             context.vault.get(district, row.request.value, vault::Fields{kWords, kReason}));
      shown.words = if_any(texts.get(kWords));
      shown.reason = if_any(texts.get(kReason));
    }
    shown.grid.code = row.grid;
    shown.grid.level = row.grid.level();
    view.rows.items.push_back(std::move(shown));
  }
  std::vector<RegionCode> grids;
  for (const auto& row : view.rows) grids.push_back(row.grid.code);
  WD_TRY(auto names, regions::region_names(context.db, grids));
  for (std::size_t i = 0; i < names.size(); ++i) {
    view.rows.items[i].grid.name = std::move(names[i]);
  }
  return view;
}

// ---- the resident's own view ----

struct FoundLook {
  vault::AccessLogRow row;
  LookedAt about = LookedAt::person;
};

Result<std::vector<FoundLook>> found_looks(PersonId person, const residents::StoredPerson& stored,
                                           QueryContext& context) {
  const auto district = context.actor.region.district();
  constexpr auto kMost = static_cast<std::int64_t>(limits::kPageRows) + 1;
  std::vector<FoundLook> found;
  WD_TRY(auto own, vault::access_rows_about(context.db, district, person.value, kMost));
  for (auto& row : own) found.push_back({std::move(row), LookedAt::person});
  WD_TRY(auto home, vault::access_rows_about(context.db, district, stored.household.value, kMost));
  for (auto& row : home) found.push_back({std::move(row), LookedAt::household});
  WD_TRY(auto lists, vault::access_rows_about(context.db, district, Uuid{}, kListsRead));
  for (auto& row : lists) {
    // A search that found several does not say whom; an export or a match holds all of its region.
    if (row.operation == Operation::exact_search || !row.region.contains(stored.grid)) continue;
    found.push_back({std::move(row), LookedAt::list});
  }
  std::ranges::sort(found, [](const FoundLook& a, const FoundLook& b) {
    return std::tie(a.row.at, a.row.sequence) > std::tie(b.row.at, b.row.sequence);
  });
  return found;
}

std::string path_text(const regions::RegionView& region) {
  std::string text;
  for (const auto& step : region.path) text += step.name;
  return text.empty() ? region.name : text;
}

Result<Look> look_of(const FoundLook& found, QueryContext& context) {
  Look look;
  look.at = found.row.at;
  look.operation = found.row.operation;
  look.purpose = found.row.purpose;
  look.about = found.about;
  look.fields.items = vault::Fields::from_bits(found.row.fields).list();
  // The office, not the worker's own name: whoever looked is known to the officer who answers.
  WD_TRY(const auto office, accounts::office_of(context.db, found.row.actor, found.row.at));
  if (!office) return look;
  look.role = office->role;
  // What an auditor takes away are lines of the log, without a name.
  if (office->role == Role::audit_administrator) look.about = LookedAt::log;
  WD_TRY(const auto region, regions::region_view(context.db, office->region));
  if (region) look.office = path_text(*region);
  return look;
}

Status add_requests(PersonId person, QueryContext& context, LedgerView& view) {
  const auto district = context.actor.region.district();
  WD_TRY(const auto rows, store::select<StoredRequest>(context.db, kRequestsOfPerson, district,
                                                       person, std::int64_t{kOwnRequestsMax}));
  for (const auto& row : rows) {
    WD_TRY(const auto texts,
           context.vault.get(district, row.request.value, vault::Fields{kWords, kReason}));
    view.requests.items.push_back({row.request, row.kind, row.asked_at, row.due_on,
                                   days_left(row.due_on, context.today), row.state,
                                   if_any(texts.get(kWords)), if_any(texts.get(kReason))});
  }
  WD_TRY(const auto notices, store::select<NoticeRow>(context.db, kNoticesOfPerson, district,
                                                      person, std::int64_t{kNoticesMax}));
  for (const auto& row : notices) {
    view.notices.items.push_back({row.version, row.way, row.holder, row.given_at});
  }
  return ok();
}

}  // namespace

Result<LedgerView> ledger_view(PersonId person, QueryContext& context) {
  const auto district = context.actor.region.district();
  WD_TRY(const auto stored, residents::stored_person(context.db, district, person));
  if (!stored) return Error(ErrorCode::not_found);
  LedgerView view;
  WD_TRY(const auto name, context.vault.get(district, person.value, Field::name));
  view.name = vault::masked(Field::name, name.value_or(""));
  const auto community = stored->grid.at(RegionLevel::community);
  WD_TRY(const auto region, regions::region_view(context.db, community));
  if (region) view.community = region->name;
  WD_TRY(auto looks, found_looks(person, *stored, context));
  view.has_more = looks.size() > limits::kPageRows;
  if (view.has_more) looks.resize(limits::kPageRows);
  for (const auto& found : looks) {
    WD_TRY(auto look, look_of(found, context));
    view.looks.items.push_back(std::move(look));
  }
  WD_TRY([[maybe_unused]] auto added, add_requests(person, context, view));
  WD_TRY(view.holds, holds::holds_told(district, stored->household, context));
  return view;
}

Result<std::vector<PersonId>> asked_about(store::Connection& db, District district, UnixMs since) {
  WD_TRY(const auto rows, store::select<AskedRow>(db, kAskedAbout, district, since, kRequestFacts));
  std::vector<PersonId> persons;
  for (const auto& row : rows) persons.push_back(row.person);
  return persons;
}

std::span<const store::Statement> statements() { return kAll; }

void register_queries(bus::Registry& registry) {
  registry.query<RequestsParams, Requests>(
      {bus::QueryMethod::get, "ledger/requests", access::kOfficers,
       [](const RequestsParams& params, QueryContext&) -> Result<RegionCode> {
         return params.region;
       },
       "居民提的申请", "Requests of residents"},
      requests);
}

}  // namespace wangdi::ledger
