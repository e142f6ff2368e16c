// SPDX-License-Identifier: Apache-2.0
// The trial of a roster against the people of a folder, vault open: 10,000 rows for the doors of
// one community. Most are new people behind known doors; every tenth person is there already,
// every twentieth number is wrong. CPU time of the trying thread.
// Usage: bench_trial DATA COMMUNITY [ROWS]; WANGDI_STORE names a PostgreSQL database, if any.
#include <iostream>

#include "access/system_actor.hpp"
#include "app/runtime.hpp"
#include "app/system_clock.hpp"
#include "cpu.hpp"
#include "modules/residents/roster.hpp"
#include "types/id_number.hpp"

namespace wangdi::bench {
namespace {

constexpr int kUnits = 3, kFloors = 6, kRooms = 2, kBuildings = 24;
constexpr std::string_view kHeader = "楼幢,单元,楼层,室号,姓名,证件号,手机,与户主关系\n";
constexpr std::size_t kRows = 10'000, kRounds = 3;

struct Measured {
  std::int64_t rows = 0;
  std::int64_t importable = 0;
  std::int64_t errors = 0;
  std::int64_t duplicates = 0;
  double cpu_seconds = 0;
  double rows_a_cpu_second = 0;
};
WD_DESCRIBE(Measured, rows, importable, errors, duplicates, cpu_seconds, rows_a_cpu_second)

std::string padded(std::size_t number, std::size_t digits) {
  auto text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

std::string id_number(std::size_t person) {
  std::string digits = "991" + padded(100 + person / 900, 3) + "19" + padded(50 + person % 40, 2) +
                       padded(1 + person % 12, 2) + padded(1 + person % 28, 2) +
                       padded(person % 1'000, 3);
  digits += IdNumber::check_character(digits);
  if (person % 20 == 7) digits.back() = digits.back() == '0' ? '1' : '0';
  return digits;
}

std::string make_file(std::size_t rows) {
  constexpr std::string_view kNames[] = {"林晓", "吴可", "郑南", "孙小北", "叶青禾", "顾一鸣"};
  std::string file(kHeader);
  for (std::size_t i = 0; i < rows; ++i) {
    // A tenth of the rows twice: the second is a duplicate.
    const auto person = i % 10 == 9 ? i - 1 : i;
    const auto door = person / 12;
    const auto floor = door / kRooms % kFloors + 1;
    file += std::to_string(door / (kUnits * kFloors * kRooms) % kBuildings + 1) + "幢," +
            std::to_string(door / (kFloors * kRooms) % kUnits + 1) + "," + std::to_string(floor) +
            "," + std::to_string(floor) + "0" + std::to_string(door % kRooms + 1) + "," +
            std::string(kNames[person % std::size(kNames)]) + "," + id_number(person) + ",19900" +
            padded(person, 6) + ",其他亲属\n";
  }
  return file;
}

Result<Measured> measure(const std::string& data, std::string_view code, std::size_t rows) {
  const app::SystemClock clock;
  app::Config config;
  config.data = data;
  config.keys = data + ".keys";
  config.root = data + ".root";
  config.anchor = data + ".anchor";
  config.storage_url = store_of_environment();
  WD_TRY(auto runtime, app::Runtime::open(config, clock));
  WD_TRY(const auto reader, runtime->reader());
  WD_TRY(const auto community, RegionCode::parse(code));
  const auto file = make_file(rows);
  residents::RosterRequest request;
  request.actor = {access::kSystemAccount, access::Role::community_officer, community, {}};
  request.community = community;
  request.bytes = file;
  request.file_name = "roster.csv";
  const residents::RosterSources sources{*reader.connection, *reader.vault,
                                         CivilDate::of(clock.now(), config.zone())};
  std::vector<double> seconds;
  Measured measured;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const double before = thread_cpu_seconds();
    WD_TRY(const auto trial, residents::try_roster(request, sources));
    seconds.push_back(thread_cpu_seconds() - before);
    measured.rows = trial.rows;
    measured.importable = trial.importable;
    measured.errors = trial.errors_total;
    measured.duplicates = trial.duplicates_total;
  }
  measured.cpu_seconds = median(seconds);
  measured.rows_a_cpu_second = static_cast<double>(measured.rows) / measured.cpu_seconds;
  return measured;
}

int run(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: bench_trial DATA COMMUNITY [ROWS]\n";
    return 2;
  }
  const auto measured = measure(argv[1], argv[2], count_argument(argc, argv, 3, kRows));
  if (!measured) {
    std::cerr << "bench_trial: "
              << fill_text(error_entry(measured.error().code()).title[1],
                           measured.error().details())
              << ' ' << measured.error().cause() << '\n';
    return 1;
  }
  std::cout << codec::encode(*measured) << '\n';
  return 0;
}

}  // namespace
}  // namespace wangdi::bench

int main(int argc, char** argv) { return wangdi::bench::run(argc, argv); }
