// SPDX-License-Identifier: Apache-2.0
// Making communities up. Identity numbers begin with the unassigned 99, phones with 19900.
#include "roster.hpp"

#include <string>

namespace wangdi::bench {
namespace {

constexpr int kUnits = 3, kFloors = 6, kRooms = 2;
static_assert(kUnits * kFloors * kRooms == kDoorsPerBuilding);
// Ids are minted from a day ago on, a few in each millisecond.
constexpr std::int64_t kDayMs = 86'400'000, kIdsPerMs = 30;
constexpr std::int64_t kKeyPersonEvery = 15;

template <std::size_t Most, std::size_t Least>
Text<Most, Least> text(std::string value) {
  return {std::move(value)};
}

std::string padded(std::int64_t number, std::size_t digits) {
  auto text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

}  // namespace

Uuid RosterMaker::id() {
  std::array<std::uint8_t, 10> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(below(256));
  return make_uuid_v7(now_ - kDayMs + minted_++ / kIdsPerMs, bytes);
}

std::vector<Grid> RosterMaker::make(const RegionCode& community, std::size_t grids,
                                    std::size_t buildings, std::size_t doors) {
  std::vector<Grid> made;
  for (std::size_t g = 1; g <= grids; ++g) {
    Grid grid;
    const auto suffix = padded(static_cast<std::int64_t>(g), 3);
    const auto code = RegionCode::parse(community.text() + suffix);
    WD_ASSERT(code);
    grid.code = *code;
    grid.grid = {community, text<3, 3>(suffix), text<40, 1>("第" + std::to_string(g) + "网格")};
    for (std::size_t b = 1; b <= buildings; ++b) {
      const auto name = std::to_string((g - 1) * buildings + b) + "幢";
      grid.buildings.push_back(
          {BuildingId{id()}, grid.code, std::nullopt, text<40, 1>(name), kUnits, kFloors, kRooms});
      for (std::size_t i = 0; i < doors; ++i) {
        grid.doors.push_back(make_door(grid.buildings.back(), i));
      }
    }
    made.push_back(std::move(grid));
  }
  return made;
}

Door RosterMaker::make_door(const regions::AddBuilding& building, std::size_t number) {
  const auto place = static_cast<int>(number);
  const int floor = place / kRooms % kFloors + 1;
  Door door;
  auto& household = door.household;
  household.id = HouseholdId{id()};
  household.grid = building.grid;
  household.building = building.id;
  household.unit = text<12, 1>(std::to_string(place / (kRooms * kFloors) + 1));
  household.floor = floor;
  household.room = text<12, 1>(std::to_string(floor) + "0" + std::to_string(place % kRooms + 1));
  const std::size_t persons = number % 2 == 0 ? 2 : 3;
  for (std::size_t i = 0; i < persons; ++i) {
    door.persons.push_back(make_person(household.id, i));
    if (people_ % kKeyPersonEvery != 0) continue;
    door.key_groups.push_back({door.persons.back().id, residents::KeyGroup::living_alone_elder,
                               text<200, 1>("名册"), today_.plus_days(-3), today_.plus_days(20)});
  }
  return door;
}

residents::AddPerson RosterMaker::make_person(HouseholdId household, std::size_t place) {
  using residents::Relation;
  constexpr std::array kRelations = {Relation::head, Relation::spouse, Relation::child};
  constexpr std::int64_t kPhones = 900'000, kOrders = 500;
  residents::AddPerson person;
  person.id = PersonId{id()};
  person.household = household;
  person.relation = kRelations[place];
  const auto sex = below(2);
  const auto& given = names_.given[sex];
  person.name =
      text<50, 1>(names_.surnames[below(static_cast<std::uint32_t>(names_.surnames.size()))] +
                  given[below(static_cast<std::uint32_t>(given.size()))]);
  auto digits = today_.plus_days(-7'000 - static_cast<int>(below(20'000))).text();
  std::erase(digits, '-');
  // A place of its own for each 500 people, so that no two share a number.
  digits = "99" + padded(people_ / kOrders, 4) + digits +
           padded(people_ * 2 % 1'000 + (sex == 0 ? 1 : 0), 3);
  digits += IdNumber::check_character(digits);
  person.document_number = text<32, 0>(digits);
  const auto phone = Mobile::parse("19900" + padded(100'000 + people_ % kPhones, 6));
  WD_ASSERT(phone);
  person.phone = *phone;
  ++people_;
  return person;
}

}  // namespace wangdi::bench
