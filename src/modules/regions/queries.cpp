// SPDX-License-Identifier: Apache-2.0
// Views of the division tree: children, path, search, buildings, each inside the asker's region.
#include "modules/regions/queries.hpp"

#include <map>

#include "modules/regions/facts.hpp"
#include "modules/regions/tables.hpp"

namespace wangdi::regions {
namespace {

using bus::QueryContext;
using bus::QueryMethod;

Result<RegionView> known_region(const RegionCode& code, QueryContext& context) {
  WD_TRY(auto view, region_view(context.db, code));
  if (!view) return Error(ErrorCode::not_found);
  return std::move(*view);
}

Result<RegionView> path(const RegionParams& params, QueryContext& context) {
  return known_region(params.region, context);
}

Result<RegionChildren> children(const ChildrenParams& params, QueryContext& context) {
  RegionChildren view;
  WD_TRY(view.region, known_region(params.region, context));
  WD_TRY(auto steps,
         displayed_children(context.db, params.region, params.after, limits::kPageRows + 1));
  const bool more = steps.size() > limits::kPageRows;
  if (more) steps.resize(limits::kPageRows);
  for (auto& step : steps) {
    WD_TRY(const auto beneath, displayed_children(context.db, step.code, std::nullopt, 1));
    view.children.items.push_back(
        {std::move(step.code), std::move(step.name), step.level, !beneath.empty()});
  }
  if (more) view.next = view.children.items.back().code;
  return view;
}

Result<RegionsFound> search(TreeIndex& index, const SearchParams& params, QueryContext& context) {
  WD_TRY(const auto tree, index.current(context.db));
  SearchRequest request{.query = params.q.text,
                        .under = params.under.value_or(context.actor.region),
                        .limit = kFoundPerPage + 1};
  if (params.after) request.after = params.after->text;
  auto hits = tree->find(request);
  RegionsFound view;
  if (hits.size() > kFoundPerPage) {
    hits.resize(kFoundPerPage);
    view.next = hits.back().place;
  }
  for (const auto& hit : hits) {
    WD_TRY(auto found, region_view(context.db, hit.code));
    if (!found) continue;
    view.rows.items.push_back(
        {std::move(found->code), std::move(found->name), found->level, std::move(found->path)});
  }
  return view;
}

// The part of a community whose buildings the asker sees: a grid worker those of the own grid.
RegionCode visible_part(const RegionCode& community, const access::Actor& actor) {
  const bool own = community.level() == RegionLevel::community &&
                   actor.region.level() == RegionLevel::grid && community.contains(actor.region);
  return own ? actor.region : community;
}

Result<Buildings> buildings(const BuildingsParams& params, QueryContext& context) {
  if (params.community.level() != RegionLevel::community) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/community", ErrorCode::region_code_invalid);
  }
  WD_TRY([[maybe_unused]] const auto known, known_region(params.community, context));
  std::map<CompoundId, std::string> compounds;
  WD_TRY([[maybe_unused]] auto read,
         context.db.by_key(kCompound.info(), 2,
                           store::bind_all(params.community.district(), params.community),
                           [&](const store::RowReader& reader) {
                             auto row = store::read_row<CompoundRow>(reader);
                             compounds.emplace(row.compound, std::move(row.name));
                             return true;
                           }));
  WD_TRY(auto rows, buildings_of(context.db, visible_part(params.community, context.actor)));
  Buildings view;
  for (auto& row : rows) {
    BuildingRow shown{row.building,        std::move(row.grid), row.compound, std::nullopt,
                      std::move(row.name), row.units,           row.floors,   row.rooms_per_floor};
    if (row.compound) {
      const auto named = compounds.find(*row.compound);
      if (named != compounds.end()) shown.compound_name = named->second;
    }
    view.rows.items.push_back(std::move(shown));
  }
  return view;
}

}  // namespace

void register_queries(bus::Registry& registry, std::shared_ptr<TreeIndex> index) {
  registry.query<RegionParams, RegionView>(
      {.method = QueryMethod::get,
       .path = "regions/path",
       .roles = access::kNotAuditors,
       .region_of = [](const RegionParams& params, QueryContext&) -> Result<RegionCode> {
         return params.region;
       },
       .summary_zh = "一个区划的所在位置",
       .summary_en = "Path of a region",
       .token_use = access::TokenUse::places},
      path);
  registry.query<ChildrenParams, RegionChildren>(
      {.method = QueryMethod::get,
       .path = "regions/children",
       .roles = access::kNotAuditors,
       .region_of = [](const ChildrenParams& params, QueryContext&) -> Result<RegionCode> {
         return params.region;
       },
       .summary_zh = "一个区划的下级",
       .summary_en = "Children of a region",
       .token_use = access::TokenUse::places},
      children);
  registry.query<SearchParams, RegionsFound>(
      {.method = QueryMethod::get,
       .path = "regions/search",
       .roles = access::kNotAuditors,
       .region_of = [](const SearchParams& params, QueryContext& context) -> Result<RegionCode> {
         return params.under.value_or(context.actor.region);
       },
       .summary_zh = "查找区划",
       .summary_en = "Search regions",
       .token_use = access::TokenUse::places},
      [index = std::move(index)](const SearchParams& params, QueryContext& context) {
        return search(*index, params, context);
      });
  registry.query<BuildingsParams, Buildings>(
      {QueryMethod::get, "regions/buildings", access::kFieldAndDistrict,
       [](const BuildingsParams& params, QueryContext& context) -> Result<RegionCode> {
         return visible_part(params.community, context.actor);
       },
       "一个社区的楼幢", "Buildings of a community"},
      buildings);
}

}  // namespace wangdi::regions
