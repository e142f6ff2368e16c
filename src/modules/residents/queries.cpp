// SPDX-License-Identifier: Apache-2.0
// One household, the exact search and unmasking. The last two are in the access log, on disk,
// before they run; what they look for is in the body, never in a URL.
#include "modules/residents/queries.hpp"

#include <algorithm>
#include <charconv>

#include "modules/regions/facts.hpp"
#include "modules/residents/facts.hpp"
#include "modules/residents/key_reasons.hpp"
#include "modules/residents/statements.hpp"

namespace wangdi::residents {
namespace {

using access::Role;
using bus::QueryContext;
using vault::Field;

constexpr store::Statement kPersonsOfHousehold{
    "residents_persons_of_household",
    "SELECT district, person, household, document_kind, sex, birth_year, relation, sequence"
    " FROM person WHERE district = $1 AND household = $2 ORDER BY relation, person"};
constexpr store::Statement kMembersOfHousehold{
    "residents_members_of_household",
    "SELECT district, household, person, key_group, starts_on, ends_on FROM key_member"
    " WHERE district = $1 AND household = $2 AND ends_on >= $3"
    " ORDER BY person, key_group, starts_on"};
constexpr store::Statement kAll[] = {kPersonsOfHousehold, kMembersOfHousehold};

// Free text about a household is for those who go to the door; other readers state a purpose.
constexpr access::Roles kNoteReaders = {Role::grid_worker, Role::community_officer};

std::string free_text(std::string_view text, const QueryContext& context) {
  const bool plain = kNoteReaders.contains(context.actor.role);
  return plain ? std::string(text) : vault::masked(Field::note, text);
}

std::optional<std::string> if_any(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

// ---- one household ----

// Which office, never who in it; words are shown to those who may read notes.
Status show_ground(const KeyReason& reason, QueryContext& context, KeyGroupRow& shown) {
  if (!reason.ground) return ok();
  auto ground = *reason.ground;
  const auto hide = [&](std::optional<std::string>& text) {
    if (text) text = free_text(*text, context);
  };
  hide(ground.document_number);
  hide(ground.issuer);
  if (ground.review) {
    ground.review->words = free_text(ground.review->words, context);
    hide(ground.review->decided_because);
  }
  const RegionCode offices[] = {ground.office};
  WD_TRY(auto names, regions::region_names(context.db, offices));
  shown.office_name = std::move(names.front());
  shown.ground = std::move(ground);
  return ok();
}

Result<PersonView> person_view(const PersonRow& row, std::span<const KeyMemberRow> members,
                               const vault::Values& values, QueryContext& context) {
  PersonView view;
  view.id = row.person;
  view.name = vault::masked(Field::name, values.get(Field::name));
  view.document_kind = row.document_kind;
  view.document_number = masked_value(values, Field::document_number);
  view.phone = masked_value(values, Field::phone);
  view.sex = row.sex;
  view.birth_year = row.birth_year;
  view.relation = row.relation;
  WD_TRY(const auto reasons, read_reasons(values.get(Field::note)));
  for (const auto& member : members) {
    if (member.person != row.person) continue;
    // Of two entries that are not over, the running one stands first.
    if (!view.key_groups.empty() && view.key_groups.back().group == member.key_group) continue;
    KeyGroupRow shown{member.key_group, {}, member.starts_on, member.ends_on, {}, {}};
    if (const auto* reason = reason_of(reasons, member.key_group, member.starts_on)) {
      shown.reason = free_text(reason->reason, context);
      WD_TRY([[maybe_unused]] auto shown_ground, show_ground(*reason, context, shown));
    }
    view.key_groups.push_back(std::move(shown));
  }
  return view;
}

Result<HouseholdView> household_view(const HouseholdParams& params, QueryContext& context) {
  const auto district = context.actor.region.district();
  WD_TRY(const auto row, store::get(context.db, kHousehold, {district, params.household}));
  if (!row) return Error(ErrorCode::not_found);
  WD_TRY(const auto building, regions::building_facts(context.db, district, row->building));
  WD_TRY(const auto persons,
         store::select<PersonRow>(context.db, kPersonsOfHousehold, district, params.household));
  WD_TRY(const auto members, store::select<KeyMemberRow>(context.db, kMembersOfHousehold, district,
                                                         params.household, context.today));
  WD_TRY(const auto values, context.vault.get(district, params.household.value,
                                              vault::Fields{Field::unit, Field::floor, Field::room,
                                                            Field::phone, Field::note}));
  HouseholdView view;
  view.household = row->household;
  view.grid = row->grid;
  view.building = {row->building, building ? building->name : std::string()};
  view.unit = values.get(Field::unit);
  const auto floor = values.get(Field::floor);
  std::from_chars(floor.data(), floor.data() + floor.size(), view.floor);
  view.room = values.get(Field::room);
  view.state = row->state;
  view.phone = masked_value(values, Field::phone);
  view.note = if_any(free_text(values.get(Field::note), context));
  view.district = district.number;
  view.sequence = row->sequence;
  std::vector<Uuid> subjects;
  for (const auto& person : persons) subjects.push_back(person.person.value);
  WD_TRY(const auto people,
         context.vault.get_many(
             district, subjects,
             vault::Fields{Field::name, Field::document_number, Field::phone, Field::note}));
  for (std::size_t i = 0; i < persons.size(); ++i) {
    WD_TRY(auto person, person_view(persons[i], members, people[i], context));
    view.persons.push_back(std::move(person));
  }
  return view;
}

Result<RegionCode> region_of_household(const HouseholdParams& params, QueryContext& context) {
  WD_TRY(const auto grid,
         stored_grid(context.db, context.actor.region.district(), params.household));
  if (!grid) return Error(ErrorCode::not_found);
  return *grid;
}

// ---- exact search ----

// Where a subject of the vault belongs: a household, and perhaps a person in it.
struct Place {
  HouseholdRow household;
  std::optional<PersonRow> person;
};

Result<std::optional<Place>> place_of(const Uuid& subject, QueryContext& context) {
  const auto district = context.actor.region.district();
  WD_TRY(const auto person, store::get(context.db, kPerson, {district, PersonId{subject}}));
  const auto id = person ? person->household : HouseholdId{subject};
  WD_TRY(auto household, store::get(context.db, kHousehold, {district, id}));
  if (!household) return std::optional<Place>();
  return std::optional(Place{std::move(*household), person});
}

struct Wanted {
  Field field = Field::document_number;
  std::string value;
};

Result<Wanted> wanted_of(const FindPerson& params) {
  if (params.number.has_value() == params.phone.has_value()) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/number", params.number ? ErrorCode::field_duplicate : ErrorCode::field_missing);
  }
  if (params.phone) return Wanted{Field::phone, params.phone->text()};
  return Wanted{Field::document_number, params.number->text};
}

Result<std::vector<Place>> find_places(const Wanted& wanted, QueryContext& context) {
  WD_TRY(const auto subjects,
         context.vault.find_exact(context.actor.region.district(), wanted.field, wanted.value));
  std::vector<Place> places;
  for (const auto& subject : subjects) {
    WD_TRY(auto place, place_of(subject, context));
    if (place && context.actor.region.contains(place->household.grid)) {
      places.push_back(std::move(*place));
    }
  }
  return places;
}

// Whoever is found alone is named, so that the log can be shown to them; a search that finds nobody
// counts against the quota too.
Result<vault::AccessEntry> note_find(const FindPerson& params, QueryContext& context) {
  WD_TRY(const auto wanted, wanted_of(params));
  WD_TRY(const auto places, find_places(wanted, context));
  vault::AccessEntry entry;
  entry.district = context.actor.region.district();
  entry.actor = context.actor.account;
  entry.purpose = params.purpose;
  entry.operation = vault::Operation::exact_search;
  entry.region = context.actor.region;
  entry.fields = {wanted.field};
  entry.count = static_cast<std::int64_t>(places.size());
  if (places.size() == 1) {
    const auto& place = places.front();
    entry.subject = place.person ? place.person->person.value : place.household.household.value;
  }
  return entry;
}

Result<FoundRows> find_person(const FindPerson& params, QueryContext& context) {
  WD_TRY(const auto wanted, wanted_of(params));
  WD_TRY(const auto places, find_places(wanted, context));
  const auto district = context.actor.region.district();
  const auto language = context.language == "en" ? DoorLanguage::english : DoorLanguage::chinese;
  FoundRows found;
  for (const auto& place : places) {
    const auto& household = place.household;
    WD_TRY(const auto building, regions::building_facts(context.db, district, household.building));
    WD_TRY(const auto at, context.vault.get(district, household.household.value,
                                            vault::Fields{Field::unit, Field::room, Field::phone}));
    const DoorName name{building ? std::string_view(building->name) : std::string_view(),
                        at.get(Field::unit), at.get(Field::room)};
    auto door = door_label(name, language);
    if (!place.person) {
      found.rows.push_back(found_door(household, std::move(door), at));
      continue;
    }
    WD_TRY(const auto values,
           context.vault.get(district, place.person->person.value,
                             vault::Fields{Field::name, Field::document_number, Field::phone}));
    found.rows.push_back(found_person(*place.person, household, std::move(door), values));
  }
  return found;
}

// ---- unmasking ----

Field field_of(UnmaskField field) {
  switch (field) {
    case UnmaskField::name:
      return Field::name;
    case UnmaskField::document_number:
      return Field::document_number;
    case UnmaskField::phone:
      return Field::phone;
    case UnmaskField::birth_date:
      return Field::birth_date;
    case UnmaskField::note:
      return Field::note;
  }
  return Field::name;
}

vault::Fields fields_of(const Unmask& params) {
  std::int64_t bits = 0;
  for (const auto field : params.fields) bits |= vault::Fields{field_of(field)}.bits();
  return vault::Fields::from_bits(bits);
}

Result<RegionCode> region_of_subject(const Unmask& params, QueryContext& context) {
  WD_TRY(const auto place, place_of(params.subject, context));
  if (!place) return Error(ErrorCode::not_found);
  return place->household.grid;
}

Result<vault::AccessEntry> note_unmask(const Unmask& params, QueryContext& context) {
  if (params.fields.empty()) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/fields", ErrorCode::field_missing);
  }
  WD_TRY(auto region, region_of_subject(params, context));
  vault::AccessEntry entry;
  entry.district = context.actor.region.district();
  entry.actor = context.actor.account;
  entry.purpose = params.purpose;
  entry.operation = vault::Operation::unmask;
  entry.region = std::move(region);
  entry.subject = params.subject;
  entry.fields = fields_of(params);
  return entry;
}

Result<Unmasked> unmask(const Unmask& params, QueryContext& context) {
  WD_TRY(const auto place, place_of(params.subject, context));
  if (!place) return Error(ErrorCode::not_found);
  WD_TRY(const auto values,
         context.vault.get(context.actor.region.district(), params.subject, fields_of(params)));
  const auto value = [&](Field field) { return if_any(std::string(values.get(field))); };
  UnmaskedValues shown{value(Field::name), value(Field::document_number), value(Field::phone),
                       value(Field::birth_date), value(Field::note)};
  if (place->person) {
    WD_TRY(const auto reasons, read_reasons(values.get(Field::note)));
    shown.note = if_any(reasons_as_text(reasons, context.language));
  }
  return Unmasked{std::move(shown)};
}

}  // namespace

