// SPDX-License-Identifier: Apache-2.0
// The board, the definitions of indicators, the list of cut-offs.
#include "modules/reporting/queries.hpp"

#include <algorithm>
#include <span>

#include "modules/accounts/facts.hpp"
#include "modules/regions/facts.hpp"
#include "modules/reporting/figures.hpp"
#include "modules/reporting/indicator_table.hpp"
#include "modules/reporting/module.hpp"
#include "modules/reporting/roles.hpp"
#include "modules/reporting/rules.hpp"
#include "modules/reporting/tables.hpp"
#include "modules/screening/facts.hpp"

namespace wangdi::reporting {
namespace {

using bus::QueryContext;

constexpr store::Statement kCutOffById{
    "reporting_cut_off_by_id",
    "SELECT district, region, name, cut_off, day, recorded_at, actor, reached, due, vacant,"
    " missing, overdue, key_seen, key_due, key_missing, trend, positions_count, positions"
    " FROM cut_off WHERE district = $1 AND region = $2 AND cut_off = $3"};
constexpr store::Statement kCutOffsOfRegion{
    "reporting_cut_offs_of_region",
    "SELECT cut_off, name, recorded_at, actor, positions_count FROM cut_off"
    " WHERE district = $1 AND region = $2 ORDER BY recorded_at DESC, cut_off DESC LIMIT $3"};
constexpr store::Statement kAll[] = {kCutOffById, kCutOffsOfRegion};

struct CutOffEntry {
  CutOffId cut_off;
  std::string name;
  UnixMs recorded_at = 0;
  AccountId actor;
  std::int64_t positions_count = 0;
};
WD_DESCRIBE(CutOffEntry, cut_off, name, recorded_at, actor, positions_count)

RowPlace place_of(const PlaceFigures& place) {
  return {place.households.reached, place.households.due, place.code};
}

// The page of places after a place in the order of the board, with their names.
Status take_rows(std::vector<PlaceFigures> places, const BoardParams& params, QueryContext& context,
                 BoardView& view) {
  auto first = places.begin();
  if (params.after) {
    if (const auto after = row_place(params.after->text)) {
      first = std::ranges::find_if(places, [&](const PlaceFigures& place) {
        return stands_before(*after, place_of(place));
      });
    }
  }
  const auto left = static_cast<std::size_t>(places.end() - first);
  const auto count = std::min(left, limits::kPageRows);
  const std::span<PlaceFigures> page(first, count);
  std::vector<RegionCode> codes;
  for (const auto& place : page) codes.push_back(place.code);
  WD_TRY(auto names, regions::region_names(context.db, codes));
  for (std::size_t i = 0; i < count; ++i) {
    auto& place = page[i];
    if (i + 1 == count && count < left) view.next = text_of(place_of(place));
    const auto level = place.code.level();
    view.rows.items.push_back({std::move(place.code), std::move(names[i]), level, place.communities,
                               place.households, place.key_persons, place.updated_at});
  }
  return ok();
}

PlaceFigures figures_of(const StoredPlace& row) {
  return {row.code,
          row.communities,
          {row.reached, row.due, row.vacant, row.missing, row.overdue},
          {row.key_seen, row.key_due, row.key_missing},
          row.updated_at};
}

// The board as it was stored; nothing is counted again.
Status take_stored(const BoardParams& params, QueryContext& context, BoardView& view) {
  const auto district = params.region.district();
  WD_TRY(const auto row, store::select_one<StoredCutOff>(context.db, kCutOffById, district,
                                                         params.region, *params.cut_off));
  if (!row) return Error(ErrorCode::not_found);
  WD_TRY(auto trend, codec::decode<Trend>(row->trend));
  view.cut_off = {row->name, row->recorded_at, row->positions_count};
  view.households = {row->reached, row->due, row->vacant, row->missing, row->overdue};
  view.key_persons = {row->key_seen, row->key_due, row->key_missing};
  view.trend = std::move(trend.days);
  std::vector<PlaceFigures> places;
  WD_TRY([[maybe_unused]] auto read,
         context.db.by_key(kPlace.info(), 2, store::bind_all(district, *params.cut_off),
                           [&](const store::RowReader& reader) {
                             places.push_back(figures_of(store::read_row<StoredPlace>(reader)));
                             return true;
                           }));
  return take_rows(std::move(places), params, context, view);
}

// The board of a day, counted now. An earlier day is shown as it stood at its end.
Status take_counted(const BoardParams& params, QueryContext& context, BoardView& view) {
  const auto day = params.day.value_or(context.today);
  if (day > context.today) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/day", ErrorCode::date_in_future);
  }
  WD_TRY(auto figures, region_figures(context.db, params.region, day));
  const auto end = day.plus_days(1).start(context.zone);
  view.cut_off = {day.text(), std::min(context.now, end),
                  static_cast<std::int64_t>(figures.positions.size())};
  view.households = figures.households;
  view.key_persons = figures.key_persons;
  view.trend.items = std::move(figures.trend);
  WD_TRY(const auto rounds, screening::rounds_over(context.db, params.region, day));
  if (!rounds.empty()) {
    const auto& round = rounds.front();
    view.round = screening::RoundView{round.round,     round.region, round.title,
                                      round.starts_on, round.due_on, round.ends_on};
  }
  return take_rows(std::move(figures.places), params, context, view);
}

Result<BoardView> board(const BoardParams& params, QueryContext& context) {
  if (params.region.level() > RegionLevel::community) return Error(ErrorCode::not_found);
  WD_TRY(auto region, regions::region_view(context.db, params.region));
  if (!region) return Error(ErrorCode::not_found);
  BoardView view;
  view.region = std::move(*region);
  WD_TRY([[maybe_unused]] auto taken,
         params.cut_off ? take_stored(params, context, view) : take_counted(params, context, view));
  return view;
}

Result<Indicators> indicator_rows(const IndicatorsParams&, QueryContext&) {
  Indicators view;
  for (const auto& definition : kIndicators) {
    const auto* choice = codec::choice_of(definition.indicator);
    IndicatorRow row{std::string(choice->name), std::string(choice->title_zh),
                     std::string(choice->title_en), std::string(definition.unit), std::nullopt};
    if (!definition.denominator.empty()) row.denominator = std::string(definition.denominator);
    view.rows.push_back(std::move(row));
  }
  return view;
}

Result<CutOffs> cut_offs(const CutOffsParams& params, QueryContext& context) {
  WD_TRY(const auto rows,
         store::select<CutOffEntry>(context.db, kCutOffsOfRegion, params.region.district(),
                                    params.region, static_cast<std::int64_t>(kCutOffsListed)));
  std::vector<AccountId> actors;
  for (const auto& row : rows) actors.push_back(row.actor);
  WD_TRY(auto names, accounts::account_names(context.db, context.vault, actors));
  CutOffs view;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    auto by = names[i].empty() ? row.actor.text() : std::move(names[i]);
    view.rows.items.push_back(
        {row.cut_off, row.name, row.recorded_at, std::move(by), row.positions_count});
  }
  return view;
}

