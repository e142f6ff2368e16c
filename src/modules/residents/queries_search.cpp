// SPDX-License-Identifier: Apache-2.0
// Search in one community: its doors and names are decrypted slice by slice in memory and compared;
// nothing of it is kept. One answer looks at a bounded number of people; `next` says that there are
// more.
#include <algorithm>
#include <unordered_map>

#include "common/pinyin/table.hpp"
#include "modules/regions/facts.hpp"
#include "modules/residents/facts.hpp"
#include "modules/residents/queries.hpp"
#include "modules/residents/search_match.hpp"
#include "modules/residents/statements.hpp"

namespace wangdi::residents {
namespace {

using bus::QueryContext;
using vault::Field;

// Doors and persons one answer decrypts: a community is far smaller, a town is several answers.
constexpr std::int64_t kSubjectsPerSearch = 10'000;
constexpr std::int64_t kDoorsPerSlice = 500;
constexpr std::size_t kFoundPerPage = 50;

// Bounds are grid, building, household: the order of the index.
constexpr store::Statement kDoorsAfter{
    "residents_search_doors",
    "SELECT district, household, grid, building, state, persons, sequence FROM household"
    " WHERE district = $1 AND (grid, building, household) > ($2, $3, $4) AND grid < $5"
    " ORDER BY grid, building, household LIMIT $6"};
constexpr store::Statement kPersonsBetween{
    "residents_search_persons",
    "SELECT p.district, p.person, p.household, p.document_kind, p.sex, p.birth_year, p.relation,"
    " p.sequence FROM household h JOIN person p ON p.district = h.district"
    " AND p.household = h.household WHERE h.district = $1"
    " AND (h.grid, h.building, h.household) >= ($2, $3, $4)"
    " AND (h.grid, h.building, h.household) <= ($5, $6, $7)"
    " ORDER BY h.grid, h.building, h.household, p.relation, p.person"};
constexpr store::Statement kAll[] = {kDoorsAfter, kPersonsBetween};

// What is searched: a community, or the grid of it that is all its worker may see.
RegionCode searched_region(const SearchResidents& params, const access::Actor& actor) {
  return params.community.contains(actor.region) ? actor.region : params.community;
}

Result<RegionCode> region_of(const SearchResidents& params, QueryContext& context) {
  if (params.community.level() < RegionLevel::community) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/community", ErrorCode::region_code_invalid);
  }
  return searched_region(params, context.actor);
}

// The walk over a region's doors, in slices.
class Search {
 public:
  Search(const SearchMatch& match, RegionCode region, QueryContext& context)
      : match_(match), region_(std::move(region)), context_(context) {}

  Result<FoundRows> run(const std::optional<HouseholdId>& after) {
    WD_TRY([[maybe_unused]] auto placed, start_after(after));
    while (!done_) {
      WD_TRY([[maybe_unused]] auto looked, slice());
    }
    return std::move(found_);
  }

 private:
  District district() const { return region_.district(); }

  Status start_after(const std::optional<HouseholdId>& after) {
    at_.grid = region_;  // before every grid of the region, and before a grid's first building
    if (!after) return ok();
    WD_TRY(auto row, store::get(context_.db, kHousehold, {district(), *after}));
    if (!row || !region_.contains(row->grid)) return Error(ErrorCode::not_found);
    at_ = std::move(*row);
    return ok();
  }

  Status slice() {
    const auto end = region_.text() + ":";  // after each code that begins with the region's
    WD_TRY(auto doors,
           store::select<HouseholdRow>(context_.db, kDoorsAfter, district(), at_.grid, at_.building,
                                       at_.household, end, kDoorsPerSlice));
    bool last = doors.size() < static_cast<std::size_t>(kDoorsPerSlice);
    const auto affordable = count_affordable(doors);
    if (affordable < doors.size()) {
      doors.resize(affordable);
      last = false;
    }
    if (!doors.empty()) {
      WD_TRY([[maybe_unused]] auto looked, look_at(doors));
    }
    if (done_) return ok();
    done_ = last || looked_at_ >= kSubjectsPerSearch;
    if (done_ && !last) found_.next = at_.household;
    return ok();
  }

  // As many doors as the rest of the budget allows, the first always.
  std::size_t count_affordable(const std::vector<HouseholdRow>& doors) {
    std::size_t count = 0;
    for (const auto& door : doors) {
      if (count > 0 && looked_at_ + 1 + door.persons > kSubjectsPerSearch) break;
      looked_at_ += 1 + door.persons;
      ++count;
    }
    return count;
  }

  // A door that fits, or some of whose persons do.
  struct Hit {
    const HouseholdRow* door = nullptr;
    std::vector<const PersonRow*> persons;  // none: the door itself
    std::string label;
  };

