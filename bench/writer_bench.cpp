// SPDX-License-Identifier: Apache-2.0
// The writer alone: recorded visits as prepared commands, so many at once as 64 connections give it
// (a batch of about 32), no HTTP. Prints CPU microseconds a command of the writer's thread; what a
// profile of the server shows mixed with its network thread stands here alone.
// Usage: bench_writer DATA SECONDS [BATCH]; DATA is a copy that may be changed. WANGDI_STORE names
// its PostgreSQL database, if any.
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <random>

#include "app/sending.hpp"
#include "app/system_clock.hpp"
#include "cpu.hpp"
#include "modules/accounts/tables.hpp"
#include "modules/residents/tables.hpp"
#include "modules/screening/messages.hpp"

namespace wangdi::bench {
namespace {

constexpr store::Statement kWorkers{
    "bench_workers",
    "SELECT district, account, role, region, state, sequence FROM account WHERE role = 1"};
constexpr store::Statement kDoors{
    "bench_doors",
    "SELECT district, household, grid, building, state, persons, sequence FROM household"
    " WHERE district = $1 AND grid = $2"};

struct Worker {
  access::Actor actor;
  std::vector<HouseholdId> doors;
};

Result<std::vector<Worker>> workers_of(store::Connection& db) {
  std::vector<Worker> workers;
  WD_TRY(const auto rows, store::select<accounts::StoredAccount>(db, kWorkers));
  for (const auto& row : rows) {
    Worker worker{{row.account, row.role, row.region, {}}, {}};
    WD_TRY(const auto doors,
           store::select<residents::HouseholdRow>(db, kDoors, row.district, row.region));
    for (const auto& door : doors) worker.doors.push_back(door.household);
    if (!worker.doors.empty()) workers.push_back(std::move(worker));
  }
  if (workers.empty()) return Error(ErrorCode::not_found);
  return workers;
}

struct Measured {
  std::int64_t commands = 0;
  std::int64_t refused = 0;
  double commands_a_second = 0;
  double writer_cpu_us = 0;
};
WD_DESCRIBE(Measured, commands, refused, commands_a_second, writer_cpu_us)

class Bench {
 public:
  Bench(app::Runtime& runtime, std::vector<Worker> workers)
      : runtime_(runtime), sending_(runtime), workers_(std::move(workers)) {}

  Result<Measured> run(double seconds, std::size_t batch) {
    WD_TRY([[maybe_unused]] auto warmed, wave(batch));
    const double wall_before = wall_seconds();
    WD_TRY(const auto cpu_before, writer_cpu_seconds());
    while (wall_seconds() - wall_before < seconds) {
      WD_TRY([[maybe_unused]] auto sent, wave(batch));
      measured_.commands += static_cast<std::int64_t>(batch);
    }
    WD_TRY(const auto cpu_after, writer_cpu_seconds());
    const auto commands = static_cast<double>(measured_.commands);
    measured_.commands_a_second = commands / (wall_seconds() - wall_before);
    measured_.writer_cpu_us = (cpu_after - cpu_before) * 1e6 / commands;
    return measured_;
  }

 private:
  Result<double> writer_cpu_seconds() {
    double seconds = 0;
    WD_TRY([[maybe_unused]] auto done,
           runtime_.writer().run_job([&](store::Rows&, vault::Writer&) -> Status {
             seconds = thread_cpu_seconds();
             return ok();
           }));
    return seconds;
  }

  // So many commands, each a submission of its own; returns when all are answered.
  Status wave(std::size_t batch) {
    std::vector<std::pair<access::Actor, std::vector<bus::PreparedCommand>>> prepared;
    for (std::size_t i = 0; i < batch; ++i) {
      const auto& worker = workers_[random_() % workers_.size()];
      screening::RecordVisit visit;
      visit.visit = VisitId{sending_.id()};
      visit.household = worker.doors[random_() % worker.doors.size()];
      prepared.emplace_back(worker.actor, std::vector<bus::PreparedCommand>());
      prepared.back().second.push_back(
          sending_.prepare(visit, worker.actor.region, runtime_.clock().now()));
    }
    {
      const std::lock_guard lock(mutex_);
      open_ = batch;
    }
    for (auto& [actor, commands] : prepared) {
      WD_TRY([[maybe_unused]] auto queued,
             runtime_.writer().submit(
                 actor, std::move(commands),
                 [this](std::vector<bus::Outcome> outcomes) { answered(outcomes.front()); }));
    }
    std::unique_lock lock(mutex_);
    all_.wait(lock, [this] { return open_ == 0; });
    return ok();
  }
  void answered(const bus::Outcome& outcome) {
    const std::lock_guard lock(mutex_);
    measured_.refused += outcome.status != bus::CommandStatus::applied;
    if (--open_ == 0) all_.notify_one();
  }

  app::Runtime& runtime_;
  app::Sending sending_;
  std::vector<Worker> workers_;
  std::mt19937_64 random_{std::random_device{}()};
  std::mutex mutex_;
  std::condition_variable all_;
  std::size_t open_ = 0;
  Measured measured_;
};

Result<Measured> measure(const std::string& data, double seconds, std::size_t batch) {
  const app::SystemClock clock;
  app::Config config;
  config.data = data;
  config.keys = data + ".keys";
  config.root = data + ".root";
  config.anchor = data + ".anchor";
  config.storage_url = store_of_environment();
  WD_TRY(auto runtime, app::Runtime::open(config, clock));
  WD_TRY(auto workers, workers_of(runtime->connection()));
  runtime->start();
  Bench bench(*runtime, std::move(workers));
  return bench.run(seconds, batch);
}

int run(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: bench_writer DATA SECONDS [BATCH]\n";
    return 2;
  }
  const auto measured =
      measure(argv[1], number_argument(argc, argv, 2, 5), count_argument(argc, argv, 3, 32));
  if (!measured) {
    std::cerr << "bench_writer: " << error_entry(measured.error().code()).title[1] << ' '
              << measured.error().cause() << '\n';
    return 1;
  }
  std::cout << codec::encode(*measured) << '\n';
  return 0;
}

}  // namespace
}  // namespace wangdi::bench

int main(int argc, char** argv) { return wangdi::bench::run(argc, argv); }
