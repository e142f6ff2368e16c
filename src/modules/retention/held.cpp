// SPDX-License-Identifier: Apache-2.0
// Reading of held bodies by the ids in them: they were never decoded, and a newer or older phone
// may have written them.
#include "modules/retention/held.hpp"

#include "modules/holds/facts.hpp"
#include "modules/residents/facts.hpp"
#include "vault/writer.hpp"

namespace wangdi::retention {

Result<bool> is_about_held_household(CommandId command, bus::CommandContext& context) {
  constexpr std::size_t kUuidText = 36;
  const auto district = context.region.district();
  WD_TRY(const auto body, context.vault.get(district, command.value, vault::Field::held_body));
  if (!body) return false;
  const std::string_view text(*body);
  for (std::size_t at = 0; at + kUuidText <= text.size(); ++at) {
    const auto id = Uuid::parse(text.substr(at, kUuidText));
    if (!id) continue;
    at += kUuidText - 1;
    WD_TRY(const auto household,
           residents::household_of_subject(context.rows.connection(), district, *id));
    if (household && holds::held_until(context.rows, district, *household, context.today)) {
      return true;
    }
  }
  return false;
}

}  // namespace wangdi::retention