std::span<const store::Statement> query_statements() { return kAll; }

Result<std::optional<PersonSpot>> person_place(store::Connection& db, vault::Reader& vault,
                                               District district, PersonId person,
                                               std::string_view language) {
  WD_TRY(const auto row, store::get(db, kPerson, {district, person}));
  if (!row) return std::optional<PersonSpot>();
  WD_TRY(const auto household, store::get(db, kHousehold, {district, row->household}));
  if (!household) return std::optional<PersonSpot>();
  WD_TRY(const auto building, regions::building_facts(db, district, household->building));
  WD_TRY(const auto at,
         vault.get(district, row->household.value, vault::Fields{Field::unit, Field::room}));
  WD_TRY(const auto name, vault.get(district, person.value, Field::name));
  const DoorName door{building ? std::string_view(building->name) : std::string_view(),
                      at.get(Field::unit), at.get(Field::room)};
  return std::optional(
      PersonSpot{row->household, household->grid,
                 door_label(door, language == "en" ? DoorLanguage::english : DoorLanguage::chinese),
                 vault::masked(Field::name, name.value_or(""))});
}

Result<std::vector<Uuid>> subjects_of_household(store::Connection& db, District district,
                                                HouseholdId household) {
  WD_TRY(const auto persons,
         store::select<PersonRow>(db, kPersonsOfHousehold, district, household));
  std::vector<Uuid> subjects{household.value};
  for (const auto& person : persons) subjects.push_back(person.person.value);
  return subjects;
}

