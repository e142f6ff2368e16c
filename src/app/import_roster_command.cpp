// SPDX-License-Identifier: Apache-2.0
// `wangdi import roster FILE`: the same trial and import as the page, from the machine's own
// keyboard.
#include <fstream>
#include <iterator>
#include <ostream>

#include "app/commands.hpp"
#include "app/runtime.hpp"
#include "app/system_clock.hpp"
#include "modules/accounts/module.hpp"
#include "modules/residents/roster.hpp"

namespace wangdi::app {
namespace {

using residents::ImportPhase;
using residents::ImportState;
using residents::ImportTrial;

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(limits::kUploadBytes + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad() || !file.is_open()) {
    return Error(ErrorCode::file_damaged).with("where", "open").because(path);
  }
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;  // one byte too long is refused by the reader with its own limit
}

Result<access::Actor> importer(Runtime& runtime, bus::ReaderParts& reader,
                               const std::string& name) {
  WD_TRY(const auto known,
         accounts::find_account(*reader.connection, *runtime.modules().macs, name));
  if (!known || known->state != accounts::AccountState::open) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/--account", ErrorCode::not_found);
  }
  return access::Actor{known->account, known->role, known->region, {}};
}

void print_trial(Console& console, const ImportTrial& trial) {
  console.out << console.choose("共 ", "rows ") << trial.rows
              << console.choose("，可以导入 ", ", can be imported ") << trial.importable
              << console.choose("，有错 ", ", with errors ") << trial.errors_total
              << console.choose("，可能重复 ", ", possible duplicates ") << trial.duplicates_total
              << '\n';
  for (const auto& error : trial.errors) {
    console.out << console.choose("  行 ", "  row ") << error.row << ' ' << error.field << ": "
                << error.why << '\n';
  }
}

void print_state(Console& console, const ImportState& state) {
  console.out << console.choose("读 ", "read ") << state.done << '/' << state.total
              << console.choose("，导入 ", ", imported ") << state.applied
              << console.choose("，重复 ", ", duplicates ") << state.duplicates
              << console.choose("，有错 ", ", refused ") << state.refused << '\n';
  if (state.why) console.out << "  " << *state.why << '\n';
}

Status write_file(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  if (!file) return Error(ErrorCode::storage_failed).because(path);
  return ok();
}

Result<int> import_roster(const Config& config, Console& console,
                          const ImportRosterRequest& request) {
  const SystemClock clock;
  WD_TRY(const auto bytes, read_file(request.file));
  WD_TRY(const auto community, RegionCode::parse(request.community));
  WD_TRY(auto runtime, Runtime::open(config, clock));
  runtime->start();
  WD_TRY(auto reader, runtime->reader());
  WD_TRY(const auto actor, importer(*runtime, reader, request.account));
  WD_TRY([[maybe_unused]] auto scope, residents::check_community(actor, community));
  const residents::RosterRequest roster{actor, community, bytes, request.file, console.language};
  const residents::RosterSources sources{*reader.connection, *reader.vault,
                                         CivilDate::of(clock.now(), config.zone())};
  WD_TRY(const auto trial, residents::try_roster(roster, sources));
  print_trial(console, trial);
  if (!request.errors_file.empty()) {
    WD_TRY(const auto sheet, residents::roster_errors_file(roster, sources));
    WD_TRY([[maybe_unused]] auto written, write_file(request.errors_file, sheet));
  }
  if (!request.apply) return trial.errors_total == 0 ? kExitOk : kExitFindings;
  WD_TRY(const auto state, residents::apply_roster(roster, sources,
                                                   {runtime->writer(), clock, trial.digest,
                                                    [](const ImportState&) { return true; }}));
  print_state(console, state);
  if (state.state != ImportPhase::done) return kExitFailure;
  return state.refused == 0 ? kExitOk : kExitFindings;
}

}  // namespace

int run_import_roster(const Config& config, Console& console, const ImportRosterRequest& request) {
  const auto done = import_roster(config, console, request);
  return done ? *done : fail(console, done.error());
}

}  // namespace wangdi::app
