// SPDX-License-Identifier: Apache-2.0
// The days of a hold.
#include "modules/holds/rules.hpp"

namespace wangdi::holds {

Status check_end(CivilDate ends_on, CivilDate today, std::int64_t days_most) {
  const auto last = today.plus_days(static_cast<std::int32_t>(days_most));
  if (ends_on > today && ends_on <= last) return ok();
  return Error(ErrorCode::hold_end_invalid).with("day", last.text());
}

}  // namespace wangdi::holds
