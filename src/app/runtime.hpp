// SPDX-License-Identifier: Apache-2.0
// An opened installation, composed in order: folder and lock, database, guard, vault, modules,
// parameters, the one writer. Served by `serve`; used for a while by the commands of the tool.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/folder.hpp"
#include "app/guard.hpp"
#include "app/modules.hpp"
#include "common/bus/query_runner.hpp"
#include "common/bus/restored.hpp"
#include "common/bus/writer.hpp"
#include "common/parameters/parameters.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

class Runtime {
 public:
  // Opens a complete folder. One whose journal is under alarm opens as well, for reading. Errors:
  // those of Folder::open, open_engine, Guard::open and Vault::open; migration_needed.
  static Result<std::unique_ptr<Runtime>> open(const Config& config, const Clock& clock);
  // Makes folder, keys and root; complete() is the caller's last act. Errors: folder_exists,
  // storage_failed and those of the vault.
  static Result<std::unique_ptr<Runtime>> create(const Config& config, const Clock& clock,
                                                 bool demo);
  ~Runtime();

  // The writer thread runs from here to the end.
  void start() { writer_->start(); }

  // A reading connection with its end of the vault.
  Result<bus::ReaderParts> reader();

  Folder& folder() { return folder_; }
  const Config& config() const { return config_; }
  const Clock& clock() const { return clock_; }
  store::Connection& connection() { return *connection_; }
  vault::Vault& vault() { return *vault_; }
  // Where an erasure waits to be finished by another batch. Any thread.
  // Where an erasure waits for another batch to finish it. Any thread.
  std::vector<District> unfinished_erasures() const { return vault_->unfinished_erasures(); }
  Modules& modules() { return *modules_; }
  const bus::Registry& registry() const { return modules_->registry; }
  const Parameters& parameters() const { return parameters_; }
  bus::Writer& writer() { return *writer_; }
  // Number of the last commit before the writer started.
  std::int64_t last_commit() const { return last_commit_; }
  const bus::Restores& restores() const { return restores_; }
  Guard& guard() { return *guard_; }
  // From now on nothing is written but sessions and the access log. Any thread.
  bool raise_alarm(const journal::Alarm& alarm, std::optional<CommandId> standing = std::nullopt);

 private:
  Runtime(Folder folder, const Config& config, const Clock& clock, Parameters parameters)
      : folder_(std::move(folder)),
        config_(config),
        clock_(clock),
        parameters_(std::move(parameters)) {}
  static Result<std::unique_ptr<Runtime>> compose(Folder folder, const Config& config,
                                                  const Clock& clock, bool examines);
  Status open_beside();
  void make_writer();

  Folder folder_;
  Config config_;
  const Clock& clock_;
  Parameters parameters_;
  std::unique_ptr<store::Engine> engine_;
  std::unique_ptr<store::Connection> connection_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<vault::Writer> vault_writer_;
  // Beside the first connection, on a database server.
  struct Beside {
    std::unique_ptr<store::Connection> connection;
    std::unique_ptr<vault::Writer> vault_writer;
  };
  std::vector<Beside> beside_;
  std::unique_ptr<Modules> modules_;
  std::unique_ptr<bus::Writer> writer_;
  std::int64_t last_commit_ = 0;
  bus::Restores restores_;
};

}  // namespace wangdi::app
