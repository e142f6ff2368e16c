// SPDX-License-Identifier: Apache-2.0
// What the database alone takes for the rows of recorded visits: the same tables, indexes and sizes
// through the store's bulk writes in batches of 100 with a commit each, no HTTP, no rules, no
// reading, no hashing. Rows are made before the clock runs. Works on a folder of
// bench_make_roster, or on the PostgreSQL database that WANGDI_STORE names, and prints one JSON
// line. Usage: bench_raw DATA SECONDS [BATCH]
#include <iostream>
#include <map>
#include <random>
#include <unordered_set>

#include "app/system_clock.hpp"
#include "common/indicators/indicators.hpp"
#include "cpu.hpp"
#include "journal/record.hpp"
#include "modules/reporting/tables.hpp"
#include "modules/residents/tables.hpp"
#include "modules/screening/tables.hpp"
#include "store/postgres.hpp"
#include "store/sqlite.hpp"
#include "vault/bulk.hpp"

namespace wangdi::bench {
namespace {

using indicators::CommunityDayRow;
using indicators::DistrictDayRow;
using indicators::Indicator;

constexpr store::Statement kLastSequence{
    "bench_last_sequence", "SELECT COALESCE(MAX(sequence), 0) FROM journal WHERE district = $1"};
constexpr store::Statement kHouseholds{
    "bench_households",
    "SELECT district, household, grid, building, state, persons, sequence FROM household"
    " WHERE district = $1"};
constexpr store::Statement kKeyHouseholds{
    "bench_key_households", "SELECT DISTINCT household FROM key_member WHERE district = $1"};
constexpr store::Statement kLargestDistrict{
    "bench_largest_district",
    "SELECT district FROM household GROUP BY district ORDER BY COUNT(*) DESC LIMIT 1"};
constexpr store::Statement kLastCommit{"bench_last_commit",
                                       "SELECT COALESCE(MAX(commit_number), 0) FROM journal_seal"};

struct Number {
  std::int64_t value = 0;
};
WD_DESCRIBE(Number, value)

struct KeyHousehold {
  HouseholdId household;
};
WD_DESCRIBE(KeyHousehold, household)

// The rows of one transaction.
struct Batch {
  std::vector<journal::RecordRow> records;
  std::vector<journal::SealRow> seals;
  std::vector<screening::VisitRow> visits;
  std::vector<screening::DoorRow> doors;
  std::vector<screening::DoorDayRow> door_days;
  std::vector<CommunityDayRow> community_days;
  std::vector<DistrictDayRow> district_days;
  std::vector<reporting::CommunityChangeRow> community_changes;
  std::vector<reporting::DistrictChangeRow> district_changes;

  Status write(store::Connection& to) {
    using store::BulkMode;
    WD_TRY([[maybe_unused]] auto begun, to.begin());
    WD_TRY([[maybe_unused]] auto a, vault::bulk(to, journal::kRecord, BulkMode::kInsert, records));
    WD_TRY([[maybe_unused]] auto b, vault::bulk(to, screening::kVisit, BulkMode::kPut, visits));
    WD_TRY([[maybe_unused]] auto c, vault::bulk(to, screening::kDoor, BulkMode::kPut, doors));
    WD_TRY([[maybe_unused]] auto d,
           vault::bulk(to, screening::kDoorDay, BulkMode::kPut, door_days));
    WD_TRY([[maybe_unused]] auto e,
           vault::bulk(to, indicators::kCommunityDay, BulkMode::kAdd, community_days));
    WD_TRY([[maybe_unused]] auto f,
           vault::bulk(to, indicators::kDistrictDay, BulkMode::kAdd, district_days));
    WD_TRY([[maybe_unused]] auto g,
           vault::bulk(to, reporting::kCommunityChange, BulkMode::kPut, community_changes));
    WD_TRY([[maybe_unused]] auto h,
           vault::bulk(to, reporting::kDistrictChange, BulkMode::kPut, district_changes));
    WD_TRY([[maybe_unused]] auto i, vault::bulk(to, journal::kSeal, BulkMode::kInsert, seals));
    return to.commit();
  }
};

class Maker {
 public:
  Maker(std::vector<residents::HouseholdRow> households,
        const std::vector<KeyHousehold>& key_households, std::int64_t sequence, std::int64_t commit,
        UnixMs now)
      : households_(std::move(households)),
        district_(households_.front().district),
        sequence_(sequence),
        commit_(commit),
        now_(now),
        today_(CivilDate::of(now, ZoneOffset{480})),
        random_(static_cast<std::uint64_t>(now)) {
    for (const auto& row : key_households) key_households_.insert(row.household);
    actor_ = AccountId{id()};
    device_ = DeviceId{id()};
    round_ = RoundId{id()};
  }

