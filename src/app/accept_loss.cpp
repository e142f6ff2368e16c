// SPDX-License-Identifier: Apache-2.0
// Accepting a loss: the event in each district, then the anchor anew.
#include "app/accept_loss.hpp"

#include <unistd.h>

#include "access/tables.hpp"
#include "app/heal.hpp"
#include "app/modules.hpp"
#include "app/schema.hpp"
#include "app/storage.hpp"
#include "common/bus/restored.hpp"

namespace wangdi::app {
namespace {

// Whoever was logged in then may have been logged out since.
Status end_sessions(store::Connection& connection) {
  WD_TRY([[maybe_unused]] auto made, connection.create(access::kSession.info()));
  return connection.erase_all(access::kSession.info());
}

}  // namespace

Status prepare_for_resending(store::Connection& connection, vault::Vault& vault) {
  WD_TRY([[maybe_unused]] auto adopted, vault.adopt_restored(connection));
  WD_TRY([[maybe_unused]] auto ended, end_sessions(connection));
  return connection.create(bus::kDataRestored.info());
}

Result<AcceptedLoss> accept_loss(const Config& config, const Clock& clock) {
  WD_TRY(auto folder, Folder::open(config.data));
  WD_TRY(const auto engine, open_engine(config, folder));
  WD_TRY(const auto connection, engine->open_writer());
  AcceptedLoss accepted;
  WD_TRY(accepted.findings, examine_anchor(config, folder, *connection));
  const auto& found = accepted.findings;
  if (found.alarms.empty()) return accepted;
  WD_TRY([[maybe_unused]] auto holds, check_chain(*connection));
  WD_TRY(const auto modules, Modules::make(folder.files(), nullptr));
  WD_TRY([[maybe_unused]] auto fits, check_schema(*connection, tables_of(modules->registry)));
  WD_TRY(const auto vault, vault::Vault::open({config.keys, config.root}));
  WD_TRY([[maybe_unused]] auto prepared, prepare_for_resending(*connection, *vault));
  const bus::Loss loss{found.alarms, found.anchored_at, static_cast<std::int64_t>(::getuid())};
  WD_TRY(accepted.number, bus::record_loss(*connection, loss, clock.now()));
  WD_TRY([[maybe_unused]] auto anchored, anchor_anew(config, folder, *connection, clock.now()));
  return accepted;
}

}  // namespace wangdi::app
