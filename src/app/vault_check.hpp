// SPDX-License-Identifier: Apache-2.0
// Whether what the vault holds can be opened, everybody's.
#pragma once

#include <cstddef>

#include "store/engine.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

// Numbers of people.
struct VaultFindings {
  std::size_t unreadable = 0;  // of whom a value does not open
  // Nobody's key opens what is there: they were erased after the backup that this is, an erasure
  // was cut off that the next start finishes, or the row's owner was changed.
  std::size_t keyless = 0;
  bool operator==(const VaultFindings&) const = default;
};

// Errors: storage_failed.
Result<VaultFindings> examine_vault(vault::Vault& vault, store::Connection& connection);

}  // namespace wangdi::app
