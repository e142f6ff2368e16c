// SPDX-License-Identifier: Apache-2.0
// Copying what cannot be rebuilt, replaying the rest, and the exchange of the files.
#include "app/heal.hpp"

#include <filesystem>

#include "app/beside.hpp"
#include "app/copy_table.hpp"
#include "app/guard.hpp"
#include "app/schema.hpp"
#include "app/storage.hpp"
#include "common/files/files.hpp"
#include "journal/journal.hpp"
#include "store/sqlite.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;

// Tables of another version are not healed but migrated. Forms that cannot be read are damaged too.
Status check_form(store::Connection& live, const std::vector<store::TableInfo>& tables) {
  auto fits = check_schema(live, tables);
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
  return files::sync_folder(folder.path());
}

}  // namespace

Status check_chain(store::Connection& connection) {
  WD_TRY(const auto verified, journal::verify(connection));
  if (verified.findings.empty()) return ok();
  return Error(ErrorCode::journal_damaged)
      .with("where", place_text(verified.findings.front().position));
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
  auto filled = [&]() -> Result<std::int64_t> {
    WD_TRY(const auto modules, Modules::make(folder.files(), nullptr));
    const auto tables = tables_of(modules->registry);
    WD_TRY(const auto engine, open_engine(config, folder));
    WD_TRY(const auto live, engine->open_reader());
    WD_TRY([[maybe_unused]] auto begun, live->begin());
    WD_TRY([[maybe_unused]] auto holds, check_chain(*live));
    WD_TRY([[maybe_unused]] auto fits, check_form(*live, tables));
    const auto carry = [&](store::Connection& to) -> Status {
      for (const auto& table : tables) {
        if (table.rebuilt) continue;
        WD_TRY([[maybe_unused]] auto copied, copy_table(*live, to, table));
      }
      return ok();
    };
    return make_database(beside, {modules->registry, tables, config.zone(), carry});
  }();
  auto exchanged = filled ? exchange(folder, beside) : Status(filled.error());
  remove_database(beside);
  if (!exchanged) return std::move(exchanged).error();
  return filled;
}

}  // namespace wangdi::app
