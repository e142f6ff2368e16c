// SPDX-License-Identifier: Apache-2.0
// What other modules may ask of the roster: inside a write batch, and for lists.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_date.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "modules/residents/messages.hpp"
#include "types/region_code.hpp"

namespace wangdi::store {
class Connection;
class Rows;
}  // namespace wangdi::store
namespace wangdi::vault {
class Reader;
}
namespace wangdi::bus {
struct CommandContext;
}

namespace wangdi::residents {

// ---- why somebody is in a key group: words of the person's own, under their key in the vault ----

// Somebody else looks again at an entry because the person asked for it.
struct GroundReview {
  ReviewId review;
  std::string words;  // of the person
  CivilDate asked_on;
  CivilDate due_on;
  std::optional<ReviewResult> result;
  std::optional<CivilDate> decided_on;
  std::optional<std::string> decided_because;
};
WD_STRUCT(GroundReview, (review, "复核编号", "Review id", "", "status"),
          (words, "本人说的理由", "What the person says", "", "status"),
          (asked_on, "哪天提出", "Asked on", "", "status"),
          (due_on, "最晚哪天答复", "Answer due on", "", "status"),
          (result, "复核结果", "Result of the review", "", "status"),
          (decided_on, "哪天答复", "Answered on", "", "status"),
          (decided_because, "复核的理由", "Reason of the result", "", "status"))

// What a restricting entry rests on, and which office set it.
struct Ground {
  StatusEntryId entry;
  GroundSource source{};
  std::optional<std::string> rule;  // the parameter that holds the days
  std::optional<VisitId> visit;     // the record the rule was applied to
  CivilDate fact_on;                // of the record, or of the document
  std::optional<CaseDocument> document;
  std::optional<std::string> document_number;
  std::optional<std::string> issuer;
  access::Role office_role{};
  RegionCode office;
  CivilDate set_on;
  bool waits = false;  // for a second person: not in force
  std::optional<GroundReview> review;
};
WD_STRUCT(Ground, (entry, "认定编号", "Entry id", "", "status"),
          (source, "依据哪一种", "Kind of ground", "", "status"),
          (rule, "哪条规则", "Rule", "", "status"), (visit, "哪次走访", "Visit", "", "status"),
          (fact_on, "依据的日期", "Day of the ground", "", "status"),
          (document, "文书种类", "Kind of document", "", "status"),
          (document_number, "文书编号", "Number of the document", "", "status"),
          (issuer, "出具单位", "Issuing body", "", "status"),
          (office_role, "哪一级认定", "Level that set it", "", "status"),
          (office, "认定单位", "Office that set it", "", "status"),
          (set_on, "哪天认定", "Set on", "", "status"),
          (waits, "等另一人确认", "Waits for a second person", "", "status"),
          (review, "复核", "Review", "", "status"))

struct KeyReason {
  KeyGroup group{};
  CivilDate starts_on;  // with the group: which entry
  std::string reason;
  std::optional<std::string> ended_because;
  std::optional<Ground> ground;  // of a group that restricts
};
WD_DESCRIBE(KeyReason, group, starts_on, reason, ended_because, ground)

// ---- what sets and withdraws restricting entries (module status); inside a write batch ----

struct KeyTerm {
  KeyGroup group{};
  CivilDate starts_on;
  CivilDate ends_on;
};
// The event by which a person enters a group, for the caller's decision. Errors: not_found, those
// of add_entry.
Result<KeyGroupAdded> entering(PersonId person, const KeyTerm& term, bus::CommandContext& context);
// The event by which the entry that began on a day ends with `last_day`; nothing when it is over
// already. Errors: not_found, key_group_unknown.
Result<std::optional<KeyGroupEnded>> leaving(PersonId person, const KeyTerm& term,
                                             CivilDate last_day, bus::CommandContext& context);
// Changes what the vault holds of the person's reasons.
Status change_reasons(PersonId person, bus::CommandContext& context,
                      const std::function<void(std::vector<KeyReason>&)>& change);
// Takes out the words of an entry that is destroyed; somebody without words is left as they are.
Status forget_reasons(PersonId person, KeyGroup group, CivilDate starts_on,
                      bus::CommandContext& context);
// All reasons of a person, as lists and the person's own page may show them.
Result<std::vector<KeyReason>> reasons_of(vault::Reader& vault, District district, PersonId person);

struct HouseholdFacts {
  RegionCode grid;
  BuildingId building;
  std::int32_t persons = 0;
  HouseholdState state = HouseholdState::occupied;
};

// Nothing when there is no such household in the district.
std::optional<HouseholdFacts> household_facts(store::Rows& rows, District district,
                                              HouseholdId household);

// The household a person belongs to; nothing when there is no such person in the district.
std::optional<HouseholdId> household_of(store::Rows& rows, District district, PersonId person);

struct StoredPerson {
  HouseholdId household;
  RegionCode grid;
  std::optional<std::int32_t> birth_year;
};
// Nothing when there is no such person in the district.
std::optional<StoredPerson> stored_person(store::Rows& rows, District district, PersonId person);
Result<std::optional<StoredPerson>> stored_person(store::Connection& db, District district,
                                                  PersonId person);

// Persons of the household that are in some key group on the day.
std::vector<PersonId> key_persons(store::Rows& rows, District district, HouseholdId household,
                                  CivilDate day);

// ---- before a batch on a database server, for bus::Foresight: nothing until it was fetched ----

std::optional<HouseholdFacts> want_household(store::Rows& rows, District district,
                                             HouseholdId household);
// The household of the person.
std::optional<HouseholdId> want_person(store::Rows& rows, District district, PersonId person);
// Whether the household has entries of key groups, as far as known.
bool want_key_persons(store::Rows& rows, District district, HouseholdId household);

// ---- for lists: read from a snapshot, names masked ----

struct PersonFacts {
  PersonId person;
  std::string name_masked;
  Sex sex = Sex::unknown;
  std::optional<std::int32_t> birth_year;
  Relation relation = Relation::other;
  std::vector<KeyGroup> key_groups;  // in force on the day
};

struct DoorFacts {
  HouseholdId household;
  RegionCode grid;
  BuildingId building;
  std::string unit;
  std::int32_t floor = 0;
  std::string room;
  HouseholdState state = HouseholdState::occupied;
  std::vector<PersonFacts> persons;
};

// All doors of a grid, or of one building, ordered by building, unit, floor and room as a person
// would walk them. A grid and a building are small (limits: 2,500 doors); errors when larger.
inline constexpr std::size_t kDoorsMax = 2500;
Result<std::vector<DoorFacts>> doors_of_grid(store::Connection& db, vault::Reader& vault,
                                             const RegionCode& grid, CivilDate day);
Result<std::vector<DoorFacts>> doors_of_building(store::Connection& db, vault::Reader& vault,
                                                 District district, BuildingId building,
                                                 CivilDate day);

// Who can be told apart in a list: the door in words and the masked name.
struct PersonSpot {
  HouseholdId household;
  RegionCode grid;
  std::string door;
  std::string name_masked;
};
// Nothing when there is no such person (any more).
Result<std::optional<PersonSpot>> person_place(store::Connection& db, vault::Reader& vault,
                                               District district, PersonId person,
                                               std::string_view language);
// Groups whose entries reach the day or begin after it.
Result<std::vector<KeyGroup>> groups_of(store::Connection& db, District district,
                                        HouseholdId household, PersonId person, CivilDate day);

// The household that a subject of the vault is or belongs to; nothing when it is neither a person
// nor a household (any more).
Result<std::optional<HouseholdId>> household_of_subject(store::Connection& db, District district,
                                                        const Uuid& subject);
// The household and the persons in it, as subjects of the vault.
Result<std::vector<Uuid>> subjects_of_household(store::Connection& db, District district,
                                                HouseholdId household);
// Whether somebody of the household was in some key group on the day.
Result<bool> has_key_person(store::Connection& db, District district, HouseholdId household,
                            CivilDate day);
// How many people of the district were erased on that day or later.
Result<std::int64_t> erased_since(store::Connection& db, District district, CivilDate day);
// The same of households.
Result<std::int64_t> doors_erased_since(store::Connection& db, District district, CivilDate day);

// The grid of a household as stored; nothing when there is none.
Result<std::optional<RegionCode>> stored_grid(store::Connection& db, District district,
                                              HouseholdId household);

// ---- how a door is written ----

enum class DoorLanguage : std::uint8_t { chinese, english };
struct DoorName {
  std::string_view building;
  std::string_view unit;
  std::string_view room;
};
// 3幢2单元402室, in English Bldg 3, unit 2, room 402, whether the building is called 3 or 3幢; any
// other name stays as it is. The web app's door_label gives the same.
std::string door_label(const DoorName& door, DoorLanguage language);

}  // namespace wangdi::residents
