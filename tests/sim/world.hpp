// SPDX-License-Identifier: Apache-2.0
// The place where every simulation begins: one county with two communities, three grids, nine doors
// with people behind them, and eight accounts. Everybody is invented.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tests/sim/server.hpp"

namespace wangdi::sim {

inline constexpr UnixMs kBegin = 1'582'011'600'000;  // 2020-02-18 15:40 in China

inline constexpr std::string_view kCounty = "990101";
inline constexpr std::string_view kCommunities[] = {"990101001001", "990101002001"};
inline constexpr std::string_view kGrids[] = {"990101001001001", "990101001001002",
                                              "990101002001001"};
// Each region whose board is looked at, from the nation down.
inline constexpr std::string_view kBoards[] = {
    "", "99", "9901", "990101", "990101001", "990101002", "990101001001", "990101002001"};

// What may stand in the vault only; none of it is part of another text.
inline constexpr std::string_view kNames[] = {"欧国测", "曾巷测", "阿依古测", "沈阿测"};
inline constexpr std::string_view kNumbers[] = {"999901199003070017", "99990119900307005X",
                                                "999901196203140020", "999901197202290013"};
inline constexpr std::string_view kPhones[] = {"13900001234", "13900005678"};
inline constexpr std::string_view kTexts[] = {"从武汉某处回来", "需要上门送药"};

struct Staff {
  AccountId account;
  access::Role role;
  RegionCode region;
};
struct Door {
  HouseholdId household;
  std::size_t grid = 0;
  std::vector<PersonId> persons;
};
struct World {
  std::vector<Staff> staff;  // three workers of two grids, two officers, county, city, nation
  std::vector<Door> doors;
  BuildingId buildings[std::size(kGrids)];
  Installation installation;
};

RegionCode region(std::string_view code);
// Made through the write path, once for a test program.
World make_world(Disk& disk);

}  // namespace wangdi::sim
