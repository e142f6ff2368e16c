// SPDX-License-Identifier: Apache-2.0
// The people of the demo: one real community of the tree with 800 invented households. Names come
// from data/names, numbers carry the prefix 99 that is assigned to no place, phones begin with
// 19900. The same seed and day give the same demo.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "modules/regions/messages.hpp"
#include "modules/residents/messages.hpp"
#include "modules/screening/messages.hpp"
#include "modules/status/messages.hpp"

namespace wangdi::app {

inline constexpr std::size_t kDemoHouseholds = 800;

struct DemoNames {
  std::vector<std::string> surnames;
  std::vector<std::string> given[2];  // by sex: male, female
  std::vector<std::string> full[2];   // hard cases
  // Reads data/names/demo_names.csv. Error: file_damaged.
  static Result<DemoNames> load(const std::string& path);
};

struct DemoVisit {
  RegionCode grid;
  UnixMs at = 0;
  screening::RecordVisit visit;
};
struct DemoHousehold {
  residents::AddHousehold household;
  std::vector<residents::AddPerson> persons;
  std::vector<residents::AddKeyGroup> key_groups;
  std::vector<status::SetStatus> statuses;
};
struct DemoCommunity {
  RegionCode community;
  std::vector<regions::AddGrid> grids;
  regions::AddCompound compound;
  std::vector<regions::AddBuilding> buildings;
  std::vector<DemoHousehold> households;
  screening::StartRound round;    // of the county
  std::vector<DemoVisit> visits;  // in order of time
};

// `county` is the region of the round; visits lie between the start of yesterday and `now`.
DemoCommunity make_demo_community(const RegionCode& community, const DemoNames& names, UnixMs now,
                                  ZoneOffset zone);

}  // namespace wangdi::app
