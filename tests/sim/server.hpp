// SPDX-License-Identifier: Apache-2.0
// The server of a simulation: the program's own modules, writer, intake, vault and SQLite on a
// simulated disk, without network and threads. It can die between any two steps and come back, and
// be replaced by a backup.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "app/intake.hpp"
#include "app/modules.hpp"
#include "common/parameters/parameters.hpp"
#include "tests/sim/disk.hpp"
#include "tests/sim/phone.hpp"

namespace wangdi::sim {

class SimClock final : public Clock {
 public:
  UnixMs now() const override { return now_ + offset_; }
  std::int64_t monotonic_ms() const override { return now_; }
  UnixMs true_now() const { return now_; }
  void set(UnixMs now) { now_ = now; }
  void jump(std::int64_t ms) { offset_ += ms; }
  void set_right() { offset_ = 0; }

 private:
  UnixMs now_ = 0;
  std::int64_t offset_ = 0;
};

// What is made once for all seeds: keys on a real disk, the registry, an installation with doors.
struct Installation {
  std::string folder;
  vault::Paths paths;
  DiskImage image;
  std::unique_ptr<Parameters> parameters;
  std::unique_ptr<app::Modules> modules;
  std::string database() const { return folder + "/wangdi.db"; }
};

// Where the process ends, thrown through the writer: nothing below catches it, as nothing survives.
struct Died {};
enum class Death : std::uint8_t { none, before, after_keys, after_rows, after_commit, at_a_write };

class Server {
 public:
  using Deliver = std::function<void(Reply)>;
  Server(Installation& installation, Disk& disk, SimClock& clock, Chance& chance)
      : installation_(installation), disk_(disk), clock_(clock), chance_(chance) {}
  ~Server() { close(); }

  void start();
  bool is_up() const { return life_ != nullptr; }
  // The process ends: everything in memory is gone, the disk has what it was given.
  void die(bool power_is_cut);
  void stop();  // in peace

  // Answers later, or never when it dies meanwhile.
  void receive(const Request& request, Deliver deliver);
  // One turn of the writer; it may end the process. False when nothing waited.
  bool turn(Death death);
  bool has_work() const { return life_ && life_->writer->waiting() > 0; }

  // A backup as of the last commit, and the folder that is made of it.
  void back_up();
  bool has_backup() const { return backup_at_ != 0; }
  void restore();
  std::int64_t restores() const { return restores_; }
  const std::map<std::int32_t, std::int64_t>& backup_heads() const { return backup_heads_; }

  // Commands by hand, for making the installation: applied at once or the test ends.
  std::string apply(const access::Actor& actor, bus::PreparedCommand command);

  store::Connection& auditor() { return *life_->auditor; }
  // The reader's own connection and its end of the vault.
  store::Connection& reader() { return *life_->reader; }
  vault::Reader& vault_reader() { return *life_->vault_reader; }
  const bus::Registry& registry() const { return installation_.modules->registry; }
  bus::Writer& writer() { return *life_->writer; }
  store::Connection& connection() { return *life_->connection; }
  const Parameters& parameters() const { return *installation_.parameters; }

 private:
  struct Life {
    std::unique_ptr<store::Engine> engine;
    std::unique_ptr<store::Connection> connection;
    std::unique_ptr<vault::Vault> vault;
    std::unique_ptr<vault::Writer> vault_writer;
    bus::Restores restores;
    std::unique_ptr<bus::Writer> writer;
    std::unique_ptr<app::Intake> intake;
    std::unique_ptr<store::Connection> auditor, reader;
    std::unique_ptr<vault::Reader> vault_reader;
  };

  void close();
  void open_writer(Life& life);
  app::ClaimWatch claim_watch(Life& life);
  void log_in(const Request& request, const Deliver& deliver);
  void end_sessions();
  std::optional<access::Actor> stored(AccountId account);

  Installation& installation_;
  Disk& disk_;
  SimClock& clock_;
  Chance& chance_;
  std::unique_ptr<Life> life_;
  Death death_ = Death::none;

  // The program keeps these in its database; here they only have to be as lasting.
  std::map<std::uint64_t, access::Actor> sessions_;
  std::uint64_t tokens_ = 0;

  std::int64_t backup_at_ = 0;
  std::map<std::int32_t, std::int64_t> backup_heads_;
  std::int64_t restores_ = 0;
};

template <class T>
T must(Result<T> result) {
  if (!result) {
    auto text =
        std::string(error_entry(result.error().code()).name) + ": " + result.error().cause();
    for (const auto& field : result.error().fields()) {
      text += " " + field.pointer + " " + std::string(error_entry(field.code).name);
    }
    throw std::runtime_error(text);
  }
  return std::move(result).value();
}

}  // namespace wangdi::sim
