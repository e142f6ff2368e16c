// SPDX-License-Identifier: Apache-2.0
// An operator's word that what is missing from the journal is gone: it is written on from what is
// there, the journal says so, and phones send again what they still have.
#pragma once

#include "app/guard.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

struct AcceptedLoss {
  GuardFindings findings;   // what was missing; nothing was changed when there are none
  std::int64_t number = 0;  // in receipts from now on
};
// Errors: journal_damaged when the chain of what is there does not hold (then a backup is
// restored), those of Folder::open, open_engine and Vault::open, root_missing, storage_failed.
Result<AcceptedLoss> accept_loss(const Config& config, const Clock& clock);

// What a database needs that knows less than was answered: its keys are kept, everybody logs in
// again, so that phones show what they were answered, and the table of restores is there.
Status prepare_for_resending(store::Connection& connection, vault::Vault& vault);

}  // namespace wangdi::app
