// SPDX-License-Identifier: Apache-2.0
// Who may be the second person, and how long a request and a permission hold.
#pragma once

#include <cstdint>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "modules/approvals/messages.hpp"

namespace wangdi::approvals {

struct Request {
  AccountId asked_by;
  UnixMs asked_at = 0;
  ApprovalState state{};
};

// What was asked or allowed at this moment or before is over.
UnixMs over_until(UnixMs now, std::int64_t hours);

// Errors: already_decided (also when its time is over), second_person_needed.
Status may_decide(const Request& request, AccountId decider, UnixMs now, std::int64_t hours);

}  // namespace wangdi::approvals
