// SPDX-License-Identifier: Apache-2.0
// Registration of all modules.
#include "app/modules.hpp"

#include "app/readiness.hpp"
#include "app/shipped.hpp"
#include "common/bus/held.hpp"
#include "common/bus/restored.hpp"
#include "common/crypto/sign.hpp"
#include "modules/approvals/module.hpp"
#include "modules/audit/module.hpp"
#include "modules/holds/module.hpp"
#include "modules/ledger/module.hpp"
#include "modules/matching/module.hpp"
#include "modules/regions/module.hpp"
#include "modules/reporting/module.hpp"
#include "modules/residents/household_erasing.hpp"
#include "modules/residents/module.hpp"
#include "modules/residents/roster_queries.hpp"
#include "modules/retention/module.hpp"
#include "modules/screening/module.hpp"
#include "modules/status/module.hpp"

namespace wangdi::app {

Result<std::unique_ptr<Modules>> Modules::make(const std::string& files,
                                               const vault::Vault* vault) {
  WD_TRY(auto pinyin, pinyin::Table::load(shipped_data_folder() + "/pinyin/initials.csv"));
  std::unique_ptr<Modules> modules(new Modules(files, std::move(pinyin)));
  if (vault != nullptr) modules->macs.emplace(vault->hmac(vault::KeyName::first_secret));
  if (vault != nullptr) modules->slip_codes.emplace(vault->hmac(vault::KeyName::first_secret));
  if (vault != nullptr) modules->certificate_key = vault->certificate_key().public_pem();
  modules->register_all();
  modules->registry.check();
  return modules;
}

void Modules::register_all() {
  bus::register_held(registry);
  bus::register_restored(registry);
  registry.table(kReadiness);
  regions::register_module(registry, {trees, tree_index});
  accounts::register_module(registry, {macs ? &*macs : nullptr, &ended});
  approvals::register_module(registry);
  residents::register_module(registry);
  residents::register_search(registry, tree_index->pinyin());
  residents::register_roster(registry, imports);
  screening::register_module(registry);
  status::register_module(registry);
  holds::register_module(registry);
  residents::register_household_erasing(registry, {holds::erase_with_household});
  ledger::register_module(registry, {slip_codes ? &*slip_codes : nullptr});
  matching::register_module(registry);
  reporting::register_module(registry);
  audit::register_module(registry);
  retention::register_module(registry, {certificate_key});
}

}  // namespace wangdi::app
