// SPDX-License-Identifier: Apache-2.0
// Commands held for review: sent by someone who had the right when it happened and lost it before
// it arrived. One record says that it came; its body waits encrypted in the vault.
#pragma once

#include "common/bus/registry.hpp"

namespace wangdi::bus {

struct CommandHeld {
  static constexpr std::string_view kType = "bus.command_held";
  static constexpr int kVersion = 1;
  std::string command_type;
};
WD_DESCRIBE(CommandHeld, command_type)

struct HeldCommandRow {
  District district;
  CommandId command;
  RegionCode region;
  std::string command_type;
  AccountId actor;
  UnixMs occurred_at = 0;
  UnixMs recorded_at = 0;
};
WD_DESCRIBE(HeldCommandRow, district, command, region, command_type, actor, occurred_at,
            recorded_at)
inline constexpr store::Table<HeldCommandRow, 2> kHeldCommand{"held_command"};

// Puts the body into the vault and gives the one event.
Result<Decision> hold_command(const PreparedCommand& command, CommandContext& context);

void register_held(Registry& registry);

}  // namespace wangdi::bus
