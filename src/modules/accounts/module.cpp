// SPDX-License-Identifier: Apache-2.0
// Registers tables, commands, projections and queries of accounts, and the tables of access, whose
// room knows no registry.
#include "modules/accounts/module.hpp"

#include "access/tables.hpp"
#include "common/bus/registry.hpp"
#include "modules/accounts/commands.hpp"
#include "modules/accounts/projection.hpp"
#include "modules/accounts/queries.hpp"
#include "modules/accounts/tables.hpp"
#include "modules/accounts/tokens.hpp"

namespace wangdi::accounts {

void register_module(bus::Registry& registry, ModuleParts parts) {
  registry.table(kAccount);
  registry.table(kTerm);
  registry.table(kHome);
  registry.table(kAccountToken);
  registry.table(access::kLogin);
  registry.table(access::kCredential);
  registry.table(access::kSecondFactor);
  registry.table(access::kRecoveryCode);
  registry.table(access::kDeviceKey);
  registry.table(access::kDeviceCode);
  registry.table(access::kSession);
  registry.table(access::kToken);
  register_commands(registry, parts);
  register_projections(registry);
  register_queries(registry);
  register_tokens(registry, parts);
}

}  // namespace wangdi::accounts
