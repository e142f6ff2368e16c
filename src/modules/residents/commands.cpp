// SPDX-License-Identifier: Apache-2.0
// Command handlers of the roster: load state and facts, call the rules, put personal values into
// the vault, give events that hold none.
#include "modules/residents/commands.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "modules/regions/facts.hpp"
#include "modules/residents/conflicts.hpp"
#include "modules/residents/erasure.hpp"
#include "modules/residents/facts.hpp"
#include "modules/residents/household_tables.hpp"
#include "modules/residents/key_groups.hpp"
#include "modules/residents/rules.hpp"
#include "vault/writer.hpp"

namespace wangdi::residents {
namespace {

using access::Role;
using bus::CommandContext;
using bus::Decision;
using vault::Field;

constexpr access::Roles kKeepers = {Role::grid_worker, Role::community_officer};
// It cannot be undone: not from a phone at a door.
constexpr access::Roles kErasers = {Role::community_officer};

Result<RegionCode> grid_of(HouseholdId household, CommandContext& context) {
  const auto facts = household_facts(context.rows, context.region.district(), household);
  if (!facts) return Error(ErrorCode::not_found);
  return facts->grid;
}

Result<RegionCode> grid_of(PersonId person, CommandContext& context) {
  const auto household = household_of(context.rows, context.region.district(), person);
  if (!household) return Error(ErrorCode::not_found);
  return grid_of(*household, context);
}

// Puts each value that is there; an absent one is left as it is.
class Keeper {
 public:
  Keeper(CommandContext& context, Uuid subject)
      : context_(context), district_(context.region.district()), subject_(subject) {}

  void put(Field field, std::string_view value) {
    if (status_) status_ = context_.vault.put(district_, subject_, field, value);
  }
  template <class T>
  void put(Field field, const std::optional<T>& value) {
    if (value) put(field, text_of(*value));
  }
  Status status() && { return std::move(status_); }

