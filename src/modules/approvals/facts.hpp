// SPDX-License-Identifier: Apache-2.0
// What other modules may ask: whether a second person agreed, and when.
#pragma once

#include <optional>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "modules/approvals/messages.hpp"

namespace wangdi::bus {
struct CommandContext;
struct QueryContext;
}  // namespace wangdi::bus

namespace wangdi::approvals {

struct Wanted {
  Action action{};
  RegionCode region;
  vault::Purpose purpose{};
};
// When the reader was last allowed exactly this, within the time that a permission holds; nothing
// when nobody agreed. One permission is for once: the caller hands the time to the access log,
// which refuses the second use (vault::AccessEntry::once_since).
Result<std::optional<UnixMs>> allowed_at(const Wanted& wanted, bus::QueryContext& context);

// Asks a second person for something that waits: keeps the reason, and gives the event for the
// caller's decision. Error: command_id_reused.
Result<ApprovalAsked> asking(ApprovalId approval, const Wanted& wanted, std::string_view reason,
                             bus::CommandContext& context);
// What became of such a request. Nothing is allowed for longer than a permission holds.
struct Standing {
  ApprovalState state{};
  bool is_over = false;  // its time is over
};
// Nothing when there is no such request.
Result<std::optional<Standing>> standing(ApprovalId approval, const RegionCode& region,
                                         bus::CommandContext& context);
Result<std::optional<Standing>> standing(ApprovalId approval, const RegionCode& region,
                                         bus::QueryContext& context);

}  // namespace wangdi::approvals
