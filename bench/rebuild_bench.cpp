// SPDX-License-Identifier: Apache-2.0
// How fast tables are made anew from the journal: the recorded visits of a folder alone (its tree
// is one event of 665,276 rows and has a row of its own), and the whole folder. CPU time of the
// replaying thread; nothing else runs. Usage: bench_rebuild DATA [visits]; the word leaves the
// second out, for profiles.
#include <filesystem>
#include <iostream>

#include "app/modules.hpp"
#include "common/bus/rebuild.hpp"
#include "cpu.hpp"
#include "journal/journal.hpp"
#include "modules/screening/messages.hpp"
#include "store/sqlite.hpp"
#include "vault/bulk.hpp"

namespace wangdi::bench {
namespace {

constexpr ZoneOffset kZone{480};

// A database file that is gone at the end.
class Scratch {
 public:
  explicit Scratch(std::string path) : path_(std::move(path)) { remove(); }
  ~Scratch() { remove(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  void remove() const {
    std::error_code failed;
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end, failed);
  }
  std::string path_;
};

struct Replay {
  std::int64_t events = 0;
  double cpu_seconds = 0;
  double events_a_cpu_second = 0;
};
WD_DESCRIBE(Replay, events, cpu_seconds, events_a_cpu_second)
struct Measured {
  Replay visits;
  Replay whole;
};
WD_DESCRIBE(Measured, visits, whole)

Result<Replay> replay(const bus::Registry& registry, store::Connection& from,
                      const std::string& beside) {
  const Scratch file(beside);
  WD_TRY(const auto engine, store::open_sqlite({.path = file.path()}));
  WD_TRY(const auto to, engine->open_writer());
  for (const auto& table : registry.tables()) {
    if (!table.rebuilt) continue;
    auto bare = table;  // as `wangdi rebuild --check` makes them
    bare.indexes = {};
    WD_TRY([[maybe_unused]] auto created, to->create(bare));
  }
  const double before = thread_cpu_seconds();
  Replay done;
  WD_TRY([[maybe_unused]] auto begun, to->begin());
  WD_TRY(done.events, bus::replay_into(registry, from, *to, kZone));
  WD_TRY([[maybe_unused]] auto committed, to->commit());
  done.cpu_seconds = thread_cpu_seconds() - before;
  done.events_a_cpu_second = static_cast<double>(done.events) / done.cpu_seconds;
  return done;
}

// The records of visits into a journal of their own, numbered as before.
Status copy_visits(store::Connection& from, store::Connection& to) {
  constexpr std::size_t kPortion = 10'000;
  std::vector<journal::RecordRow> rows;
  const auto write = [&]() -> Status {
    auto written = vault::bulk(to, journal::kRecord, store::BulkMode::kInsert, rows);
    rows.clear();
    return written;
  };
  WD_TRY([[maybe_unused]] auto begun, to.begin());
  WD_TRY([[maybe_unused]] auto count,
         journal::replay(from, [&](const journal::RecordRow& record) -> Status {
           if (record.type == screening::VisitRecorded::kType) rows.push_back(record);
           return rows.size() < kPortion ? ok() : write();
         }));
  WD_TRY([[maybe_unused]] auto rest, write());
  return to.commit();
}

Result<Measured> measure(const std::string& data, bool only_visits) {
  WD_TRY(const auto modules, app::Modules::make(data + "/files", nullptr));
  WD_TRY(const auto engine, store::open_sqlite({.path = data + "/wangdi.db"}));
  WD_TRY(const auto live, engine->open_reader());
  const Scratch file(data + "/visits.db");
  WD_TRY(const auto visits_engine, store::open_sqlite({.path = file.path()}));
  WD_TRY(const auto visits, visits_engine->open_writer());
  WD_TRY([[maybe_unused]] auto created, journal::Journal::create(*visits));
  WD_TRY([[maybe_unused]] auto copied, copy_visits(*live, *visits));
  Measured measured;
  WD_TRY(measured.visits, replay(modules->registry, *visits, data + "/rebuilt.db"));
  if (only_visits) return measured;
  WD_TRY(measured.whole, replay(modules->registry, *live, data + "/rebuilt.db"));
  return measured;
}

int run(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: bench_rebuild DATA\n";
    return 2;
  }
  const auto measured = measure(argv[1], argc > 2 && std::string_view(argv[2]) == "visits");
  if (!measured) {
    std::cerr << "bench_rebuild: " << measured.error().cause() << '\n';
    return 1;
  }
  std::cout << codec::encode(*measured) << '\n';
  return 0;
}

}  // namespace
}  // namespace wangdi::bench

int main(int argc, char** argv) { return wangdi::bench::run(argc, argv); }