  Batch make(std::size_t rows) {
    Batch batch;
    std::map<RegionCode, std::int64_t> communities;
    const auto first = sequence_ + 1;
    for (std::size_t i = 0; i < rows; ++i) {
      const auto& household = households_[random_() % households_.size()];
      ++communities[household.grid.at(RegionLevel::community)];
      add_visit(household, batch);
    }
    // One door comes up twice in a batch now and then: it is written once, as the overlay does.
    keep_last(batch.doors);
    keep_last(batch.door_days);
    const std::pair<Indicator, RoundId> counted[] = {{Indicator::visits, {}},
                                                     {Indicator::households_reached, round_}};
    for (const auto& [indicator, round] : counted) {
      for (const auto day : {today_, indicators::kAllDays}) {
        if (day == indicators::kAllDays && !indicators::is_running(indicator)) continue;
        for (const auto& [community, count] : communities) {
          batch.community_days.push_back({district_, community, indicator, round, day, count});
        }
        batch.district_days.push_back(
            {district_, indicator, round, day, static_cast<std::int64_t>(rows)});
      }
    }
    for (const auto& [community, count] : communities) {
      batch.community_changes.push_back({district_, community, now_});
    }
    batch.district_changes.push_back({district_, sequence_, now_});
    journal::SealRow seal{district_, sequence_, first, ++commit_, now_, {}};
    fill(seal.hash);
    batch.seals.push_back(seal);
    return batch;
  }

 private:
  template <std::size_t N>
  void fill(std::array<std::uint8_t, N>& bytes) {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  }
  Uuid id() {
    std::array<std::uint8_t, 10> bytes{};
    fill(bytes);
    return make_uuid_v7(now_, bytes);
  }
  template <class Row>
  static void keep_last(std::vector<Row>& rows) {
    std::ranges::stable_sort(rows, {}, &Row::household);
    const auto rest = std::ranges::unique(rows, {}, &Row::household);
    rows.erase(rest.begin(), rest.end());
  }

  void add_visit(const residents::HouseholdRow& household, Batch& batch) {
    using screening::VisitOutcome;
    screening::VisitRecorded event;
    event.household = household.household;
    event.rounds.items = {{round_, today_.plus_days(12)}};
    const VisitId visit{id()};
    journal::RecordRow record;
    record.district = district_;
    record.sequence = ++sequence_;
    record.event = EventId{id()};
    record.command = CommandId{id()};
    record.region = household.grid;
    record.type = screening::VisitRecorded::kType;
    record.subject = visit.value;
    record.actor = actor_;
    record.device = device_;
    record.occurred_at = record.recorded_at = now_;
    record.device_sequence = sequence_;
    record.body = codec::encode(event);
    fill(record.salt.emplace());
    fill(record.body_hash);
    fill(record.body_mac.emplace());
    batch.records.push_back(std::move(record));

    screening::VisitRow row;
    row.district = district_;
    row.household = household.household;
    row.visit = visit;
    row.grid = household.grid;
    row.occurred_at = row.recorded_at = now_;
    row.day = today_;
    row.actor = actor_;
    row.rounds = codec::encode(screening::CoveredRounds{{event.rounds}});
    row.sequence = sequence_;
    batch.visits.push_back(std::move(row));
    batch.doors.push_back({district_,
                           round_,
                           household.household,
                           visit,
                           now_,
                           today_,
                           VisitOutcome::all_well,
                           CivilDate(),
                           {}});
    if (!key_households_.contains(household.household)) return;  // as screening does
    batch.door_days.push_back({district_, household.household, today_, visit, now_, 0});
  }

