// SPDX-License-Identifier: Apache-2.0
// Whether what the vault holds can be opened, everybody's.
#pragma once

#include <cstddef>

#include "store/engine.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

// Number of people of whom a value does not open; what an erased key sealed is as it should be.
// Errors: storage_failed.
Result<std::size_t> unreadable_people(vault::Vault& vault, store::Connection& connection);

}  // namespace wangdi::app
