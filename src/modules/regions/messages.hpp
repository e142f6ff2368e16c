// SPDX-License-Identifier: Apache-2.0
// Commands, events and views of the division tree and of what stands below the community: grids,
// compounds, buildings. Nothing here is personal.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/limits.hpp"
#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "types/list.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"

namespace wangdi::regions {

using CompoundId = Id<struct CompoundTag>;
using SourceDigest =
    std::array<std::uint8_t, 32>;  // SHA-256 of the files of a tree, see TreeSource

inline constexpr std::size_t kPathSteps = 7;
inline constexpr std::size_t kBuildingsPerCommunity = 2'000;
inline constexpr std::size_t kCompoundsPerCommunity = 500;
inline constexpr std::size_t kFoundPerPage = 50;

// ---- commands ----

// Only the server's own `wangdi init` prepares what it names: a tree's files in the data folder.
struct ImportTree {
  static constexpr std::string_view kType = "regions.import_tree";
  SourceDigest source{};
};
WD_STRUCT(ImportTree, (source, "文件摘要", "Digest of the files", "", "regions"))

struct AddGrid {
  static constexpr std::string_view kType = "regions.add_grid";
  RegionCode community;
  Text<3, 3> suffix;
  Text<40, 1> name;
};
WD_STRUCT(AddGrid, (community, "社区", "Community", "", "regions"),
          (suffix, "网格编号", "Grid number, three digits", "", "regions"),
          (name, "名称", "Name", "", "regions"))

struct AddCompound {
  static constexpr std::string_view kType = "regions.add_compound";
  CompoundId id;
  RegionCode community;
  Text<40, 1> name;
};
WD_STRUCT(AddCompound, (id, "小区编号", "Compound id", "", "regions"),
          (community, "社区", "Community", "", "regions"), (name, "名称", "Name", "", "regions"))

struct AddBuilding {
  static constexpr std::string_view kType = "regions.add_building";
  BuildingId id;
  RegionCode grid;
  std::optional<CompoundId> compound;
  Text<40, 1> name;
  std::int32_t units = 1;
  std::int32_t floors = 1;
  std::int32_t rooms_per_floor = 1;
};
WD_STRUCT(AddBuilding, (id, "楼幢编号", "Building id", "", "regions"),
          (grid, "网格", "Grid", "", "regions"), (compound, "小区", "Compound", "", "regions"),
          (name, "名称", "Name", "", "regions"), (units, "单元数", "Units", "", "regions"),
          (floors, "层数", "Floors", "", "regions"),
          (rooms_per_floor, "每单元每层户数", "Rooms per floor of a unit", "", "regions"))

// ---- events ----

struct TreeImported {
  static constexpr std::string_view kType = "regions.tree_imported";
  static constexpr int kVersion = 1;
  SourceDigest source{};
  CivilDate edition;        // the day whose state the files show
  std::int64_t nodes = 0;   // in force on that day, published or with our own numbers
  std::int64_t closed = 0;  // codes the files name as gone
};
WD_DESCRIBE(TreeImported, source, edition, nodes, closed)

struct GridAdded {
  static constexpr std::string_view kType = "regions.grid_added";
  static constexpr int kVersion = 1;
  RegionCode grid;
  std::string name;
};
WD_DESCRIBE(GridAdded, grid, name)

struct CompoundAdded {
  static constexpr std::string_view kType = "regions.compound_added";
  static constexpr int kVersion = 1;
  CompoundId compound;
  RegionCode community;
  std::string name;
};
WD_DESCRIBE(CompoundAdded, compound, community, name)

struct BuildingAdded {
  static constexpr std::string_view kType = "regions.building_added";
  static constexpr int kVersion = 1;
  BuildingId building;
  RegionCode grid;
  std::optional<CompoundId> compound;
  std::string name;
  std::int32_t units = 1;
  std::int32_t floors = 1;
  std::int32_t rooms_per_floor = 1;
};
WD_DESCRIBE(BuildingAdded, building, grid, compound, name, units, floors, rooms_per_floor)

// ---- views ----

struct RegionStep {
  RegionCode code;
  std::string name;
  RegionLevel level = RegionLevel::nation;
};
WD_STRUCT(RegionStep, (code, "区划代码", "Code", "", "regions"),
          (name, "名称", "Name", "", "regions"), (level, "层级", "Level", "", "regions"))

// A region with the way to it, from the province to itself; the nation's path is itself.
struct RegionView {
  RegionCode code;
  std::string name;
  RegionLevel level = RegionLevel::nation;
  List<RegionStep, kPathSteps> path;
};
WD_STRUCT(RegionView, (code, "区划代码", "Code", "", "regions"),
          (name, "名称", "Name", "", "regions"), (level, "层级", "Level", "", "regions"),
          (path, "所在位置", "Path", "", "regions"))

struct RegionParams {
  RegionCode region;
};
WD_STRUCT(RegionParams, (region, "区划代码", "Code", "", "regions"))

struct ChildrenParams {
  RegionCode region;
  std::optional<RegionCode> after;
};
WD_STRUCT(ChildrenParams, (region, "区划代码", "Code", "", "regions"),
          (after, "从哪个之后", "After this code", "", "regions"))

struct RegionChild {
  RegionCode code;
  std::string name;
  RegionLevel level = RegionLevel::nation;
  bool has_children = false;
};
WD_STRUCT(RegionChild, (code, "区划代码", "Code", "", "regions"),
          (name, "名称", "Name", "", "regions"), (level, "层级", "Level", "", "regions"),
          (has_children, "有下级", "Has children", "", "regions"))

// Hidden nodes (市辖区, a pseudo county) are left out and their children stand in their place, so a
// child can be two levels below. In order of code.
struct RegionChildren {
  RegionView region;
  List<RegionChild, limits::kPageRows> children;
  std::optional<RegionCode> next;
};
WD_STRUCT(RegionChildren, (region, "区划", "Region", "", "regions"),
          (children, "下级", "Children", "", "regions"),
          (next, "下一页从哪个之后", "Next page after", "", "regions"))

struct SearchParams {
  Text<60, 1> q;
  std::optional<RegionCode> under;
  std::optional<Text<40>> after;
};
WD_STRUCT(SearchParams, (q, "找什么", "Name part, first letters of pinyin, or code", "", "regions"),
          (under, "在哪里找", "Inside this region; your own when left out", "", "regions"),
          (after, "从哪个之后", "After this place in the list", "", "regions"))

struct RegionFound {
  RegionCode code;
  std::string name;
  RegionLevel level = RegionLevel::nation;
  List<RegionStep, kPathSteps> path;
};
WD_STRUCT(RegionFound, (code, "区划代码", "Code", "", "regions"),
          (name, "名称", "Name", "", "regions"), (level, "层级", "Level", "", "regions"),
          (path, "所在位置", "Path", "", "regions"))

struct RegionsFound {
  List<RegionFound, kFoundPerPage> rows;
  std::optional<std::string> next;
};
WD_STRUCT(RegionsFound, (rows, "找到的区划", "Regions found", "", "regions"),
          (next, "下一页从哪个之后", "Next page after", "", "regions"))

struct BuildingsParams {
  RegionCode community;
};
WD_STRUCT(BuildingsParams, (community, "社区", "Community", "", "regions"))

struct BuildingRow {
  BuildingId id;
  RegionCode grid;
  std::optional<CompoundId> compound;
  std::optional<std::string> compound_name;
  std::string name;
  std::int32_t units = 1;
  std::int32_t floors = 1;
  std::int32_t rooms_per_floor = 1;
};
WD_STRUCT(BuildingRow, (id, "楼幢编号", "Building id", "", "regions"),
          (grid, "网格", "Grid", "", "regions"), (compound, "小区", "Compound", "", "regions"),
          (compound_name, "小区名称", "Name of the compound", "", "regions"),
          (name, "名称", "Name", "", "regions"), (units, "单元数", "Units", "", "regions"),
          (floors, "层数", "Floors", "", "regions"),
          (rooms_per_floor, "每单元每层户数", "Rooms per floor of a unit", "", "regions"))

// By grid, then in the order in which they were added.
struct Buildings {
  List<BuildingRow, kBuildingsPerCommunity> rows;
};
WD_STRUCT(Buildings, (rows, "楼幢", "Buildings", "", "regions"))

}  // namespace wangdi::regions
