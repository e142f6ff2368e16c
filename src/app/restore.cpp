// SPDX-License-Identifier: Apache-2.0
// Examining what a backup unpacked to, and taking it into use.
#include "app/restore.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "app/accept_loss.hpp"
#include "app/migrate.hpp"
#include "app/modules.hpp"
#include "app/unpack.hpp"
#include "common/bus/rebuild.hpp"
#include "common/bus/restored.hpp"
#include "journal/journal.hpp"
#include "store/sqlite.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFieldsTriedMax = 1'000;

Error damaged(std::string where) {
  return Error(ErrorCode::backup_damaged).with("where", std::move(where));
}

// The database is sound, holds what the manifest says, and its chains hold.
Status examine(const Folder& folder, const BackupManifest& manifest) {
  WD_TRY(const auto engine, store::open_sqlite({.path = folder.database()}));
  WD_TRY(const auto opened, engine->open_writer());
  auto& connection = *opened;
  WD_TRY(const auto found, store::damage(connection));
  if (!found.empty()) return damaged("database").because(found.front());
  WD_TRY(const auto heads, bus::journal_heads(connection));
  const bool same = std::ranges::equal(heads, manifest.heads, [](const auto& a, const auto& b) {
    return a.district.number == b.district && a.sequence == b.sequence;
  });
  if (!same) return damaged("heads");
  WD_TRY(const auto verified, journal::verify(connection));
  if (!verified.findings.empty()) return damaged(place_text(verified.findings.front().position));
  return ok();
}

// Everything in a folder that this process made, unless it is kept.
class Unfinished {
 public:
  explicit Unfinished(std::string path) : path_(std::move(path)) {}
  ~Unfinished() {
    std::error_code failed;
    if (!path_.empty()) fs::remove_all(path_, failed);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

UnpackTo place_of(const Folder& folder) {
  return {folder.path(), folder.database(), folder.files()};
}

Result<std::int64_t> take_into_use(store::Connection& connection, vault::Vault& vault,
                                   const bus::BackupMark& backup, UnixMs now) {
  WD_TRY([[maybe_unused]] auto prepared, prepare_for_resending(connection, vault));
  return bus::record_restore(connection, backup, now);
}

// Opens what it can of the first fields, without changing the keys.
Status try_keys(vault::Vault& vault, store::Connection& connection, Drill& drill) {
  WD_TRY(const auto reader, vault.open_reader(connection));
  std::vector<vault::VaultFieldRow> sample;
  WD_TRY([[maybe_unused]] auto read,
         connection.by_key(vault::kVaultField.info(), 0, store::bind_all(),
                           [&](const store::RowReader& row) {
                             sample.push_back(store::read_row<vault::VaultFieldRow>(row));
                             return sample.size() < kFieldsTriedMax;
                           }));
  for (const auto& row : sample) {
    const auto value = reader->get(row.district, row.subject, row.field);
    if (!value) {
      ++drill.fields_unreadable;
    } else {
      ++(*value ? drill.fields_read : drill.fields_erased);
    }
  }
  drill.keys_tried = true;
  return ok();
}

Status try_tables(store::Connection& connection, const Folder& folder, ZoneOffset zone,
                  Drill& drill) {
  WD_TRY(const auto modules, Modules::make(folder.files(), nullptr));
  WD_TRY(const auto beside, store::open_sqlite({.path = folder.database() + "-rebuilt"}));
  WD_TRY(const auto rebuilt, beside->open_writer());
  WD_TRY(const auto report,
         bus::rebuild_and_compare(modules->registry, connection, *rebuilt, zone));
  drill.events = report.events;
  drill.tables_different = static_cast<std::int64_t>(report.differences.size());
  return ok();
}

}  // namespace

Result<Restored> restore_backup(const Config& config, const Clock& clock, const std::string& from) {
  WD_TRY([[maybe_unused]] auto sqlite, check_is_sqlite(config));
  WD_TRY(auto reader, BackupReader::open(from, config.root));
  Restored restored;
  WD_TRY(restored.manifest, read_manifest(reader));
  WD_TRY(const auto vault, vault::Vault::open({config.keys, config.root}));
  WD_TRY(auto folder, Folder::create(config.data, "", restored.manifest.demo));
  Unfinished unfinished(folder.path());
  WD_TRY([[maybe_unused]] auto files, unpack(reader, restored.manifest, place_of(folder)));
  WD_TRY([[maybe_unused]] auto sound, examine(folder, restored.manifest));
  // Nothing is recorded in tables of another version.
  WD_TRY(restored.migrated, migrate_restored(config, folder, clock, vault.get()));
  {
    WD_TRY(const auto engine, store::open_sqlite({.path = folder.database()}));
    WD_TRY(const auto connection, engine->open_writer());
    WD_TRY(restored.number,
           take_into_use(*connection, *vault, {reader.backup(), restored.manifest.made_at},
                         clock.now()));
    // The anchor of what was lost is ahead of the backup.
    WD_TRY([[maybe_unused]] auto anchored, anchor_anew(config, folder, *connection, clock.now()));
  }
  WD_TRY([[maybe_unused]] auto complete, folder.complete());
  unfinished.keep();
  return restored;
}

Result<Drill> drill_backup(const Config& config, const Clock& clock, const std::string& from) {
  WD_TRY([[maybe_unused]] auto sqlite, check_is_sqlite(config));
  WD_TRY(auto reader, BackupReader::open(from, config.root));
  Drill drill;
  WD_TRY(drill.manifest, read_manifest(reader));
  WD_TRY(auto folder, Folder::create(config.data + ".drill", "", drill.manifest.demo));
  const Unfinished unfinished(folder.path());
  WD_TRY(drill.files, unpack(reader, drill.manifest, place_of(folder)));
  WD_TRY([[maybe_unused]] auto sound, examine(folder, drill.manifest));
  const auto vault = vault::Vault::open({config.keys, config.root});
  const bool in_use = !vault && vault.error().code() == ErrorCode::folder_in_use;
  if (!vault && !in_use) return vault.error();
  auto* const keys = in_use ? nullptr : vault->get();
  WD_TRY(drill.migrated, migrate_restored(config, folder, clock, keys));
  WD_TRY(const auto engine, store::open_sqlite({.path = folder.database()}));
  WD_TRY(const auto connection, engine->open_writer());
  WD_TRY([[maybe_unused]] auto tried, try_tables(*connection, folder, config.zone(), drill));
  if (keys == nullptr) return drill;
  WD_TRY([[maybe_unused]] auto names, try_keys(*keys, *connection, drill));
  return drill;
}

}  // namespace wangdi::app
