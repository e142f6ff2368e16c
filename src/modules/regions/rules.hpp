// SPDX-License-Identifier: Apache-2.0
// Rules of the division tree: what a node is, how a path is shown, what may stand below a
// community. Pure functions; the traps they answer are listed in data/README.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "modules/regions/messages.hpp"

namespace wangdi::regions {

// What a node is beside its level. Values are stored: never renumber.
using NodeFlags = std::int32_t;
inline constexpr NodeFlags kPlaceholder = 1;  // a "city" that is no place: 市辖区
inline constexpr NodeFlags kPseudoCounty =
    2;  // stands between a city without counties and its towns
inline constexpr NodeFlags kStatisticalZone = 4;  // no legal county; addresses carry another
inline constexpr NodeFlags kActsAsTownship = 8;   // farm, park or zone: township digits 400 to 599
inline constexpr NodeFlags kVirtual = 16;         // a community where nobody may live
inline constexpr NodeFlags kOwnCode = 32;         // our own number: there is no published one
inline constexpr NodeFlags kProvinceAdministered = 64;  // county directly below its province
// Kept because codes need them, never shown in a path or a list.
inline constexpr NodeFlags kHidden = kPlaceholder | kPseudoCounty;

inline constexpr std::string_view kNationName = "全国";
inline constexpr std::int32_t kUnitsMost = 30;
inline constexpr std::int32_t kFloorsMost = 120;
inline constexpr std::int32_t kRoomsPerFloorMost = 60;  // long corridors of dormitories

// The flags that follow from code and name; `parent_name` is the city's name for a county, the
// province's for a city with a number of our own (else unused). `own` tells whose number it is.
NodeFlags flags_of(const RegionCode& code, std::string_view name, std::string_view parent_name,
                   bool own);

// A node of a path, as stored.
struct PathNode {
  RegionCode code;
  std::string name;
  NodeFlags flags = 0;
};

// What a person reads as the way to the last node: hidden nodes above it are left out, and of two
// neighbours with the same name only one is shown (广东省 / 东莞市 / 东城街道). The last node
// itself is always shown. `nodes` leads from the province down; the nation alone gives itself.
std::vector<RegionStep> displayed_path(std::span<const PathNode> nodes);

// The code of a new grid. Errors: invalid_fields with /suffix unless three digits from 001.
Result<RegionCode> grid_code(const RegionCode& community, std::string_view suffix);

// Whether people would take two names for one: width and case make no difference.
bool same_name(std::string_view a, std::string_view b);

// Errors: invalid_fields naming each number that is out of range.
Status check_building(const AddBuilding& building);

// Least and greatest code of a level inside a region: the region's digits filled up with 0 and 9.
// The level must not be above the region's own.
struct CodeRange {
  std::string first;
  std::string last;
};
CodeRange codes_within(const RegionCode& region, RegionLevel level);

}  // namespace wangdi::regions
