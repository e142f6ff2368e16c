// SPDX-License-Identifier: Apache-2.0
// The rules of the second person.
#include "modules/approvals/rules.hpp"

namespace wangdi::approvals {

UnixMs over_until(UnixMs now, std::int64_t hours) {
  constexpr std::int64_t kHourMs = 3'600'000;
  return now - hours * kHourMs;
}

Status may_decide(const Request& request, AccountId decider, UnixMs now, std::int64_t hours) {
  if (request.state != ApprovalState::asked || request.asked_at <= over_until(now, hours)) {
    return Error(ErrorCode::already_decided);
  }
  if (request.asked_by == decider) return Error(ErrorCode::second_person_needed);
  return ok();
}

}  // namespace wangdi::approvals
