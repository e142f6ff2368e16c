// SPDX-License-Identifier: Apache-2.0
// Offline editing: of two corrections to different fields both stay; to the same field, the later
// sender is shown what the other did.
#pragma once

#include <vector>

#include "common/bus/context.hpp"
#include "modules/residents/messages.hpp"

namespace wangdi::residents {

// Fields of `changes` that someone else corrected after the sender's base position. Without a base
// position the sender knew the present state; one of another district knew nothing of this one.
// `who` is the other's name, or the account's id where the vault has none; personal values are not
// told here.
Result<std::vector<bus::FieldConflict>> conflicts_with(const List<FieldCorrected, 16>& changes,
                                                       const Uuid& subject,
                                                       bus::CommandContext& context);

}  // namespace wangdi::residents
