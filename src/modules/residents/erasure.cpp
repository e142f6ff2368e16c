// SPDX-License-Identifier: Apache-2.0
// The key of a person or a household is destroyed with their record; rows go, figures of past days
// stay.
#include "modules/residents/erasure.hpp"

#include "common/indicators/indicators.hpp"
#include "modules/residents/facts.hpp"
#include "modules/residents/household_erasing.hpp"
#include "modules/residents/household_tables.hpp"
#include "modules/residents/rules.hpp"
#include "vault/writer.hpp"

namespace wangdi::residents {
namespace {

// It cannot be undone: not from a phone at a door.
constexpr access::Roles kErasers = {access::Role::community_officer};

Result<HouseholdFacts> facts_of(HouseholdId household, bus::CommandContext& context) {
  const auto facts = household_facts(context.rows, context.region.district(), household);
  if (!facts) return Error(ErrorCode::not_found);
  return *facts;
}

Result<bus::Decision> erase_household(const EraseHousehold& command, bus::CommandContext& context,
                                      const std::vector<WithHousehold>& what_else) {
  WD_TRY(const auto facts, facts_of(command.household, context));
  if (facts.persons > 0) {
    return Error(ErrorCode::household_lived_in).with("count", std::to_string(facts.persons));
  }
  for (const auto& erase : what_else) {
    WD_TRY([[maybe_unused]] auto erased, erase(command.household, context));
  }
  WD_TRY([[maybe_unused]] auto erased,
         context.vault.erase(context.region.district(), command.household.value));
  bus::Decision decision;
  decision.events.push_back(
      bus::event(command.household.value, facts.grid, HouseholdErased{command.reason}));
  return decision;
}

void erase_changes(const bus::Recorded& frame, store::Rows& rows) {
  for (const auto& change : rows.list(kFieldChange, frame.position.district, frame.subject)) {
    rows.erase(kFieldChange, store::Table<FieldChangeRow, 4>::key_of(change));
  }
}

}  // namespace

using bus::CommandContext;
using bus::Decision;
using indicators::Indicator;

Result<Decision> erase_person(const ErasePerson& command, CommandContext& context,
                              const bus::Registry& registry) {
  const auto district = context.region.district();
  const auto household = household_of(context.rows, district, command.person);
  if (!household) return Error(ErrorCode::not_found);
  const auto facts = household_facts(context.rows, district, *household);
  if (!facts) return Error(ErrorCode::not_found);
  std::vector<KeyEntry> entries;
  for (const auto& row : context.rows.list(kKeyMember, district, *household, command.person)) {
    entries.push_back({row.key_group, {row.starts_on, row.ends_on}});
  }
  // Today still counts: who was seen as a key person this morning was due.
  auto turns = end_all(entries, context.today);
  WD_TRY([[maybe_unused]] auto elsewhere, registry.erase_what_else(command.person, context));
  WD_TRY([[maybe_unused]] auto erased, context.vault.erase(district, command.person.value));
  Decision decision;
  decision.events.push_back(bus::event(
      command.person.value, facts->grid,
      PersonErased{*household, command.reason, {std::move(turns.from)}, {std::move(turns.until)}}));
  return decision;
}

void count_key_days(const List<CivilDate, 64>& from, const List<CivilDate, 64>& until,
                    const bus::Recorded& frame, store::Rows& rows) {
  for (const auto day : from) {
    indicators::count(rows, frame.region, day, Indicator::key_persons_due, {}, 1);
  }
  for (const auto day : until) {
    indicators::count(rows, frame.region, day, Indicator::key_persons_due, {}, -1);
  }
}

void person_erased(const PersonErased& event, const bus::Recorded& frame, store::Rows& rows) {
  const auto district = frame.position.district;
  const PersonId person{frame.subject};
  if (rows.find(kPerson, {district, person}) == nullptr) return;
  rows.erase(kPerson, {district, person});
  for (const auto& entry : rows.list(kKeyMember, district, event.household, person)) {
    rows.erase(kKeyMember, store::Table<KeyMemberRow, 5>::key_of(entry));
  }
  erase_changes(frame, rows);
  rows.put(kErasedPerson, {district, person, frame.day});
  if (const auto* stored = rows.find(kHousehold, {district, event.household})) {
    auto row = *stored;
    row.persons -= 1;
    row.sequence = frame.position.sequence;
    rows.put(kHousehold, std::move(row));
  }
  indicators::count(rows, frame.region, frame.day, Indicator::persons_registered, {}, -1);
  count_key_days(event.counted_from, event.counted_until, frame, rows);
}

void household_erased(const HouseholdErased&, const bus::Recorded& frame, store::Rows& rows) {
  const auto district = frame.position.district;
  const HouseholdId household{frame.subject};
  if (rows.find(kHousehold, {district, household}) == nullptr) return;
  rows.erase(kHousehold, {district, household});
  erase_changes(frame, rows);
  rows.put(kErasedHousehold, {district, household, frame.day});
  indicators::count(rows, frame.region, frame.day, Indicator::households_registered, {}, -1);
}

void register_household_erasing(bus::Registry& registry, std::vector<WithHousehold> what_else) {
  registry.command<EraseHousehold>(
      {kErasers,
       [](const EraseHousehold& command, CommandContext& context) -> Result<RegionCode> {
         WD_TRY(auto facts, facts_of(command.household, context));
         return std::move(facts.grid);
       },
       "删除一户",
       "Erase a household",
       [](const EraseHousehold& command, const bus::Foresight& ahead) {
         want_household(ahead.rows, ahead.region.district(), command.household);
       },
       false,
       {},
       true},
      [what_else = std::move(what_else)](const EraseHousehold& command, CommandContext& context) {
        return erase_household(command, context, what_else);
      });
}

}  // namespace wangdi::residents