  std::vector<residents::HouseholdRow> households_;
  std::unordered_set<HouseholdId> key_households_;
  District district_;
  std::int64_t sequence_;
  std::int64_t commit_;
  UnixMs now_;
  CivilDate today_;
  std::mt19937_64 random_;
  AccountId actor_;
  DeviceId device_;
  RoundId round_;
};

struct Measured {
  std::int64_t rows = 0;
  std::int64_t batch = 0;
  double rows_a_second = 0;
  double cpu_us_a_row = 0;
};
WD_DESCRIBE(Measured, rows, batch, rows_a_second, cpu_us_a_row)

Result<std::int64_t> number_of(store::Connection& db, const store::Statement& statement,
                               District district) {
  WD_TRY(const auto row, store::select_one<Number>(db, statement, district));
  return row ? row->value : 0;
}

Result<std::unique_ptr<store::Engine>> open_engine(const std::string& data) {
  const auto url = store_of_environment();
  if (url.empty()) return store::open_sqlite({.path = data + "/wangdi.db"});
  return store::open_postgres({.url = url});
}

Result<Measured> measure(const std::string& data, double seconds, std::size_t batch_rows) {
  WD_TRY(const auto engine, open_engine(data));
  WD_TRY(const auto db, engine->open_writer());
  WD_TRY(const auto largest, store::select_one<Number>(*db, kLargestDistrict));
  if (!largest) return Error(ErrorCode::not_found);
  const District district{static_cast<std::int32_t>(largest->value)};
  WD_TRY(auto households, store::select<residents::HouseholdRow>(*db, kHouseholds, district));
  WD_TRY(const auto key_households, store::select<KeyHousehold>(*db, kKeyHouseholds, district));
  WD_TRY(const auto sequence, number_of(*db, kLastSequence, district));
  WD_TRY(const auto commit, store::select_one<Number>(*db, kLastCommit));
  Maker maker(std::move(households), key_households, sequence, commit ? commit->value : 0,
              app::SystemClock().now());
  Measured measured;
  measured.batch = static_cast<std::int64_t>(batch_rows);
  double wall = 0, cpu = 0;
  while (wall < seconds) {
    auto batch = maker.make(batch_rows);
    const double wall_before = wall_seconds();
    const double cpu_before = thread_cpu_seconds();
    WD_TRY([[maybe_unused]] auto written, batch.write(*db));
    wall += wall_seconds() - wall_before;
    cpu += thread_cpu_seconds() - cpu_before;
    measured.rows += measured.batch;
  }
  measured.rows_a_second = static_cast<double>(measured.rows) / wall;
  measured.cpu_us_a_row = cpu * 1e6 / static_cast<double>(measured.rows);
  return measured;
}

int run(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: bench_raw DATA SECONDS [BATCH]\n";
    return 2;
  }
  const auto measured =
      measure(argv[1], number_argument(argc, argv, 2, 5), count_argument(argc, argv, 3, 100));
  if (!measured) {
    std::cerr << "bench_raw: " << measured.error().cause() << '\n';
    return 1;
  }
  std::cout << codec::encode(*measured) << '\n';
  return 0;
}

}  // namespace
}  // namespace wangdi::bench

int main(int argc, char** argv) { return wangdi::bench::run(argc, argv); }
