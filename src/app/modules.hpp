// SPDX-License-Identifier: Apache-2.0
// All modules of the program and what they share: the one place where a module is added.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "access/gatekeeper.hpp"
#include "access/secrets.hpp"
#include "common/bus/registry.hpp"
#include "common/bus/writer.hpp"
#include "modules/accounts/module.hpp"
#include "modules/accounts/rights.hpp"
#include "modules/ledger/slips.hpp"
#include "modules/regions/tree_search.hpp"
#include "modules/regions/tree_source.hpp"
#include "modules/residents/import_jobs.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

struct Modules {
  // `files` is where the data folder keeps what was handed in. Without a vault the registry only
  // describes (OpenAPI): no command can be run. Error: file_damaged.
  static Result<std::unique_ptr<Modules>> make(const std::string& files, const vault::Vault* vault);

  bus::Registry registry;
  accounts::AccountRights rights;
  accounts::EndedAccounts ended;
  std::optional<access::SecretMacs> macs;       // of the writer thread
  std::string certificate_key;                  // PEM; empty where the registry only describes
  std::optional<ledger::SlipCodes> slip_codes;  // the same
  std::shared_ptr<const regions::TreeStore> trees;
  std::shared_ptr<regions::TreeIndex> tree_index;
  residents::ImportJobs imports;  // started by the service

 private:
  Modules(const std::string& files, pinyin::Table pinyin)
      : trees(std::make_shared<const regions::TreeStore>(files + "/trees")),
        tree_index(std::make_shared<regions::TreeIndex>(std::move(pinyin))) {}
  void register_all();
};

}  // namespace wangdi::app
