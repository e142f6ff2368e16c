// SPDX-License-Identifier: Apache-2.0
// Table, commands, projections and the list of holds: few enough for one file.
#include "modules/holds/module.hpp"

#include "common/parameters/parameters.hpp"
#include "modules/accounts/facts.hpp"
#include "modules/holds/facts.hpp"
#include "modules/holds/rules.hpp"
#include "modules/holds/tables.hpp"
#include "modules/holds/views.hpp"
#include "modules/holds/words.hpp"
#include "modules/regions/facts.hpp"
#include "modules/residents/facts.hpp"
#include "modules/residents/messages.hpp"

namespace wangdi::holds {
namespace {

using access::Role;
using bus::CommandContext;
using bus::Decision;
using bus::QueryContext;
using bus::Recorded;
using vault::Field;

// Who answers to courts and other bodies for a district.
constexpr access::Roles kHolders = {Role::county_officer};
constexpr access::Roles kReaders = {Role::community_officer, Role::township_officer,
                                    Role::county_officer};

constexpr store::Statement kOfRegion{
    "holds_of_region",
    "SELECT district, household, hold, grid, ground, ends_on, told, set_by, set_at, lifted_by,"
    " lifted_on FROM legal_hold WHERE district = $1 AND grid >= $2 AND grid < $2 || ':'"
    " ORDER BY ends_on DESC, hold LIMIT $3"};

Result<std::int64_t> days_most(const Parameters& parameters, const RegionCode& region,
                               CivilDate today) {
  return parameters.integer("holds.days_most", region, today);
}

Result<RegionCode> grid_of(HouseholdId household, CommandContext& context) {
  auto facts = residents::household_facts(context.rows, context.region.district(), household);
  if (!facts) return Error(ErrorCode::not_found);
  return std::move(facts->grid);
}

Status keep(const HoldRow& row, const HoldWords& words, CommandContext& context) {
  return context.vault.put(row.district, row.hold.value, Field::note, codec::encode(words));
}

Result<Decision> set_hold(const SetHold& command, CommandContext& context) {
  WD_TRY(const auto grid, grid_of(command.household, context));
  HoldRow row;
  row.district = context.region.district();
  row.hold = command.hold;
  if (context.rows.find(kHold, {row.district, command.household, command.hold}) != nullptr) {
    return Error(ErrorCode::command_id_reused);
  }
  WD_TRY(const auto most, days_most(context.parameters, grid, context.today));
  WD_TRY([[maybe_unused]] auto right, check_end(command.ends_on, context.today, most));
  WD_TRY(
      [[maybe_unused]] auto kept,
      keep(row, {command.case_number.text, command.issuer.text, command.reason.text, {}}, context));
  Decision decision;
  decision.events.push_back(
      bus::event(command.household.value, grid,
                 HoldSet{command.hold, command.ground, command.ends_on, command.told}));
  return decision;
}

Result<Decision> lift_hold(const LiftHold& command, CommandContext& context) {
  const auto* stored =
      context.rows.find(kHold, {context.region.district(), command.household, command.hold});
  if (stored == nullptr) return Error(ErrorCode::not_found);
  const auto row = *stored;
  if (!runs({row.ends_on, row.lifted_on}, context.today)) return Error(ErrorCode::already_decided);
  WD_TRY(auto words, words_of(context.vault, row));
  words.lifted_because = command.reason.text;
  WD_TRY([[maybe_unused]] auto kept, keep(row, words, context));
  Decision decision;
  decision.events.push_back(
      bus::event(command.household.value, row.grid, HoldLifted{command.hold}));
  return decision;
}

void hold_set(const HoldSet& event, const Recorded& frame, store::Rows& rows) {
  HoldRow row;
  row.district = frame.position.district;
  row.household = HouseholdId{frame.subject};
  row.hold = event.hold;
  row.grid = frame.region;
  row.ground = event.ground;
  row.ends_on = event.ends_on;
  row.told = event.told;
  row.set_by = frame.actor;
  row.set_at = frame.recorded_at;
  rows.put(kHold, std::move(row));
}

void hold_lifted(const HoldLifted& event, const Recorded& frame, store::Rows& rows) {
  const auto* stored =
      rows.find(kHold, {frame.position.district, HouseholdId{frame.subject}, event.hold});
  if (stored == nullptr) return;
  auto row = *stored;
  row.lifted_by = frame.actor;
  row.lifted_on = frame.day;
  rows.put(kHold, std::move(row));
}

Status refuse_held(HouseholdId household, CommandContext& context) {
  const auto until = held_until(context.rows, context.region.district(), household, context.today);
  if (!until) return ok();
  return Error(ErrorCode::hold_runs).with("day", until->text());
}

// Who is in a case is not erased before its end: they are told until when (PIPL 47, last sentence).
Status refuse_erasure(PersonId person, CommandContext& context) {
  const auto district = context.region.district();
  const auto household = residents::household_of(context.rows, district, person);
  if (!household) return ok();
  return refuse_held(*household, context);
}

// The records of its holds go in the night, as those of the household.
void household_erased(const residents::HouseholdErased&, const Recorded& frame, store::Rows& rows) {
  const auto district = frame.position.district;
  for (const auto& row : rows.list(kHold, district, HouseholdId{frame.subject})) {
    rows.erase(kHold, {district, row.household, row.hold});
  }
}

// The door in words. The vault keeps it as building, unit and room, as lists sort it.
Result<std::string> door_of(const HoldRow& row, QueryContext& context) {
  WD_TRY(const auto values,
         context.vault.get(row.district, row.household.value,
                           vault::Fields{Field::unit, Field::room, Field::display}));
  const auto display = values.get(Field::display);
  std::string building;
  if (const auto id = Uuid::parse(display.substr(0, display.find('/')))) {
    WD_TRY(const auto facts, regions::building_facts(context.db, row.district, BuildingId{*id}));
    if (facts) building = facts->name;
  }
  const auto language = context.language == "en" ? residents::DoorLanguage::english
                                                 : residents::DoorLanguage::chinese;
  return residents::door_label({building, values.get(Field::unit), values.get(Field::room)},
                               language);
}

HoldView shown(const HoldRow& row, const QueryContext& context) {
  HoldView view;
  view.hold = row.hold;
  view.household = row.household;
  view.grid.code = row.grid;
  view.grid.level = row.grid.level();
  view.ground = row.ground;
  view.ends_on = row.ends_on;
  view.runs = runs({row.ends_on, row.lifted_on}, context.today);
  view.told = row.told;
  view.set_at = row.set_at;
  view.lifted_on = row.lifted_on;
  return view;
}

Result<HoldsView> holds_of(const HoldsParams& params, QueryContext& context) {
  const auto district = params.region.district();
  WD_TRY(const auto rows, store::select<HoldRow>(context.db, kOfRegion, district, params.region,
                                                 static_cast<std::int64_t>(limits::kPageRows)));
  std::vector<RegionCode> grids;
  std::vector<AccountId> accounts;
  for (const auto& row : rows) {
    grids.push_back(row.grid);
    accounts.push_back(row.set_by);
  }
  WD_TRY(auto places, regions::region_names(context.db, grids));
  WD_TRY(auto names, accounts::account_names(context.db, context.vault, accounts));
  HoldsView view;
  WD_TRY(view.days_most, days_most(context.parameters, params.region, context.today));
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const auto& row = rows[at];
    auto one = shown(row, context);
    one.grid.name = std::move(places[at]);
    one.set_by = std::move(names[at]);
    WD_TRY(one.door, door_of(row, context));
    if (row.told || kHolders.contains(context.actor.role)) {
      WD_TRY(auto words, words_of(context.vault, row));
      one.case_number = std::move(words.case_number);
      one.issuer = std::move(words.issuer);
      one.reason = std::move(words.reason);
      one.lifted_because = std::move(words.lifted_because);
    }
    view.rows.items.push_back(std::move(one));
  }
  return view;
}

}  // namespace

