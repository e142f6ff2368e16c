// SPDX-License-Identifier: Apache-2.0
// What it costs to judge a day of the access log: lines about the people of a folder, by so
// many readers. They are written into the folder (a copy), then the
// day is judged over and over, nothing is recorded. CPU and wall time of the judging thread.
// Usage: bench_judge DATA [LINES [READERS]]; WANGDI_STORE names a PostgreSQL database, if any.
#include <iostream>

#include "app/runtime.hpp"
#include "app/system_clock.hpp"
#include "cpu.hpp"
#include "modules/audit/judge.hpp"
#include "vault/writer.hpp"

namespace wangdi::bench {
namespace {

constexpr std::size_t kLines = 200'000, kReaders = 1'000, kRounds = 3, kLinesAtOnce = 5'000;
constexpr std::int64_t kDayMs = 86'400'000;

struct Measured {
  std::int64_t lines = 0;
  std::int64_t readers = 0;
  std::int64_t subjects = 0;
  std::int64_t cases = 0;
  double cpu_seconds = 0;
  double wall_seconds = 0;
  double lines_a_cpu_second = 0;
};
WD_DESCRIBE(Measured, lines, readers, subjects, cases, cpu_seconds, wall_seconds,
            lines_a_cpu_second)

constexpr store::Statement kPersons{"bench_persons",
                                    "SELECT district, person FROM person WHERE district = $1"
                                    " ORDER BY person LIMIT $2"};
constexpr store::Statement kDistricts{
    "bench_districts", "SELECT district, person FROM person ORDER BY district, person LIMIT 1"};

struct PersonKey {
  District district;
  PersonId person;
};
WD_DESCRIBE(PersonKey, district, person)

AccountId reader_of(std::size_t number) {
  AccountId account;
  account.value.bytes[0] = 0xbe;
  account.value.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  account.value.bytes[15] = static_cast<std::uint8_t>(number);
  return account;
}

Status write_lines(app::Runtime& runtime, const std::vector<PersonKey>& people, std::size_t lines,
                   std::size_t readers) {
  const auto district = people.front().district;
  WD_TRY(const auto region, RegionCode::of(district));
  for (std::size_t from = 0; from < lines; from += kLinesAtOnce) {
    WD_TRY([[maybe_unused]] auto written,
           runtime.writer().run_job(
               [&](store::Rows&, vault::Writer& vault) -> Status {
                 for (auto i = from; i < std::min(lines, from + kLinesAtOnce); ++i) {
                   WD_TRY([[maybe_unused]] auto logged,
                          vault.log({.district = district,
                                     .actor = reader_of(i % readers),
                                     .region = region,
                                     .subject = people[i * 7919 % people.size()].person.value,
                                     .fields = {vault::Field::name}},
                                    runtime.clock().now()));
                 }
                 return ok();
               },
               {district}));
  }
  return ok();
}

Result<Measured> measure(app::Runtime& runtime, std::size_t lines, std::size_t readers) {
  WD_TRY(auto parts, runtime.reader());
  auto& db = *parts.connection;
  WD_TRY(const auto first, store::select_one<PersonKey>(db, kDistricts));
  if (!first) return Error(ErrorCode::not_found);
  WD_TRY(const auto people,
         store::select<PersonKey>(db, kPersons, first->district, std::int64_t{1'000'000}));
  runtime.start();
  WD_TRY([[maybe_unused]] auto written, write_lines(runtime, people, lines, readers));
  Measured measured;
  std::vector<double> cpu, wall;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto cpu_before = thread_cpu_seconds(), wall_before = wall_seconds();
    WD_TRY([[maybe_unused]] auto begun, db.begin());
    auto judged = audit::judge_next_day(db, runtime.parameters(), first->district,
                                        runtime.clock().now() + 3 * kDayMs, {});
    db.rollback();
    if (!judged) return judged.error();
    if (!*judged) return Error(ErrorCode::not_found);
    cpu.push_back(thread_cpu_seconds() - cpu_before);
    wall.push_back(wall_seconds() - wall_before);
    measured.lines = (*judged)->day.lines;
    measured.readers = (*judged)->day.accounts;
    measured.cases = (*judged)->day.cases + (*judged)->day.left_out;
  }
  measured.subjects = static_cast<std::int64_t>(std::min(people.size(), lines));
  measured.cpu_seconds = median(cpu);
  measured.wall_seconds = median(wall);
  measured.lines_a_cpu_second = static_cast<double>(measured.lines) / measured.cpu_seconds;
  return measured;
}

int run(int count, char** words) {
  if (count < 2) return 2;
  app::Config config;
  config.data = words[1];
  config.keys = config.data + ".keys";
  config.root = config.data + ".root";
  config.anchor = config.data + ".anchor";
  config.storage_url = store_of_environment();
  const app::SystemClock clock;
  auto runtime = app::Runtime::open(config, clock);
  if (!runtime) return 1;
  const auto lines = count_argument(count, words, 2, kLines);
  const auto readers = count_argument(count, words, 3, kReaders);
  const auto measured = measure(**runtime, lines, readers);
  if (!measured) {
    std::cerr << error_entry(measured.error().code()).name << ' ' << measured.error().cause()
              << '\n';
    return 1;
  }
  std::cout << codec::encode(*measured) << '\n';
  return 0;
}

}  // namespace
}  // namespace wangdi::bench

int main(int count, char** words) { return wangdi::bench::run(count, words); }
