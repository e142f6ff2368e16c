// SPDX-License-Identifier: Apache-2.0
// Composition of an installation.
#include "app/runtime.hpp"

#include "app/storage.hpp"
#include "journal/journal.hpp"

namespace wangdi::app {
namespace {

vault::Paths vault_paths(const Config& config) { return {config.keys, config.root}; }

bus::WriterOptions writer_options(const Config& config) {
  return {static_cast<std::size_t>(config.queue_max), static_cast<std::size_t>(config.batch_max),
          config.zone()};
}

}  // namespace

Result<std::unique_ptr<Runtime>> Runtime::open(const Config& config, const Clock& clock) {
  WD_TRY(auto folder, Folder::open(config.data));
  return compose(std::move(folder), config, clock);
}

Result<std::unique_ptr<Runtime>> Runtime::create(const Config& config, const Clock& clock,
                                                 bool demo) {
  WD_TRY(auto folder, Folder::create(config.data, config.keys, demo));
  WD_TRY([[maybe_unused]] auto keys, vault::Vault::create(vault_paths(config)));
  return compose(std::move(folder), config, clock);
}

Result<std::unique_ptr<Runtime>> Runtime::compose(Folder folder, const Config& config,
                                                  const Clock& clock) {
  WD_TRY(auto parameters, Parameters::shipped());
  std::unique_ptr<Runtime> runtime(
      new Runtime(std::move(folder), config, clock, std::move(parameters)));
  WD_TRY(runtime->engine_, open_engine(config, runtime->folder_));
  WD_TRY(runtime->connection_, runtime->engine_->open_writer());
  auto& connection = *runtime->connection_;
  WD_TRY(runtime->vault_, vault::Vault::open(vault_paths(config)));
  WD_TRY(runtime->modules_, Modules::make(runtime->folder_.files(), runtime->vault_.get()));
  WD_TRY([[maybe_unused]] auto journal, journal::Journal::create(connection));
  WD_TRY([[maybe_unused]] auto sealed, vault::Vault::create_tables(connection));
  for (const auto& table : runtime->registry().tables()) {
    WD_TRY([[maybe_unused]] auto created, connection.create(table));
  }
  WD_TRY(runtime->vault_writer_, runtime->vault_->open_writer(connection, clock.now()));
  WD_TRY(runtime->last_commit_, journal::last_commit(connection));
  WD_TRY(runtime->restores_, bus::Restores::load(connection));
  runtime->writer_ = std::make_unique<bus::Writer>(
      bus::WriterParts{connection, runtime->registry(), *runtime->vault_writer_,
                       runtime->modules_->rights, runtime->parameters_, clock},
      writer_options(config));
  return runtime;
}

Runtime::~Runtime() {
  if (writer_) writer_->stop();
}

Result<bus::ReaderParts> Runtime::reader() {
  bus::ReaderParts parts;
  WD_TRY(parts.connection, engine_->open_reader());
  WD_TRY(parts.vault, vault_->open_reader(*parts.connection));
  return parts;
}

}  // namespace wangdi::app
