// SPDX-License-Identifier: Apache-2.0
// `wangdi version`, `openapi` and `rebuild`.
#include <filesystem>
#include <optional>
#include <ostream>

#include "app/commands.hpp"
#include "app/description.hpp"
#include "app/heal.hpp"
#include "app/runtime.hpp"
#include "app/system_clock.hpp"
#include "app/version.hpp"
#include "common/bus/rebuild.hpp"
#include "store/sqlite.hpp"

namespace wangdi::app {
namespace {

// The database that a check builds beside the live one; gone at the end, whatever happens.
class BesideFile {
 public:
  explicit BesideFile(const Folder& folder) : path_(folder.database() + "-rebuilt") { remove(); }
  ~BesideFile() { remove(); }
  const std::string& path() const { return path_; }

 private:
  void remove() const {
    std::error_code failed;
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end, failed);
  }
  std::string path_;
};

Result<bus::RebuildReport> check_tables(Runtime& runtime) {
  const BesideFile beside(runtime.folder());
  WD_TRY(const auto engine, store::open_sqlite({.path = beside.path()}));
  WD_TRY(const auto connection, engine->open_writer());
  WD_TRY(const auto live, runtime.reader());
  return bus::rebuild_and_compare(runtime.registry(), *live.connection, *connection,
                                  runtime.config().zone());
}

// In place, in one transaction: another process sees the old tables or the new ones.
Result<bus::RebuildReport> rebuild_tables(Runtime& runtime) {
  auto& connection = runtime.connection();
  WD_TRY([[maybe_unused]] auto begun, connection.begin());
  bus::RebuildReport report;
  auto rebuilt = bus::rebuild_in_place(runtime.registry(), connection, runtime.config().zone());
  if (!rebuilt) {
    connection.rollback();
    return std::move(rebuilt).error();
  }
  report.events = *rebuilt;
  WD_TRY([[maybe_unused]] auto committed, connection.commit());
  return report;
}

// Nothing when the database is sound; damaged pages are healed with the tables.
Result<std::optional<bus::RebuildReport>> heal(const Config& config) {
  WD_TRY(const auto folder, Folder::open(config.data));
  WD_TRY(const auto sound, is_sound(config, folder));
  if (sound) return std::optional<bus::RebuildReport>();
  bus::RebuildReport report;
  WD_TRY(report.events, heal_database(config, folder));
  return std::optional(report);
}

Result<bus::RebuildReport> rebuild(const Config& config, bool check) {
  const SystemClock clock;
  if (!check) {
    WD_TRY(auto healed, heal(config));
    if (healed) return std::move(*healed);
  }
  WD_TRY(auto runtime, Runtime::open(config, clock));
  return check ? check_tables(*runtime) : rebuild_tables(*runtime);
}

}  // namespace

int run_rebuild(const Config& config, Console& console, const RebuildRequest& request) {
  const auto report = rebuild(config, request.check);
  if (!report) return fail(console, report.error());
  for (const auto& table : report->differences) {
    console.out << table.table << ": " << console.choose("现有 ", "live ") << table.live_rows
                << console.choose("，重建 ", ", rebuilt ") << table.rebuilt_rows
                << console.choose("，不同 ", ", different ") << table.different_rows << '\n';
  }
  console.out << console.choose("事件 ", "events ") << report->events
              << console.choose("，不一致的表 ", ", tables that differ ")
              << report->differences.size() << '\n';
  return report->differences.empty() ? kExitOk : kExitFindings;
}

int run_openapi(Console& console) {
  const auto modules = Modules::make("", nullptr);
  if (!modules) return fail(console, modules.error());
  console.out << api_description((*modules)->registry) << '\n';
  return kExitOk;
}

int run_version(Console& console) {
  console.out << "wangdi " << kVersion << '\n';
  return kExitOk;
}

}  // namespace wangdi::app
