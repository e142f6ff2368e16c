// SPDX-License-Identifier: Apache-2.0
// Copying what cannot be rebuilt, replaying the rest, and the exchange of the files.
#include "app/heal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <variant>
#include <vector>

#include "app/backup_file.hpp"
#include "app/storage.hpp"
#include "common/bus/rebuild.hpp"
#include "journal/journal.hpp"
#include "store/sqlite.hpp"
#include "vault/tables.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyRows = 1'000;

// Rows of any table, as values.
class CopiedRows final : public store::RowSource {
 public:
  explicit CopiedRows(const store::TableInfo& table) : table_(table) {}
  std::size_t size() const override { return values_.size() / table_.columns.size(); }
  void clear() { values_.clear(); }

  void add(const store::RowReader& row) {
    for (std::size_t column = 0; column < table_.columns.size(); ++column) {
      if (row.is_null(column)) {
        values_.emplace_back();
        continue;
      }
      switch (table_.columns[column].type) {
        case store::ColumnType::kInteger:
          values_.emplace_back(row.integer(column));
          break;
        case store::ColumnType::kReal:
          values_.emplace_back(row.real(column));
          break;
        case store::ColumnType::kText:
          values_.emplace_back(std::string(row.text(column)));
          break;
        case store::ColumnType::kBlob: {
          const auto bytes = row.blob(column);
          values_.emplace_back(store::Bytes(bytes.begin(), bytes.end()));
          break;
        }
      }
    }
  }

  void bind(std::size_t row, store::Binder& to) const override {
    for (std::size_t column = 0; column < table_.columns.size(); ++column) {
      const auto& value = values_[row * table_.columns.size() + column];
      if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        to.integer(column, *integer);
      } else if (const auto* real = std::get_if<double>(&value)) {
        to.real(column, *real);
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        to.text(column, *text);
      } else if (const auto* bytes = std::get_if<store::Bytes>(&value)) {
        to.blob(column, *bytes);
      } else {
        to.null(column);
      }
    }
  }

 private:
  using Value = std::variant<std::monostate, std::int64_t, double, std::string, store::Bytes>;
  const store::TableInfo& table_;
  std::vector<Value> values_;
};

Status copy_table(store::Connection& from, store::Connection& to, const store::TableInfo& table) {
  CopiedRows rows(table);
  Status written = ok();
  const auto flush = [&] {
    written = to.bulk(table, store::BulkMode::kInsert, rows);
    rows.clear();
    return written.has_value();
  };
  auto read = from.by_key(table, 0, store::bind_all(), [&](const store::RowReader& row) {
    rows.add(row);
    return rows.size() < kCopyRows || flush();
  });
  if (read && written && rows.size() > 0) flush();
  if (!read) {
    return Error(ErrorCode::storage_failed)
        .because(std::string(table.name) + ": " + read.error().cause());
  }
  return written;
}

std::vector<store::TableInfo> tables_of(const bus::Registry& registry) {
  std::vector<store::TableInfo> tables{journal::kRecord.info(), journal::kSeal.info(),
                                       vault::kVaultField.info(), vault::kVaultState.info(),
                                       vault::kAccessLog.info()};
  tables.insert(tables.end(), registry.tables().begin(), registry.tables().end());
  return tables;
}

// Fills the file beside; its log is gone and its pages are on disk when the connection has closed.
Result<std::int64_t> fill(const std::string& beside, store::Connection& live, const Config& config,
                          const Folder& folder) {
  WD_TRY(const auto modules, Modules::make(folder.files(), nullptr));
  WD_TRY(const auto engine, store::open_sqlite({.path = beside}));
  WD_TRY(const auto to, engine->open_writer());
  const auto tables = tables_of(modules->registry);
  for (const auto& table : tables) {
    WD_TRY([[maybe_unused]] auto created, to->create(table));
  }
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

void remove_database(const std::string& path) {
  std::error_code failed;
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(path + end, failed);
}

Status sync_folder(const std::string& path) {
  const OpenFile folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || ::fsync(folder.get()) != 0) return file_error("fsync of the folder");
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
    return fill(beside, *live, config, folder);
  }();
  auto exchanged = filled ? exchange(folder, beside) : Status(filled.error());
  remove_database(beside);
  if (!exchanged) return std::move(exchanged).error();
  return filled;
}

}  // namespace wangdi::app
