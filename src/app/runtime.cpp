// SPDX-License-Identifier: Apache-2.0
// Composition of an installation.
#include "app/runtime.hpp"

#include <filesystem>

#include "app/schema.hpp"
#include "app/storage.hpp"
#include "journal/journal.hpp"
#include "modules/retention/night.hpp"
#include "store/remote.hpp"

namespace wangdi::app {
namespace {

vault::Paths vault_paths(const Config& config) { return {config.keys, config.root}; }

bus::WriterOptions writer_options(const Config& config) {
  return {static_cast<std::size_t>(config.queue_max), static_cast<std::size_t>(config.batch_max),
          static_cast<std::size_t>(config.batch_least), config.zone()};
}

// The write-ahead log as it was found, once: SQLite writes over what it could not read.
void keep_found_log(const Folder& folder) {
  std::error_code failed;  // without room for a copy the alarm still stands
  std::filesystem::copy_file(folder.database() + "-wal", folder.database() + "-wal.found",
                             std::filesystem::copy_options::skip_existing, failed);
}

}  // namespace

Result<std::unique_ptr<Runtime>> Runtime::open(const Config& config, const Clock& clock) {
  WD_TRY(auto folder, Folder::open(config.data));
  return compose(std::move(folder), config, clock, true);
}

Result<std::unique_ptr<Runtime>> Runtime::create(const Config& config, const Clock& clock,
                                                 bool demo) {
  WD_TRY(auto folder, Folder::create(config.data, config.keys, demo));
  WD_TRY([[maybe_unused]] auto keys, vault::Vault::create(vault_paths(config)));
  return compose(std::move(folder), config, clock, false);
}

Result<std::unique_ptr<Runtime>> Runtime::compose(Folder folder, const Config& config,
                                                  const Clock& clock, bool examines) {
  WD_TRY(auto parameters, Parameters::shipped());
  WD_TRY([[maybe_unused]] auto rules, retention::check_rules(parameters));
  std::unique_ptr<Runtime> runtime(
      new Runtime(std::move(folder), config, clock, std::move(parameters)));
  WD_TRY(runtime->engine_, open_engine(config, runtime->folder_));
  WD_TRY(runtime->connection_, runtime->engine_->open_writer());
  auto& connection = *runtime->connection_;
  // Before anything is written: what a damaged log still holds must stay as it was found.
  WD_TRY(runtime->guard_, Guard::open(config, runtime->folder_, connection, clock, examines));
  const bool is_alarmed = runtime->guard_->is_alarmed();
  if (is_alarmed) keep_found_log(runtime->folder_);
  const bool is_remote = dynamic_cast<store::RemoteEngine*>(runtime->engine_.get()) != nullptr;
  const int writers = is_remote ? config.writers : 1;
  WD_TRY(runtime->vault_, vault::Vault::open(vault_paths(config), {.writers = writers}));
  WD_TRY(runtime->modules_, Modules::make(runtime->folder_.files(), runtime->vault_.get()));
  const auto tables = tables_of(runtime->registry());
  WD_TRY([[maybe_unused]] auto fits, check_schema(connection, tables));
  WD_TRY([[maybe_unused]] auto created, create_schema(connection, tables));
  WD_TRY(
      runtime->vault_writer_,
      runtime->vault_->open_writer(connection, clock.now(), {},
                                   is_alarmed ? vault::Orphans::keep : vault::Orphans::take_back));
  WD_TRY(runtime->last_commit_, journal::last_commit(connection));
  WD_TRY(runtime->restores_, bus::Restores::load(connection));
  for (int writer = 1; writer < writers; ++writer) {
    WD_TRY([[maybe_unused]] auto opened, runtime->open_beside());
  }
  runtime->make_writer();
  runtime->guard_->set_restore(runtime->restores_.number());
  if (is_alarmed) runtime->writer_->refuse_commands();
  return runtime;
}

Status Runtime::open_beside() {
  auto& engine = dynamic_cast<store::RemoteEngine&>(*engine_);
  Beside beside;
  WD_TRY(beside.connection, engine.open_beside(static_cast<int>(beside_.size()) + 1));
  WD_TRY(beside.vault_writer, vault_->open_writer(*beside.connection, clock_.now()));
  beside_.push_back(std::move(beside));
  return ok();
}

void Runtime::make_writer() {
  const auto parts = [this](store::Connection& connection, vault::Writer& vault_writer) {
    return bus::WriterParts{connection,       registry(),  vault_writer,
                            modules_->rights, parameters_, clock_};
  };
  std::vector<bus::WriterParts> lanes{parts(*connection_, *vault_writer_)};
  for (auto& beside : beside_) lanes.push_back(parts(*beside.connection, *beside.vault_writer));
  writer_ = std::make_unique<bus::Writer>(std::move(lanes), writer_options(config_));
  writer_->on_commit([guard = guard_.get()](const bus::Committed& committed, store::Connection&) {
    guard->committed(committed);
  });
}

Runtime::~Runtime() {
  if (!writer_) return;
  writer_->stop();
  // A command of the tool ends here; a service has kept it already and told when it could not.
  if (Folder::is_complete(folder_.path())) static_cast<void>(guard_->keep());
}

bool Runtime::raise_alarm(const journal::Alarm& alarm, std::optional<CommandId> standing) {
  writer_->refuse_commands();
  return guard_->raise(alarm, standing);
}

Result<bus::ReaderParts> Runtime::reader() {
  bus::ReaderParts parts;
  WD_TRY(parts.connection, engine_->open_reader());
  WD_TRY(parts.vault, vault_->open_reader(*parts.connection));
  return parts;
}

}  // namespace wangdi::app
