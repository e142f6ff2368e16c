// SPDX-License-Identifier: Apache-2.0
// Invented communities for measurements: each has three grids of eight buildings, 864 doors and
// 2,160 persons with the key groups of every fifteenth of them. The same number gives the same
// community; ids stand close together, as those of an imported roster do.
#pragma once

#include <random>
#include <vector>

#include "app/demo_data.hpp"
#include "modules/regions/messages.hpp"
#include "modules/residents/messages.hpp"

namespace wangdi::bench {

inline constexpr std::size_t kGridsPerCommunity = 3;
inline constexpr std::size_t kBuildingsPerGrid = 8;
inline constexpr std::size_t kDoorsPerBuilding = 36;
inline constexpr std::size_t kDoorsPerCommunity =
    kGridsPerCommunity * kBuildingsPerGrid * kDoorsPerBuilding;
inline constexpr std::size_t kPersonsPerCommunity = kDoorsPerCommunity * 5 / 2;

struct Door {
  residents::AddHousehold household;
  std::vector<residents::AddPerson> persons;
  std::vector<residents::AddKeyGroup> key_groups;
};

struct Grid {
  RegionCode code;
  regions::AddGrid grid;
  std::vector<regions::AddBuilding> buildings;
  std::vector<Door> doors;
};

class RosterMaker {
 public:
  RosterMaker(const app::DemoNames& names, UnixMs now, ZoneOffset zone)
      : names_(names), now_(now), today_(CivilDate::of(now, zone)) {}

  // The next community; with fewer buildings a grid where only `buildings` are wanted.
  std::vector<Grid> make(const RegionCode& community, std::size_t grids = kGridsPerCommunity,
                         std::size_t buildings = kBuildingsPerGrid,
                         std::size_t doors = kDoorsPerBuilding);
  Uuid id();

 private:
  Door make_door(const regions::AddBuilding& building, std::size_t number);
  residents::AddPerson make_person(HouseholdId household, std::size_t place);
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  const app::DemoNames& names_;
  UnixMs now_;
  CivilDate today_;
  std::mt19937_64 random_{20200218};
  std::int64_t minted_ = 0;
  std::int64_t people_ = 0;
};

}  // namespace wangdi::bench