 private:
  template <class T>
  static std::string text_of(const T& value) {
    if constexpr (requires { value.text(); }) {
      return value.text();
    } else {
      return value.text;
    }
  }
  CommandContext& context_;
  District district_;
  Uuid subject_;
  Status status_ = ok();
};

// The grid must be one, and the building must stand in it.
Status check_place(const AddHousehold& command, CommandContext& context) {
  const bool is_grid = command.grid.level() == RegionLevel::grid;
  const auto grid = is_grid ? regions::region_facts(context.rows, command.grid) : std::nullopt;
  if (!grid || !grid->in_force) return Error(ErrorCode::grid_unknown);
  const auto building =
      regions::building_facts(context.rows, command.grid.district(), command.building);
  if (!building || building->grid != command.grid) return Error(ErrorCode::building_unknown);
  return check_floor(command.floor);
}

Result<Decision> add_household(const AddHousehold& command, CommandContext& context) {
  const auto district = context.region.district();
  WD_TRY([[maybe_unused]] auto placed, check_place(command, context));
  if (household_facts(context.rows, district, command.id)) {
    return Error(ErrorCode::household_exists);
  }
  // An old form that comes again must not bring an erased door back under its old id.
  if (context.rows.find(kErasedHousehold, {district, command.id})) {
    return Error(ErrorCode::not_found);
  }
  const auto door = door_key(command.building, command.unit.text, command.room.text);
  WD_TRY(const auto taken, context.vault.find_exact(district, Field::display, door));
  if (!taken.empty()) return Error(ErrorCode::household_exists);
  Keeper keeper(context, command.id.value);
  keeper.put(Field::display, door);
  keeper.put(Field::unit, command.unit.text);
  keeper.put(Field::floor, std::to_string(command.floor));
  keeper.put(Field::room, command.room.text);
  keeper.put(Field::phone, command.phone);
  keeper.put(Field::note, command.note);
  WD_TRY([[maybe_unused]] auto kept, std::move(keeper).status());
  Decision decision;
  decision.events.push_back(
      bus::event(command.id.value, command.grid,
                 HouseholdAdded{command.grid, command.building, command.state}));
  return decision;
}

void note_change(List<FieldCorrected, 16>& changes, std::string field) {
  changes.items.push_back({std::move(field), std::nullopt, std::nullopt});
}

template <class Choice>
void note_choice(List<FieldCorrected, 16>& changes, std::string field, Choice before,
                 const std::optional<Choice>& after) {
  if (!after || *after == before) return;
  changes.items.push_back(
      {std::move(field), std::string(codec::name_of(before)), std::string(codec::name_of(*after))});
}

// The door's parts belong together: a changed one moves the key under which the door is found.
Status move_door(const CorrectHousehold& command, const HouseholdRow& row,
                 CommandContext& context) {
  const auto part = [&](Field field, const auto& given) -> Result<std::string> {
    if (given) return given->text;
    WD_TRY(auto stored, context.vault.get(row.district, command.household.value, field));
    return stored.value_or("");
  };
  WD_TRY(const auto unit, part(Field::unit, command.unit));
  WD_TRY(const auto room, part(Field::room, command.room));
  const auto door = door_key(row.building, unit, room);
  WD_TRY(const auto taken, context.vault.find_exact(row.district, Field::display, door));
  if (std::ranges::any_of(taken, [&](const Uuid& id) { return id != command.household.value; })) {
    return Error(ErrorCode::household_exists);
  }
  return context.vault.put(row.district, command.household.value, Field::display, door);
}

Result<Decision> correct_household(const CorrectHousehold& command, CommandContext& context) {
  const auto district = context.region.district();
  const auto* stored = context.rows.find(kHousehold, {district, command.household});
  if (stored == nullptr) return Error(ErrorCode::not_found);
  const auto row = *stored;
  if (command.floor) {
    WD_TRY([[maybe_unused]] auto possible, check_floor(*command.floor));
  }
  HouseholdCorrected event{row.grid, command.state.value_or(row.state), {}};
  if (command.unit) note_change(event.changes, "unit");
  if (command.floor) note_change(event.changes, "floor");
  if (command.room) note_change(event.changes, "room");
  if (command.phone) note_change(event.changes, "phone");
  if (command.note) note_change(event.changes, "note");
  note_choice(event.changes, "state", row.state, command.state);

  Decision decision;
  WD_TRY(decision.conflicts, conflicts_with(event.changes, command.household.value, context));
  if (!decision.conflicts.empty()) return decision;
  if (command.unit || command.room) {
    WD_TRY([[maybe_unused]] auto moved, move_door(command, row, context));
  }
  Keeper keeper(context, command.household.value);
  keeper.put(Field::unit, command.unit);
  if (command.floor) keeper.put(Field::floor, std::to_string(*command.floor));
  keeper.put(Field::room, command.room);
  keeper.put(Field::phone, command.phone);
  keeper.put(Field::note, command.note);
  WD_TRY([[maybe_unused]] auto kept, std::move(keeper).status());
  decision.events.push_back(bus::event(command.household.value, row.grid, std::move(event)));
  return decision;
}

std::optional<std::int32_t> birth_year(const Identity& identity) {
  if (!identity.birth_date) return std::nullopt;
  return identity.birth_date->year();
}

Status keep_identity(const Identity& identity, Keeper& keeper) {
  keeper.put(Field::document_number, identity.document_number);
  keeper.put(Field::birth_date, identity.birth_date ? identity.birth_date->text() : std::string());
  return ok();
}

// One document, one person in the district.
Status check_number_free(PersonId person, const Identity& identity, CommandContext& context) {
  if (identity.document_number.empty()) return ok();
  WD_TRY(const auto known,
         context.vault.find_exact(context.region.district(), Field::document_number,
                                  identity.document_number));
  if (std::ranges::any_of(known, [&](const Uuid& id) { return id != person.value; })) {
    return Error(ErrorCode::person_exists);
  }
  return ok();
}

Result<Decision> add_person(const AddPerson& command, CommandContext& context) {
  const auto district = context.region.district();
  const auto household = household_facts(context.rows, district, command.household);
  if (!household) return Error(ErrorCode::not_found);
  if (household_of(context.rows, district, command.id)) return Error(ErrorCode::person_exists);
  // An old form that comes again must not tie a living record to what is left of an erased one.
  if (context.rows.find(kErasedPerson, {district, command.id})) return Error(ErrorCode::not_found);
  if (household->persons >= limits::kPersonsPerHousehold) {
    return Error(ErrorCode::household_full)
        .with("limit", std::to_string(limits::kPersonsPerHousehold));
  }
  IdentityForm form{command.document_kind, std::nullopt, command.sex, command.birth_date};
  if (command.document_number) form.document_number = command.document_number->text;
  WD_TRY(const auto identity, identify(form, context.today));
  WD_TRY([[maybe_unused]] auto alone, check_number_free(command.id, identity, context));
  Keeper keeper(context, command.id.value);
  keeper.put(Field::name, command.name.text);
  keeper.put(Field::phone, command.phone);
  WD_TRY([[maybe_unused]] auto identified, keep_identity(identity, keeper));
  WD_TRY([[maybe_unused]] auto kept, std::move(keeper).status());
  Decision decision;
  decision.events.push_back(
      bus::event(command.id.value, household->grid,
                 PersonAdded{command.household, identity.document_kind, identity.sex,
                             birth_year(identity), command.relation}));
  const auto state = state_with_person(household->state);
  if (state != household->state) {
    HouseholdCorrected moved_in{household->grid, state, {}};
    note_choice(moved_in.changes, "state", household->state, std::optional(state));
    decision.events.push_back(
        bus::event(command.household.value, household->grid, std::move(moved_in)));
  }
  return decision;
}

Result<Decision> correct_person(const CorrectPerson& command, CommandContext& context) {
  const auto district = context.region.district();
  const auto* stored = context.rows.find(kPerson, {district, command.person});
  if (stored == nullptr) return Error(ErrorCode::not_found);
  const auto row = *stored;
  WD_TRY(const auto grid, grid_of(row.household, context));
  PersonCorrected event{command.document_kind.value_or(row.document_kind),
                        command.sex.value_or(row.sex),
                        row.birth_year,
                        command.relation.value_or(row.relation),
                        {}};
  if (command.name) note_change(event.changes, "name");
  if (command.phone) note_change(event.changes, "phone");
  if (command.document_number) note_change(event.changes, "document_number");
  if (command.birth_date) note_change(event.changes, "birth_date");
  note_choice(event.changes, "document_kind", row.document_kind, command.document_kind);
  note_choice(event.changes, "sex", row.sex, command.sex);
  note_choice(event.changes, "relation", row.relation, command.relation);

  Decision decision;
  WD_TRY(decision.conflicts, conflicts_with(event.changes, command.person.value, context));
  if (!decision.conflicts.empty()) return decision;
  Keeper keeper(context, command.person.value);
  if (command.document_kind || command.document_number || command.sex || command.birth_date) {
    WD_TRY(auto number, context.vault.get(district, command.person.value, Field::document_number));
    IdentityForm form{event.document_kind, number, command.sex, command.birth_date};
    if (command.document_number) form.document_number = command.document_number->text;
    WD_TRY(const auto identity, identify(form, context.today));
    WD_TRY([[maybe_unused]] auto alone, check_number_free(command.person, identity, context));
    event.sex = identity.sex == Sex::unknown ? event.sex : identity.sex;
    if (identity.birth_date) {
      event.birth_year = identity.birth_date->year();
      keeper.put(Field::birth_date, identity.birth_date->text());
    }
    keeper.put(Field::document_number, identity.document_number);
  }
  keeper.put(Field::name, command.name);
  keeper.put(Field::phone, command.phone);
  WD_TRY([[maybe_unused]] auto kept, std::move(keeper).status());
  decision.events.push_back(bus::event(command.person.value, grid, std::move(event)));
  return decision;
}

// ---- what is read: Foresight ----

void foresee_household(const AddHousehold& command, const bus::Foresight& ahead) {
  const auto district = ahead.region.district();
  want_household(ahead.rows, district, command.id);
  ahead.rows.want(kErasedHousehold, {district, command.id});
  regions::want_building(ahead.rows, district, command.building);
}

void foresee_correction(const CorrectHousehold& command, const bus::Foresight& ahead) {
  want_household(ahead.rows, ahead.region.district(), command.household);
}

void foresee_person(const AddPerson& command, const bus::Foresight& ahead) {
  const auto district = ahead.region.district();
  want_household(ahead.rows, district, command.household);
  want_person(ahead.rows, district, command.id);
  ahead.rows.want(kErasedPerson, {district, command.id});
}

// Of somebody who is known: the household is found by the person.
template <class Command>
void foresee_known(const Command& command, const bus::Foresight& ahead) {
  const auto district = ahead.region.district();
  const auto household = want_person(ahead.rows, district, command.person);
  if (!household) return;
  want_household(ahead.rows, district, *household);
  if constexpr (!std::is_same_v<Command, CorrectPerson>) {
    ahead.rows.want_list(kKeyMember, district, *household, command.person);
  }
}

}  // namespace

std::string door_key(BuildingId building, std::string_view unit, std::string_view room) {
  // The vault's normal form drops dashes, but room 1-2 is not room 12.
  auto door = text::fold(text::trim(unit)) + "/" + text::fold(text::trim(room));
  std::ranges::replace(door, '-', '_');
  return building.text() + "/" + door;
}

void register_commands(bus::Registry& registry) {
  registry.command<AddHousehold>(
      {kKeepers,
       [](const AddHousehold& command, CommandContext&) -> Result<RegionCode> {
         return command.grid;
       },
       "登记一户", "Add a household", foresee_household},
      add_household);
  registry.command<CorrectHousehold>({kKeepers,
                                      [](const CorrectHousehold& command, CommandContext& context) {
                                        return grid_of(command.household, context);
                                      },
                                      "更正住户", "Correct a household", foresee_correction},
                                     correct_household);
  registry.command<AddPerson>({kKeepers,
                               [](const AddPerson& command, CommandContext& context) {
                                 return grid_of(command.household, context);
                               },
                               "登记一个人", "Add a person", foresee_person},
                              add_person);
  registry.command<CorrectPerson>({kKeepers,
                                   [](const CorrectPerson& command, CommandContext& context) {
                                     return grid_of(command.person, context);
                                   },
                                   "更正人员", "Correct a person", foresee_known<CorrectPerson>},
                                  correct_person);
  registry.command<AddKeyGroup>({kKeepers,
                                 [](const AddKeyGroup& command, CommandContext& context) {
                                   return grid_of(command.person, context);
                                 },
                                 "列入重点群体", "Add to a key group", foresee_known<AddKeyGroup>},
                                add_key_group);
  registry.command<EndKeyGroup>({kKeepers,
                                 [](const EndKeyGroup& command, CommandContext& context) {
                                   return grid_of(command.person, context);
                                 },
                                 "结束重点群体", "End a key group", foresee_known<EndKeyGroup>},
                                end_key_group);
  registry.command<ErasePerson>({kErasers,
                                 [](const ErasePerson& command, CommandContext& context) {
                                   return grid_of(command.person, context);
                                 },
                                 "删除一个人的信息",
                                 "Erase a person",
                                 foresee_known<ErasePerson>,
                                 false,
                                 {},
                                 true},
                                [&registry](const ErasePerson& command, CommandContext& context) {
                                  return erase_person(command, context, registry);
                                });
}

}  // namespace wangdi::residents
