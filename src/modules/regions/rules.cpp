// SPDX-License-Identifier: Apache-2.0
// Flags, paths and code ranges of the division tree.
#include "modules/regions/rules.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace wangdi::regions {
namespace {

constexpr std::string_view kPlaceholderNames[] = {"市辖区", "县", "省直辖县级行政区划",
                                                  "自治区直辖县级行政区划"};
constexpr std::string_view kVirtualMark = "虚拟";
constexpr std::string_view kProvinceAdministeredCity = "90";  // its last two digits

bool acts_as_township(const RegionCode& code) {
  const char kind = code.text()[6];
  return kind == '4' || kind == '5';
}

bool is_own_bridge(const RegionCode& code, bool own) { return own && code.text().ends_with("00"); }

}  // namespace

NodeFlags flags_of(const RegionCode& code, std::string_view name, std::string_view parent_name,
                   bool own) {
  NodeFlags flags = own ? kOwnCode : 0;
  switch (code.level()) {
    case RegionLevel::city:
      if (std::ranges::find(kPlaceholderNames, name) != std::end(kPlaceholderNames) ||
          is_own_bridge(code, own)) {
        flags |= kPlaceholder;
      }
      break;
    case RegionLevel::county:
      if (name == parent_name) flags |= kPseudoCounty;
      if (!own && code.text()[4] == '7') flags |= kStatisticalZone;
      if (!own && code.parent().text().ends_with(kProvinceAdministeredCity)) {
        flags |= kProvinceAdministered;
      }
      break;
    case RegionLevel::township:
      if (acts_as_township(code)) flags |= kActsAsTownship;
      break;
    case RegionLevel::community:
      if (name.find(kVirtualMark) != std::string_view::npos) flags |= kVirtual;
      break;
    case RegionLevel::nation:
    case RegionLevel::province:
    case RegionLevel::grid:
      break;
  }
  return flags;
}

std::vector<RegionStep> displayed_path(std::span<const PathNode> nodes) {
  std::vector<RegionStep> path;
  for (std::size_t at = 0; at < nodes.size(); ++at) {
    const auto& node = nodes[at];
    const bool last = at + 1 == nodes.size();
    const bool nation = node.code.level() == RegionLevel::nation;
    if (!last && (nation || (node.flags & kHidden) != 0)) continue;
    RegionStep step{node.code, node.name, node.code.level()};
    if (path.empty() || path.back().name != node.name) {
      path.push_back(std::move(step));
    } else if (last) {
      path.back() = std::move(step);
    }
  }
  return path;
}

Result<RegionCode> grid_code(const RegionCode& community, std::string_view suffix) {
  const auto refused = [] {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/suffix", ErrorCode::field_out_of_range, {{"least", "001"}, {"most", "999"}});
  };
  const bool digits = std::ranges::all_of(suffix, [](char c) { return c >= '0' && c <= '9'; });
  if (suffix.size() != 3 || !digits || suffix == "000") return refused();
  return RegionCode::parse(community.text() + std::string(suffix));
}

bool same_name(std::string_view a, std::string_view b) { return text::fold(a) == text::fold(b); }

Status check_building(const AddBuilding& building) {
  Error error(ErrorCode::invalid_fields);
  const auto check = [&error](const char* pointer, std::int32_t value, std::int32_t most) {
    if (value >= 1 && value <= most) return;
    error.add_field(
        {pointer, ErrorCode::field_out_of_range, {{"least", "1"}, {"most", std::to_string(most)}}});
  };
  check("/units", building.units, kUnitsMost);
  check("/floors", building.floors, kFloorsMost);
  check("/rooms_per_floor", building.rooms_per_floor, kRoomsPerFloorMost);
  if (error.fields().empty()) return ok();
  auto count = std::to_string(error.fields().size());
  return std::move(error).with("count", std::move(count));
}

CodeRange codes_within(const RegionCode& region, RegionLevel level) {
  const auto& prefix = region.text();
  const auto digits = code_digits(level);
  WD_ASSERT(digits >= prefix.size());
  const auto missing = digits - prefix.size();
  return {prefix + std::string(missing, '0'), prefix + std::string(missing, '9')};
}

}  // namespace wangdi::regions
