// SPDX-License-Identifier: Apache-2.0
// Queries of the ledger, and the view behind a resident's own visit, which is no query of the API's
// accounts: the server asks it for whoever opened a slip.
#pragma once

#include "common/bus/registry.hpp"
#include "modules/ledger/views.hpp"

namespace wangdi::ledger {

void register_queries(bus::Registry& registry);

// What one person may see of the access log and of the own requests; slip, csrf, holder and end of
// the visit are the caller's. The district is that of the context's actor. Error: not_found.
Result<LedgerView> ledger_view(PersonId person, bus::QueryContext& context);

std::span<const store::Statement> statements();

}  // namespace wangdi::ledger
