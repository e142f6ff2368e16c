// SPDX-License-Identifier: Apache-2.0
// Copying what cannot be rebuilt, replaying the rest, and the exchange of the files.
#include "app/heal.hpp"

#include <filesystem>

#include "app/beside.hpp"
#include "app/copy_table.hpp"
#include "app/schema.hpp"
#include "app/storage.hpp"
#include "common/bus/rebuild.hpp"
#include "journal/journal.hpp"
#include "store/sqlite.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;

// Fills the file beside; its log is gone and its pages are on disk when the connection has closed.
Result<std::int64_t> fill(const std::string& beside, store::Connection& live, const Config& config,
                          const Folder& folder) {
  WD_TRY(const auto modules, Modules::make(folder.files(), nullptr));
  WD_TRY(const auto engine, store::open_sqlite({.path = beside}));
  WD_TRY(const auto to, engine->open_writer());
  const auto tables = tables_of(modules->registry);
  WD_TRY([[maybe_unused]] auto created, create_schema(*to, tables));
  WD_TRY([[maybe_unused]] auto begun, to->begin());
  for (const auto& table : tables) {
    if (table.rebuilt) continue;
    WD_TRY([[maybe_unused]] auto copied, copy_table(live, *to, table));
  }
  WD_TRY(const auto events, bus::replay_into(modules->registry, *to, *to, config.zone()));
  WD_TRY([[maybe_unused]] auto committed, to->commit());
  WD_TRY([[maybe_unused]] auto holds, check_chain(*to));
  WD_TRY(const auto found, store::damage(*to));
  if (!found.empty()) return Error(ErrorCode::storage_failed).because(found.front());
  return events;
}

// Tables of another version are not healed but migrated. Forms that cannot be read are damaged too.
Status check_form(store::Connection& live, const Folder& folder) {
  WD_TRY(const auto modules, Modules::make(folder.files(), nullptr));
  auto fits = check_schema(live, tables_of(modules->registry));
  if (!fits && fits.error().code() == ErrorCode::migration_needed) return fits;
  return ok();
}

// The damaged pair stays under another name. Should the machine stop in between, the database
// lacks its log, which the anchor tells, and both halves are still there.
Status exchange(const Folder& folder, const std::string& beside) {
  const auto database = folder.database(), damaged = database + ".damaged";
  std::error_code failed;
  remove_database(damaged);
  fs::create_hard_link(database, damaged, failed);
  if (failed) return Error(ErrorCode::storage_failed).because("link: " + failed.message());
  if (fs::exists(database + "-wal", failed)) {
    fs::rename(database + "-wal", damaged + "-wal", failed);
    if (failed) return Error(ErrorCode::storage_failed).because("rename: " + failed.message());
  }
  fs::remove(database + "-shm", failed);
  fs::rename(beside, database, failed);
  if (failed) return Error(ErrorCode::storage_failed).because("rename: " + failed.message());
  return sync_folder(folder.path());
}

}  // namespace

Status check_chain(store::Connection& connection) {
  WD_TRY(const auto verified, journal::verify(connection));
  if (verified.findings.empty()) return ok();
  const auto& [district, sequence] = verified.findings.front().position;
  return Error(ErrorCode::journal_damaged)
      .with("where", std::to_string(district.number) + "/" + std::to_string(sequence));
}

Result<bool> is_sound(const Config& config, const Folder& folder) {
  WD_TRY(const auto engine, open_engine(config, folder));
  WD_TRY(const auto connection, engine->open_reader());
  if (config.storage_url.empty()) {
    WD_TRY(const auto found, store::damage(*connection));
    if (!found.empty()) return false;
  }
  WD_TRY([[maybe_unused]] auto holds, check_chain(*connection));
  return true;
}

Result<std::int64_t> heal_database(const Config& config, const Folder& folder) {
  const auto beside = folder.database() + "-rebuilt";
  remove_database(beside);
  const auto filled = [&]() -> Result<std::int64_t> {
    WD_TRY(const auto engine, open_engine(config, folder));
    WD_TRY(const auto live, engine->open_reader());
    WD_TRY([[maybe_unused]] auto begun, live->begin());
    WD_TRY([[maybe_unused]] auto holds, check_chain(*live));
    WD_TRY([[maybe_unused]] auto fits, check_form(*live, folder));
    return fill(beside, *live, config, folder);
  }();
  auto exchanged = filled ? exchange(folder, beside) : Status(filled.error());
  remove_database(beside);
  if (!exchanged) return std::move(exchanged).error();
  return filled;
}

}  // namespace wangdi::app
