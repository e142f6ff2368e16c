// SPDX-License-Identifier: Apache-2.0
// Slips that nobody will open any more.
#include "modules/ledger/facts.hpp"

#include "access/tables.hpp"
#include "modules/ledger/tables.hpp"
#include "modules/residents/facts.hpp"
#include "store/rows.hpp"

namespace wangdi::ledger {

std::int64_t forget_slips(store::Rows& rows, UnixMs now) {
  std::int64_t forgotten = 0;
  for (const auto& row : rows.list(kSlip, access::kNation)) {
    if (row.expires_at >= now && residents::stored_person(rows, row.home, row.person)) continue;
    rows.erase(kSlip, {row.district, row.slip});
    ++forgotten;
  }
  return forgotten;
}

}  // namespace wangdi::ledger
