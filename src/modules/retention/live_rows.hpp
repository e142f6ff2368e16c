// SPDX-License-Identifier: Apache-2.0
// Making live rows those of a replay without some records.
#pragma once

#include "store/captured.hpp"

namespace wangdi::retention {

// Changes the rows that `with` and `without` tell apart, inside the caller's transaction. What is
// stored has to be what `with` says: else nothing may be destroyed. Error: journal_damaged naming
// the table.
Status make_live(const store::Captured& with, const store::Captured& without,
                 store::Connection& live);

}  // namespace wangdi::retention
