// SPDX-License-Identifier: Apache-2.0
// Rules of slips and requests.
#include "modules/ledger/rules.hpp"

#include "base/text.hpp"

namespace wangdi::ledger {

bool is_under(std::int64_t years, const std::optional<CivilDate>& born,
              const std::optional<std::int32_t>& birth_year, CivilDate day) {
  if (born) return age_in_years(*born, day) < years;
  return birth_year && day.year() - *birth_year <= years;
}

Status check_holder(Holder holder, bool is_child, std::int64_t years) {
  if (!is_child || holder == Holder::guardian) return ok();
  return Error(ErrorCode::guardian_needed).with("years", std::to_string(years));
}

std::int64_t days_left(CivilDate due_on, CivilDate today) { return due_on - today; }

RequestState state_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::granted:
      return RequestState::granted;
    case Verdict::partly:
      return RequestState::partly;
    case Verdict::declined:
      return RequestState::declined;
  }
  return RequestState::declined;
}

std::string digits_of(std::string_view typed) {
  std::string digits;
  for (const char c : text::fold(typed)) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  return digits;
}

}  // namespace wangdi::ledger
