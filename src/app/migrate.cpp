// SPDX-License-Identifier: Apache-2.0
// The two ways of a migration: a file beside, or one transaction on the server.
#include "app/migrate.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <ostream>

#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/folder.hpp"
#include "app/guard.hpp"
#include "app/heal.hpp"
#include "app/migrate_plan.hpp"
#include "app/modules.hpp"
#include "app/schema.hpp"
#include "app/storage.hpp"
#include "app/system_clock.hpp"
#include "app/vault_check.hpp"
#include "common/bus/rebuild.hpp"
#include "common/files/files.hpp"
#include "store/ddl.hpp"
#include "store/sqlite.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;

struct Work {
  const Config& config;
  const Folder& folder;
  const MigrateParts& parts;
  const bus::Registry& registry;
  std::vector<store::TableInfo> tables;
  MigratePlan plan = {};
  VaultFindings vault_before = {};  // people whose values did not open before
  bool is_restored = false;         // just now: no anchor is its own yet
  vault::Vault* vault = nullptr;  // of a restore, which holds the keys; none: values are not tried
};

// A journal that is damaged or under alarm is an operator's matter first.
Status examine(const Work& work, store::Connection& connection) {
  if (work.is_restored) return check_chain(connection);
  WD_TRY(const auto found, examine_anchor(work.config, work.folder, connection));
  if (!found.alarms.empty()) {
    const auto& alarm = found.alarms.front();
    const auto place = place_text(alarm);
    return Error(ErrorCode::journal_damaged)
        .with("where", place.empty() ? std::string(journal::name_of(alarm.reason)) : place);
  }
  return check_chain(connection);
}

Result<VaultFindings> examine_vault_of(const Work& work, store::Connection& connection) {
  if (work.vault != nullptr) return examine_vault(*work.vault, connection);
  if (work.is_restored) return VaultFindings();
  WD_TRY(const auto vault, vault::Vault::open({work.config.keys, work.config.root}));
  return examine_vault(*vault, connection);
}

// What could be opened before can be opened now.
Status check_vault(const Work& work, store::Connection& connection) {
  WD_TRY(const auto now, examine_vault_of(work, connection));
  if (now == work.vault_before) return ok();
  return Error(ErrorCode::vault_unreadable)
      .because(std::to_string(now.unreadable + now.keyless) + " people");
}

// ---- SQLite ----

Result<std::int64_t> fill(const std::string& beside, store::Connection& live, const Work& work) {
  const auto carry = [&](store::Connection& to) -> Status {
    for (const auto& table : work.plan.carried) {
      if (table.is_new) continue;
      const auto old = table.old ? table.old->info() : table.now;
      WD_TRY([[maybe_unused]] auto copied, copy_table(live, old, to, table.now, table.sources));
      work.parts.at(table.now.name);
    }
    return ok();
  };
  WD_TRY(const auto events, make_database(beside, {work.registry, work.tables, work.config.zone(),
                                                   carry, work.parts.at}));
  WD_TRY(const auto engine, store::open_sqlite({.path = beside}));
  WD_TRY(const auto made, engine->open_writer());
  WD_TRY([[maybe_unused]] auto opens, check_vault(work, *made));
  return events;
}

// Where the old database stays: a name that nothing has, but for this very file.
std::string place_before(const std::string& database, CivilDate day) {
  const auto first = database + ".before-" + day.text();
  std::error_code failed;
  auto path = first;
  for (int number = 2; fs::exists(path, failed); ++number) {
    if (fs::equivalent(path, database, failed)) break;
    path = first + "-" + std::to_string(number);
  }
  return path;
}

