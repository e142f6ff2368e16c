// SPDX-License-Identifier: Apache-2.0
// When a hold may end, when it is over, and when a resident reads of it. Pure.
#pragma once

#include <optional>

#include "base/civil_date.hpp"
#include "base/result.hpp"

namespace wangdi::holds {

// A hold ends after today and at most `days_most` days later; who needs longer sets another one.
// Error: hold_end_invalid.
Status check_end(CivilDate ends_on, CivilDate today, std::int64_t days_most);

struct Term {
  CivilDate ends_on;  // that day included
  std::optional<CivilDate> lifted_on;
};
// Nothing is destroyed while it runs.
constexpr bool runs(const Term& term, CivilDate today) {
  return !term.lifted_on && today <= term.ends_on;
}
// Where the law wants it kept secret the resident reads of it when it is over (PIPL 18).
constexpr bool is_told(const Term& term, bool told, CivilDate today) {
  return told || !runs(term, today);
}

}  // namespace wangdi::holds
