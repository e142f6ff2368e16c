// SPDX-License-Identifier: Apache-2.0
// Taking a cut-off: the figures as they stand inside the write, so that nothing moves between them.
#include "modules/reporting/commands.hpp"

#include "modules/regions/facts.hpp"
#include "modules/reporting/figures.hpp"
#include "modules/reporting/roles.hpp"
#include "modules/reporting/tables.hpp"

namespace wangdi::reporting {
namespace {

using bus::CommandContext;
using bus::Decision;

Result<Decision> take_cut_off(const TakeCutOff& command, CommandContext& context) {
  const auto& region = command.region;
  if (region.level() > RegionLevel::community) return Error(ErrorCode::not_found);
  if (!regions::region_facts(context.rows, region)) return Error(ErrorCode::not_found);
  if (context.rows.find(kCutOff, {region.district(), region, command.name.text}) != nullptr) {
    return Error(ErrorCode::cut_off_exists);
  }
  // The figures are read by statements: what the batch changed so far has to be there.
  WD_TRY([[maybe_unused]] auto flushed, context.rows.flush());
  WD_TRY(auto figures, region_figures(context.rows.connection(), region, context.today));
  if (figures.positions.size() > kPositionsMost) {
    return Error(ErrorCode::internal).because("more districts than a cut-off holds");
  }
  CutOffTaken event;
  event.name = command.name.text;
  event.day = context.today;
  event.households = figures.households;
  event.key_persons = figures.key_persons;
  event.trend.items = std::move(figures.trend);
  event.places.items = std::move(figures.places);
  event.positions.items = std::move(figures.positions);
  Decision decision;
  decision.events.push_back(bus::event(context.id.value, region, std::move(event)));
  return decision;
}

}  // namespace

void register_commands(bus::Registry& registry) {
  registry.command<TakeCutOff>(
      {.roles = kBoardRoles,
       .region_of = [](const TakeCutOff& command, CommandContext&) -> Result<RegionCode> {
         return command.region;
       },
       .summary_zh = "存一个时点的数字",
       .summary_en = "Store the figures of a moment",
       .token_use = access::TokenUse::cut_offs},
      take_cut_off);
}

}  // namespace wangdi::reporting