// At every moment the database's name is that of a whole one: the old, or the new.
Result<std::string> exchange(const Work& work, const std::string& beside, CivilDate day) {
  const auto database = work.folder.database();
  const auto before = place_before(database, day);
  std::error_code failed;
  // Whoever wrote last has closed, which brings the log into the file and takes it away.
  if (fs::exists(database + "-wal", failed)) {
    return Error(ErrorCode::storage_failed).because("the log of the database is still there");
  }
  if (!fs::exists(before, failed)) fs::create_hard_link(database, before, failed);
  if (failed) return Error(ErrorCode::storage_failed).because("link: " + failed.message());
  work.parts.at("linked");
  WD_TRY([[maybe_unused]] auto linked, files::sync_folder(work.folder.path()));
  fs::remove(database + "-shm", failed);
  fs::rename(beside, database, failed);
  if (failed) return Error(ErrorCode::storage_failed).because("rename: " + failed.message());
  work.parts.at("renamed");
  WD_TRY([[maybe_unused]] auto renamed, files::sync_folder(work.folder.path()));
  return before;
}

Result<std::int64_t> fill_from_live(const std::string& beside, Work& work) {
  WD_TRY(const auto engine, open_engine(work.config, work.folder));
  WD_TRY(const auto live, engine->open_writer());
  WD_TRY(work.plan, plan_migration(*live, work.tables, work.parts.steps));
  if (work.plan.changed.empty()) return 0;
  WD_TRY([[maybe_unused]] auto sound, examine(work, *live));
  WD_TRY(work.vault_before, examine_vault_of(work, *live));
  WD_TRY([[maybe_unused]] auto begun, live->begin());
  work.parts.at("planned");
  auto events = fill(beside, *live, work);
  live->rollback();
  return events;
}

Result<Migrated> migrate_beside(Work& work, CivilDate day) {
  const auto beside = work.folder.database() + "-migrated";
  remove_database(beside);
  Migrated migrated;
  const auto run = [&]() -> Status {
    WD_TRY(migrated.events, fill_from_live(beside, work));
    migrated.tables = work.plan.changed;
    if (migrated.tables.empty()) return ok();
    work.parts.at("filled");
    WD_TRY(migrated.before, exchange(work, beside, day));
    return ok();
  };
  auto done = run();
  remove_database(beside);
  if (!done) return std::move(done).error();
  return migrated;
}

// ---- PostgreSQL ----

// Statements that are made here; each text stays, because its address is what identifies it.
class Changes {
 public:
  explicit Changes(store::Connection& connection) : connection_(connection) {}
  Status run(std::string sql) {
    texts_.push_back(std::move(sql));
    WD_TRY([[maybe_unused]] auto done, store::run(connection_, {"migrate", texts_.back()}));
    return ok();
  }

 private:
  store::Connection& connection_;
  std::deque<std::string> texts_;
};

Status change_columns(const CarriedTable& table, Changes& changes) {
  const auto& now = table.now;
  const auto old = table.old->info();
  for (std::size_t at = 0; at < old.columns.size(); ++at) {
    const auto place = std::ranges::find(table.sources, std::optional(at));
    const auto name = old.columns[at].name;
    if (place == table.sources.end()) {
      WD_TRY([[maybe_unused]] auto gone, changes.run(store::ddl::drop_column(now.name, name)));
      continue;
    }
    const auto& column = now.columns[static_cast<std::size_t>(place - table.sources.begin())];
    if (column.name == name) continue;
    WD_TRY([[maybe_unused]] auto renamed,
           changes.run(store::ddl::rename_column(now.name, name, column.name)));
  }
  for (std::size_t at = 0; at < now.columns.size(); ++at) {
    if (table.sources[at]) continue;
    WD_TRY([[maybe_unused]] auto added,
           changes.run(store::ddl::add_column(now, now.columns[at], store::ddl::kPostgres)));
  }
  for (const auto& index : table.old->indexes()) {
    WD_TRY([[maybe_unused]] auto dropped, changes.run(store::ddl::drop_index(now.name, index)));
  }
  return ok();
}

Status drop_if_there(store::Connection& connection, std::string_view table, Changes& changes) {
  WD_TRY(const bool there, connection.has_table(table));
  return there ? changes.run(store::ddl::drop_table(table)) : ok();
}

