// SPDX-License-Identifier: Apache-2.0
// What other modules may ask of the ledger: that it forgets slips.
#pragma once

#include <cstdint>

#include "base/civil_date.hpp"

namespace wangdi::store {
class Rows;
}

namespace wangdi::ledger {

// Takes out slips that are over at `now`, and those that were handed out for somebody who is not in
// the roster any more; gives how many. They are rows of the nation's district, which the caller
// holds.
std::int64_t forget_slips(store::Rows& rows, UnixMs now);

}  // namespace wangdi::ledger