Status erase_with_household(HouseholdId household, CommandContext& context) {
  WD_TRY([[maybe_unused]] auto free, refuse_held(household, context));
  const auto district = context.region.district();
  for (const auto& row : context.rows.list(kHold, district, household)) {
    WD_TRY([[maybe_unused]] auto erased, context.vault.erase(district, row.hold.value));
  }
  return ok();
}

void register_module(bus::Registry& registry) {
  registry.table(kHold);
  registry.command<SetHold>({kHolders,
                             [](const SetHold& command, CommandContext& context) {
                               return grid_of(command.household, context);
                             },
                             "依法留存一户的记录", "Hold a household's records for a case"},
                            set_hold);
  registry.command<LiftHold>({kHolders,
                              [](const LiftHold& command, CommandContext& context) {
                                return grid_of(command.household, context);
                              },
                              "解除留存", "Lift a hold"},
                             lift_hold);
  registry.erase_with_person(refuse_erasure);
  registry.project<HoldSet>(hold_set);
  registry.project<HoldLifted>(hold_lifted);
  registry.project<residents::HouseholdErased>(household_erased);
  registry.query<HoldsParams, HoldsView>(
      {bus::QueryMethod::get, "holds", kReaders,
       [](const HoldsParams& params, QueryContext&) -> Result<RegionCode> { return params.region; },
       "依法留存的", "Legal holds"},
      holds_of);
}

}  // namespace wangdi::holds
