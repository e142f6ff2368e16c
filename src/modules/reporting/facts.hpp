// SPDX-License-Identifier: Apache-2.0
// What other modules may ask of reporting: what of the figures has to be kept when records that
// counted are destroyed.
#pragma once

#include "modules/reporting/messages.hpp"

namespace wangdi::store {
class Captured;
class Rows;
}  // namespace wangdi::store

namespace wangdi::reporting {

// What a rebuild without some records would miss: the figures that `with` counted and `without` did
// not, one of them zero where only the row would be missing, and when those records last moved
// something. Both are what a rebuild of a district's records alone would write.
FiguresKept figures_between(const store::Captured& with, const store::Captured& without);

// Tables that sum or follow the records of many places: a part of the records does not give them.
bool is_of_many(std::string_view table);
// Those of them that are sums.
bool is_sum(std::string_view table);

}  // namespace wangdi::reporting
