// SPDX-License-Identifier: Apache-2.0
// Rules of slips and requests. They take days and parameters as arguments.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "modules/ledger/messages.hpp"

namespace wangdi::ledger {

// Whether somebody is under `years` on the day. From the birth date; with a birth year only, as
// long as they may be: the protection of a child goes before a month of doubt. Nobody of whom
// neither is known.
bool is_under(std::int64_t years, const std::optional<CivilDate>& born,
              const std::optional<std::int32_t>& birth_year, CivilDate day);

// For a child only the guardian acts (PIPL 31). Error: guardian_needed.
Status check_holder(Holder holder, bool is_child, std::int64_t years);

// Days that are left on `today` to answer; 0 on the last day, below 0 when late.
std::int64_t days_left(CivilDate due_on, CivilDate today);

RequestState state_of(Verdict verdict);

// Digits only: what somebody types may hold blanks, dashes and full-width digits.
std::string digits_of(std::string_view typed);

}  // namespace wangdi::ledger