Result<std::vector<KeyGroup>> groups_of(store::Connection& db, District district,
                                        HouseholdId household, PersonId person, CivilDate day) {
  WD_TRY(const auto members,
         store::select<KeyMemberRow>(db, kMembersOfHousehold, district, household, day));
  std::vector<KeyGroup> groups;
  for (const auto& member : members) {
    if (member.person == person) groups.push_back(member.key_group);
  }
  return groups;
}

std::optional<std::string> masked_value(const vault::Values& values, Field field) {
  return if_any(vault::masked(field, values.get(field)));
}

FoundRow found_person(const PersonRow& person, const HouseholdRow& household, std::string door,
                      const vault::Values& values) {
  return {household.household,
          person.person,
          vault::masked(Field::name, values.get(Field::name)),
          std::move(door),
          masked_value(values, Field::document_number),
          masked_value(values, Field::phone),
          household.grid};
}

FoundRow found_door(const HouseholdRow& household, std::string door, const vault::Values& values) {
  return {household.household, std::nullopt, std::nullopt,
          std::move(door),     std::nullopt, masked_value(values, Field::phone),
          household.grid};
}

void register_queries(bus::Registry& registry) {
  using bus::QueryMethod;
  registry.query<HouseholdParams, HouseholdView>(
      {QueryMethod::get, "residents/household", access::kFieldAndDistrict, region_of_household,
       "一户的情况", "One household"},
      household_view);
  registry.query<FindPerson, FoundRows>(
      {QueryMethod::post, "residents/find", access::kFieldAndDistrict,
       [](const FindPerson&, QueryContext& context) -> Result<RegionCode> {
         return context.actor.region;
       },
       "按证件号或手机号精确查找", "Find by document or phone number", note_find},
      find_person);
  registry.query<Unmask, Unmasked>(
      {QueryMethod::post, "residents/unmask", access::kFieldAndDistrict, region_of_subject,
       "查看完整信息", "Unmask", note_unmask},
      unmask);
}

}  // namespace wangdi::residents