template <class Params>
Result<RegionCode> region_of(const Params& params, QueryContext&) {
  return params.region;
}

}  // namespace

std::span<const store::Statement> board_statements() { return kAll; }

void register_queries(bus::Registry& registry) {
  using bus::QueryMethod;
  registry.query<BoardParams, BoardView>({.method = QueryMethod::get,
                                          .path = "reporting/board",
                                          .roles = kBoardRoles,
                                          .region_of = region_of<BoardParams>,
                                          .summary_zh = "看板",
                                          .summary_en = "The board",
                                          .token_use = access::TokenUse::figures},
                                         board);
  registry.query<IndicatorsParams, Indicators>(
      {.method = QueryMethod::get,
       .path = "reporting/indicators",
       .roles = kBoardRoles,
       .region_of = [](const IndicatorsParams&, QueryContext& context) -> Result<RegionCode> {
         return context.actor.region;
       },
       .summary_zh = "指标口径",
       .summary_en = "Indicators",
       .token_use = access::TokenUse::figures},
      indicator_rows);
  registry.query<CutOffsParams, CutOffs>({.method = QueryMethod::get,
                                          .path = "reporting/cut_offs",
                                          .roles = kBoardRoles,
                                          .region_of = region_of<CutOffsParams>,
                                          .summary_zh = "截数",
                                          .summary_en = "Cut-offs",
                                          .token_use = access::TokenUse::figures},
                                         cut_offs);
}

}  // namespace wangdi::reporting
