// SPDX-License-Identifier: Apache-2.0
// What other modules may ask of the ledger: that it forgets slips, and about whom residents asked.
#pragma once

#include <cstdint>
#include <vector>

#include "base/civil_date.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "types/region_code.hpp"

namespace wangdi::store {
class Connection;
class Rows;
}  // namespace wangdi::store

namespace wangdi::ledger {

// Takes out slips that are over at `now`, and those that were handed out for somebody who is not in
// the roster any more; gives how many. They are rows of the nation's district, which the caller
// holds.
std::int64_t forget_slips(store::Rows& rows, UnixMs now);

// At most so many are given, the latest.
inline constexpr std::int64_t kRequestFacts = 20'000;

// Persons about whose record something was asked at or after an instant, or waits for an answer.
Result<std::vector<PersonId>> asked_about(store::Connection& db, District district, UnixMs since);

}  // namespace wangdi::ledger
