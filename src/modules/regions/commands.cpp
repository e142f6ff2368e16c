// SPDX-License-Identifier: Apache-2.0
// Command handlers of the division tree: load state and facts, call the rules, give events.
#include "modules/regions/commands.hpp"

#include <algorithm>

#include "modules/regions/facts.hpp"
#include "modules/regions/importer.hpp"
#include "modules/regions/rules.hpp"
#include "modules/regions/tables.hpp"

namespace wangdi::regions {
namespace {

using access::Role;
using bus::CommandContext;
using bus::Decision;

Error refused_at(std::string pointer, ErrorCode code, std::vector<ErrorDetail> details = {}) {
  return Error(ErrorCode::invalid_fields)
      .with("count", "1")
      .at(std::move(pointer), code, std::move(details));
}

Error full_at(std::string pointer, std::size_t limit) {
  return refused_at(std::move(pointer), ErrorCode::field_too_many,
                    {{"limit", std::to_string(limit)}});
}

// What is laid out belongs to a community of the tree, in force, where somebody may live.
Status check_community(const RegionCode& community, std::string pointer, CommandContext& context) {
  if (community.level() == RegionLevel::community) {
    const auto facts = region_facts(context.rows, community);
    if (facts && facts->in_force && !facts->is_virtual) return ok();
  }
  return refused_at(std::move(pointer), ErrorCode::region_code_invalid);
}

// ---- the tree ----

// The whole tree is read before anything is recorded: what contradicts itself is refused here.
Result<Decision> import_tree(const TreeStore& trees, const ImportTree& command,
                             CommandContext& context) {
  WD_TRY(const auto source, trees.find(command.source));
  WD_TRY(const auto summary,
         read_tree(source, [](const TreeNode&, CivilDate) -> Status { return ok(); }));
  // Codes open and close on an edition's day, so that history runs one way only.
  for (const auto& before : context.rows.list(kTreeEdition, context.region.district())) {
    if (before.edition <= summary.edition) continue;
    return Error(ErrorCode::tree_refused)
        .with("where", "edition.csv")
        .with("why", "older_than " + before.edition.text());
  }
  Decision decision;
  decision.events.push_back(
      bus::event(context.id.value, context.region,
                 TreeImported{command.source, summary.edition, summary.nodes, summary.closed}));
  return decision;
}

// ---- below the community ----

Result<Decision> add_grid(const AddGrid& command, CommandContext& context) {
  WD_TRY([[maybe_unused]] auto checked, check_community(command.community, "/community", context));
  WD_TRY(const auto grid, grid_code(command.community, command.suffix.text));
  for (const auto& other : grids_of(context.rows, command.community)) {
    if (other.grid == grid || same_name(other.name, command.name.text)) {
      return Error(ErrorCode::region_exists);
    }
  }
  Decision decision;
  // A grid is known by its code; the record's subject is only an id that nothing else has.
  decision.events.push_back(bus::event(context.id.value, grid, GridAdded{grid, command.name.text}));
  return decision;
}

Result<Decision> add_compound(const AddCompound& command, CommandContext& context) {
  WD_TRY([[maybe_unused]] auto checked, check_community(command.community, "/community", context));
  std::size_t beside = 0;
  // The whole district is looked through, since an id is used once in it.
  for (const auto& other : context.rows.list(kCompound, command.community.district())) {
    if (other.compound == command.id) return Error(ErrorCode::command_id_reused);
    if (other.community != command.community) continue;
    if (same_name(other.name, command.name.text)) return Error(ErrorCode::region_exists);
    ++beside;
  }
  if (beside >= kCompoundsPerCommunity) return full_at("/community", kCompoundsPerCommunity);
  Decision decision;
  decision.events.push_back(
      bus::event(command.id.value, command.community,
                 CompoundAdded{command.id, command.community, command.name.text}));
  return decision;
}

// A building's compound lies in the building's community; the error names those that do.
Status check_compound(CompoundId compound, const RegionCode& community, CommandContext& context) {
  std::string names;
  for (const auto& known : context.rows.list(kCompound, community.district(), community)) {
    if (known.compound == compound) return ok();
    constexpr std::size_t kNamesBytesMost = 400;
    if (names.size() > kNamesBytesMost) continue;
    names += (names.empty() ? "" : "、") + known.name;
  }
  return refused_at("/compound", ErrorCode::field_choice_unknown,
                    {{"choices", names}, {"choices_en", names}});
}

Result<Decision> add_building(const AddBuilding& command, CommandContext& context) {
  const auto community = command.grid.at(RegionLevel::community);
  if (command.grid.level() != RegionLevel::grid || !region_facts(context.rows, command.grid)) {
    return Error(ErrorCode::grid_unknown);
  }
  WD_TRY([[maybe_unused]] auto placed, check_community(community, "/grid", context));
  WD_TRY([[maybe_unused]] auto checked, check_building(command));
  if (command.compound) {
    WD_TRY([[maybe_unused]] auto found, check_compound(*command.compound, community, context));
  }
  if (building_facts(context.rows, command.grid.district(), command.id)) {
    return Error(ErrorCode::command_id_reused);
  }
  // The statement behind it reads the tables, so what the batch holds goes there first.
  WD_TRY([[maybe_unused]] auto flushed, context.rows.flush());
  WD_TRY(const auto beside, buildings_of(context.rows.connection(), community));
  if (beside.size() >= kBuildingsPerCommunity) return full_at("/grid", kBuildingsPerCommunity);
  const bool taken = std::ranges::any_of(beside, [&](const BuildingFacts& other) {
    return other.grid == command.grid && same_name(other.name, command.name.text);
  });
  if (taken) return Error(ErrorCode::region_exists);
  Decision decision;
  decision.events.push_back(
      bus::event(command.id.value, command.grid,
                 BuildingAdded{command.id, command.grid, command.compound, command.name.text,
                               command.units, command.floors, command.rooms_per_floor}));
  return decision;
}

}  // namespace

void register_commands(bus::Registry& registry, std::shared_ptr<const TreeStore> trees) {
  registry.command<ImportTree>(
      {{Role::system_administrator},
       [](const ImportTree&, CommandContext&) -> Result<RegionCode> { return RegionCode(); },
       "导入区划表",
       "Import a division tree"},
      [trees = std::move(trees)](const ImportTree& command, CommandContext& context) {
        return import_tree(*trees, command, context);
      });
  registry.command<AddGrid>({access::kOfficers,
                             [](const AddGrid& command, CommandContext&) -> Result<RegionCode> {
                               return command.community;
                             },
                             "新设一个网格", "Add a grid"},
                            add_grid);
  registry.command<AddCompound>(
      {access::kOfficers,
       [](const AddCompound& command, CommandContext&) -> Result<RegionCode> {
         return command.community;
       },
       "登记一个小区", "Add a compound"},
      add_compound);
  registry.command<AddBuilding>({access::kOfficers,
                                 [](const AddBuilding& command,
                                    CommandContext&) -> Result<RegionCode> { return command.grid; },
                                 "登记一幢楼", "Add a building"},
                                add_building);
}

}  // namespace wangdi::regions