Result<std::int64_t> change_in_place(store::Connection& connection, Work& work, Changes& changes) {
  for (const auto& table : work.plan.carried) {
    if (!table.old) continue;
    WD_TRY([[maybe_unused]] auto changed, change_columns(table, changes));
    work.parts.at(table.now.name);
  }
  for (const auto& name : work.plan.abandoned) {
    WD_TRY([[maybe_unused]] auto dropped, drop_if_there(connection, name, changes));
  }
  for (const auto& table : work.tables) {
    const bool differs =
        std::ranges::find(work.plan.changed, table.name) != work.plan.changed.end();
    if (differs && table.rebuilt) {
      WD_TRY([[maybe_unused]] auto dropped, drop_if_there(connection, table.name, changes));
    }
    WD_TRY([[maybe_unused]] auto made, connection.create(table));
  }
  WD_TRY([[maybe_unused]] auto made, connection.create(store::kForm.info()));
  work.parts.at("created");
  WD_TRY(const auto events, bus::rebuild_in_place(work.registry, connection, work.config.zone()));
  work.parts.at("replayed");
  WD_TRY([[maybe_unused]] auto kept, store::keep_forms(connection, store::forms_of(work.tables)));
  WD_TRY([[maybe_unused]] auto holds, check_chain(connection));
  return events;
}

Result<Migrated> migrate_on_server(Work& work) {
  WD_TRY(const auto engine, open_engine(work.config, work.folder));
  WD_TRY(const auto connection, engine->open_writer());
  WD_TRY(work.plan, plan_migration(*connection, work.tables, work.parts.steps));
  Migrated migrated;
  if (work.plan.changed.empty()) return migrated;
  WD_TRY([[maybe_unused]] auto sound, examine(work, *connection));
  WD_TRY(work.vault_before, examine_vault_of(work, *connection));
  WD_TRY([[maybe_unused]] auto begun, connection->begin());
  work.parts.at("planned");
  Changes changes(*connection);
  const auto run = [&]() -> Status {
    WD_TRY(migrated.events, change_in_place(*connection, work, changes));
    WD_TRY([[maybe_unused]] auto opens, check_vault(work, *connection));
    return connection->commit();
  };
  if (auto done = run(); !done) {
    connection->rollback();
    return std::move(done).error();
  }
  work.parts.at("committed");
  migrated.tables = work.plan.changed;
  return migrated;
}

}  // namespace

Result<Migrated> migrate(const Config& config, const Clock& clock, const MigrateParts& parts) {
  WD_TRY(const auto folder, Folder::open(config.data));
  WD_TRY(const auto modules, Modules::make(folder.files(), nullptr));
  Work work{config, folder, parts, modules->registry, tables_of(modules->registry)};
  if (!config.storage_url.empty()) return migrate_on_server(work);
  return migrate_beside(work, CivilDate::of(clock.now(), config.zone()));
}

Result<Migrated> migrate_restored(const Config& config, const Folder& folder, const Clock& clock,
                                  vault::Vault* vault) {
  const MigrateParts parts;
  WD_TRY(const auto modules, Modules::make(folder.files(), nullptr));
  Work work{config, folder, parts, modules->registry, tables_of(modules->registry)};
  work.is_restored = true;
  work.vault = vault;
  WD_TRY(auto migrated, migrate_beside(work, CivilDate::of(clock.now(), config.zone())));
  if (!migrated.before.empty()) remove_database(migrated.before);
  migrated.before.clear();
  return migrated;
}

int run_migrate(const Config& config, Console& console) {
  const SystemClock clock;
  const auto migrated = migrate(config, clock);
  if (!migrated) return fail(console, migrated.error());
  if (migrated->tables.empty()) {
    console.out << console.choose("数据库已经是这个版本的，什么也没有改",
                                  "the database fits this version already, nothing was changed")
                << '\n';
    return kExitOk;
  }
  for (const auto& table : migrated->tables) console.out << table << '\n';
  console.out << console.choose("表 ", "tables ") << migrated->tables.size()
              << console.choose("，重放的事件 ", ", events replayed ") << migrated->events << '\n';
  if (!migrated->before.empty()) {
    console.out << console.choose("原来的数据库 ", "the database before ") << migrated->before
                << '\n';
  }
  return kExitOk;
}

}  // namespace wangdi::app