  Status look_at(const std::vector<HouseholdRow>& doors) {
    std::vector<Uuid> subjects;
    for (const auto& door : doors) subjects.push_back(door.household.value);
    WD_TRY(const auto places, context_.vault.get_many(district(), subjects, match_.of_door()));
    const auto& first = doors.front();
    const auto& last = doors.back();
    WD_TRY(const auto persons, store::select<PersonRow>(context_.db, kPersonsBetween, district(),
                                                        first.grid, first.building, first.household,
                                                        last.grid, last.building, last.household));
    subjects.clear();
    for (const auto& person : persons) subjects.push_back(person.person.value);
    WD_TRY(const auto people, context_.vault.get_many(district(), subjects, match_.of_person()));
    WD_TRY(const auto hits, hits_among(doors, places, persons, people));
    return show(hits);
  }

  // Of the doors in their order, until the page is full: it is never longer than kPageRows and ends
  // between two doors.
  Result<std::vector<Hit>> hits_among(const std::vector<HouseholdRow>& doors,
                                      const std::vector<vault::Values>& places,
                                      const std::vector<PersonRow>& persons,
                                      const std::vector<vault::Values>& people) {
    std::vector<Hit> hits;
    std::size_t rows = found_.rows.size();
    std::size_t person = 0;
    for (std::size_t i = 0; i < doors.size() && !done_; ++i) {
      WD_TRY(const auto building, building_name(doors[i].building));
      const DoorName name{building, places[i].get(Field::unit), places[i].get(Field::room)};
      Hit hit{&doors[i], {}, {}};
      for (; person < persons.size() && persons[person].household == doors[i].household; ++person) {
        if (fits(people[person])) hit.persons.push_back(&persons[person]);
      }
      const bool is_hit =
          !hit.persons.empty() || match_.door(name) || match_.number(places[i].get(Field::phone));
      const auto more = is_hit ? std::max<std::size_t>(hit.persons.size(), 1) : 0;
      if (rows > 0 && rows + more > limits::kPageRows) {
        end_page();
        break;
      }
      at_ = doors[i];
      if (!is_hit) continue;
      hit.label = door_label(
          name, context_.language == "en" ? DoorLanguage::english : DoorLanguage::chinese);
      rows += more;
      hits.push_back(std::move(hit));
      if (rows >= kFoundPerPage) end_page();
    }
    return hits;
  }

  // Who asks for more begins after the last door that was looked at.
  void end_page() {
    found_.next = at_.household;
    done_ = true;
  }

  bool fits(const vault::Values& values) const {
    return match_.name(values.get(Field::name)) ||
           match_.number(values.get(Field::document_number)) ||
           match_.number(values.get(Field::phone));
  }

  // Everything that is shown of a person is read of those only who are.
  Status show(const std::vector<Hit>& hits) {
    std::vector<Uuid> persons, doors;
    for (const auto& hit : hits) {
      if (hit.persons.empty()) doors.push_back(hit.door->household.value);
      for (const auto* person : hit.persons) persons.push_back(person->person.value);
    }
    WD_TRY(
        const auto people,
        context_.vault.get_many(district(), persons,
                                vault::Fields{Field::name, Field::document_number, Field::phone}));
    WD_TRY(const auto places,
           context_.vault.get_many(district(), doors, vault::Fields{Field::phone}));
    auto person = people.begin();
    auto place = places.begin();
    for (const auto& hit : hits) {
      for (const auto* one : hit.persons) {
        found_.rows.push_back(found_person(*one, *hit.door, hit.label, *person++));
      }
      if (hit.persons.empty()) found_.rows.push_back(found_door(*hit.door, hit.label, *place++));
    }
    return ok();
  }

  Result<std::string> building_name(BuildingId building) {
    auto known = buildings_.find(building);
    if (known == buildings_.end()) {
      WD_TRY(const auto facts, regions::building_facts(context_.db, district(), building));
      known = buildings_.emplace(building, facts ? facts->name : std::string()).first;
    }
    return known->second;
  }

  const SearchMatch& match_;
  RegionCode region_;
  QueryContext& context_;
  HouseholdRow at_;  // the last door that was looked at
  std::int64_t looked_at_ = 0;
  bool done_ = false;
  FoundRows found_;
  std::unordered_map<BuildingId, std::string> buildings_;
};

}  // namespace

std::span<const store::Statement> search_statements() { return kAll; }

void register_search_query(bus::Registry& registry, const pinyin::Table& pinyin) {
  registry.query<SearchResidents, FoundRows>(
      {bus::QueryMethod::post, "residents/search", access::kFieldAndDistrict, region_of,
       "在一个社区里查找", "Search residents"},
      [&pinyin](const SearchResidents& params, QueryContext& context) -> Result<FoundRows> {
        const SearchMatch match(params.text.text, pinyin);
        return Search(match, searched_region(params, context.actor), context).run(params.after);
      });
}

}  // namespace wangdi::residents
