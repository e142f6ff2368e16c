// SPDX-License-Identifier: Apache-2.0
// Holding a command: body into the vault, one event, one row for whoever reviews it.
#include "common/bus/held.hpp"

#include "vault/writer.hpp"

namespace wangdi::bus {
namespace {

void command_held(const CommandHeld& event, const Recorded& frame, store::Rows& rows) {
  rows.put(kHeldCommand, {frame.position.district, CommandId{frame.subject}, frame.region,
                          event.command_type, frame.actor, frame.occurred_at, frame.recorded_at});
}

}  // namespace

Result<Decision> hold_command(const PreparedCommand& command, CommandContext& context) {
  WD_TRY([[maybe_unused]] auto kept, context.vault.put(command.region.district(), command.id.value,
                                                       vault::Field::held_body, command.body));
  Decision decision;
  decision.events.push_back(
      event(command.id.value, command.region, CommandHeld{std::string(command.type)}));
  return decision;
}

void register_held(Registry& registry) {
  registry.table(kHeldCommand);
  registry.project<CommandHeld>(command_held);
}

}  // namespace wangdi::bus
