// SPDX-License-Identifier: Apache-2.0
// CPU milliseconds of a board's figures from counters: 31 provinces, 3,100 districts and one county
// of 230 communities, 60 days of every indicator, terms that end on the days to come. CPU time of
// this thread, the median of several rounds. Prints one line a row: name, milliseconds.
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "common/indicators/indicators.hpp"
#include "modules/regions/tables.hpp"
#include "modules/reporting/figures.hpp"
#include "modules/reporting/tables.hpp"
#include "modules/residents/tables.hpp"
#include "modules/screening/tables.hpp"
#include "store/rows.hpp"
#include "store/sqlite.hpp"

namespace wangdi::bench {

using indicators::Indicator;

constexpr int kProvinces = 31;
constexpr int kCitiesEach = 10;
constexpr int kCountiesEach = 10;
constexpr int kTownships = 23;
constexpr int kCommunitiesEach = 10;
constexpr int kDays = 60;
constexpr int kDaysToCome = 14;
constexpr int kRepeats = 15;

const CivilDate kToday = CivilDate::parse("2020-02-18").value();

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().cause().c_str());
    std::exit(1);
  }
  return std::move(result).value();
}
RegionCode region(const std::string& text) { return must(RegionCode::parse(text)); }

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

class Country {
 public:
  explicit Country(store::Connection& db) : db_(db), rows_(db, store::Start::kStored) {
    for (const auto& table :
         {regions::kTree.info(), regions::kGrid.info(), regions::kCommunityCount.info(),
          indicators::kCommunityDay.info(), indicators::kDistrictDay.info(),
          reporting::kCommunityChange.info(), reporting::kDistrictChange.info(),
          screening::kRound.info(), screening::kDoor.info(), screening::kDoorDay.info(),
          residents::kHousehold.info(), residents::kKeyMember.info()}) {
      must(db.create(table));
    }
    must(db.begin());
    fill();
    must(rows_.flush());
    must(db.commit());
  }

  // One round over everything is there from the beginning; a round of each district joins it.
  void start_district_rounds() {
    must(db_.begin());
    rows_.erase(screening::kRound, {RegionCode().district(), nation_round()});
    for (const auto& county : counties_) {
      put_round(county, round_of(county));
      count_days(county, round_of(county), true);
    }
    must(rows_.flush());
    must(db_.commit());
  }

  const std::vector<RegionCode>& counties() const { return counties_; }

 private:
  static RoundId nation_round() {
    RoundId round;
    round.value.bytes[0] = 1;
    return round;
  }
  static RoundId round_of(const RegionCode& county) {
    RoundId round;
    std::copy(county.text().begin(), county.text().end(), round.value.bytes.begin());
    return round;
  }

  void fill() {
    put_node("");
    put_round(RegionCode(), nation_round());
    for (int province = 0; province < kProvinces; ++province) {
      const auto code = std::to_string(11 + province);
      put_node(code);
      for (int city = 1; city <= kCitiesEach; ++city) fill_city(code + two(city));
    }
    const auto county = counties_.front();
    for (int township = 1; township <= kTownships; ++township) {
      const auto code = county.text() + "0" + two(township);
      put_node(code);
      for (int community = 1; community <= kCommunitiesEach; ++community) {
        put_node(code + "0" + two(community));
        count_days(region(code + "0" + two(community)), {}, false);
        count_days(region(code + "0" + two(community)), nation_round(), true);
      }
    }
  }

  void fill_city(const std::string& city) {
    put_node(city);
    for (int county = 1; county <= kCountiesEach; ++county) {
      const auto code = region(city + two(county));
      put_node(code.text());
      counties_.push_back(code);
      if (counties_.size() == 1) continue;  // this one is counted by community
      count_days(code, {}, false);
      count_days(code, nation_round(), true);
    }
    must(rows_.flush());
    rows_.clear();
  }

  // Sixty days of each indicator of the kind, and what takes effect later.
  void count_days(const RegionCode& place, RoundId round, bool of_round) {
    using enum Indicator;
    constexpr std::array kOfRound = {households_reached, households_vacant, revisits_lapsed};
    constexpr std::array kOthers = {households_registered,
                                    persons_registered,
                                    key_persons_due,
                                    key_persons_seen,
                                    visits,
                                    exceptions,
                                    fevers};
    const auto community =
        place.level() == RegionLevel::county ? region(place.text() + "001001") : place;
    const auto count_all = [&](const auto& all) {
      for (const auto indicator : all) {
        for (int day = 0; day < kDays; ++day) {
          const int each = indicator == households_registered ? 100 : 10;
          indicators::count(rows_, community, kToday.plus_days(-day), indicator, round, each + day);
        }
      }
    };
    if (of_round) {
      count_all(kOfRound);
      indicators::count(rows_, community, kToday.plus_days(1), revisits_lapsed, round, 3);
    } else {
      count_all(kOthers);
      for (int day = 1; day <= kDaysToCome; ++day) {
        indicators::count(rows_, community, kToday.plus_days(day), key_persons_due, round, -5);
      }
    }
    rows_.put(reporting::kCommunityChange, {community.district(), community, 1});
    rows_.put(reporting::kDistrictChange, {community.district(), 1, 1});
  }

  void put_round(const RegionCode& area, RoundId round) {
    rows_.put(screening::kRound, {area.district(), round, area.level(), area, "排查",
                                  kToday.plus_days(-kDays), kToday, kToday.plus_days(9)});
  }
  void put_node(const std::string& code) {
    regions::TreeRow row;
    row.code = region(code);
    row.level = row.code.level();
    row.name = "地方";
    rows_.put(regions::kTree, row);
  }
  static std::string two(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

  store::Connection& db_;
  store::Rows rows_;
  std::vector<RegionCode> counties_;
};

void measure(const char* name, store::Connection& db, const std::string& code, CivilDate day) {
  std::array<double, kRepeats> times{};
  std::int64_t due = 0;
  std::size_t places = 0;
  for (auto& time : times) {
    const auto start = cpu_ms();
    const auto figures = must(reporting::region_figures(db, region(code), day));
    time = cpu_ms() - start;
    due = figures.households.due;
    places = figures.places.size();
  }
  std::ranges::sort(times);
  std::printf("%-34s %7.2f ms  (due %lld, places %zu)\n", name, times[kRepeats / 2],
              static_cast<long long>(due), places);
}

int run(const std::string& folder) {
  auto engine = must(store::open_sqlite({.path = folder + "/board.db"}));
  auto writer = must(engine->open_writer());
  Country country(*writer);
  auto reader = must(engine->open_reader());
  const auto county = country.counties().front().text();
  measure("nation, one round", *reader, "", kToday);
  measure("nation, one round, 30 days ago", *reader, "", kToday.plus_days(-30));
  measure("province, one round", *reader, county.substr(0, 2), kToday);
  measure("city, one round", *reader, county.substr(0, 4), kToday);
  measure("county of 230 communities", *reader, county, kToday);
  measure("township of 10 communities", *reader, county + "001", kToday);
  country.start_district_rounds();
  measure("nation, a round of each district", *reader, "", kToday);
  measure("province, a round of each district", *reader, county.substr(0, 2), kToday);
  return 0;
}

}  // namespace wangdi::bench

int main() {
  std::string folder = (std::filesystem::temp_directory_path() / "wangdi_bench_XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  const int result = wangdi::bench::run(folder);
  std::filesystem::remove_all(folder);
  return result;
}
