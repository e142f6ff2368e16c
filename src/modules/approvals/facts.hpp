// SPDX-License-Identifier: Apache-2.0
// What other modules may ask: whether a second person agreed, and when.
#pragma once

#include <optional>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "modules/approvals/messages.hpp"

namespace wangdi::bus {
struct QueryContext;
}

namespace wangdi::approvals {

struct Wanted {
  Action action{};
  RegionCode region;
  vault::Purpose purpose{};
};
// When the reader was last allowed exactly this, within the time that a permission holds; nothing
// when nobody agreed. One permission is for once: the caller hands the time to the access log, which
// refuses the second use (vault::AccessEntry::once_since).
Result<std::optional<UnixMs>> allowed_at(const Wanted& wanted, bus::QueryContext& context);

}  // namespace wangdi::approvals
