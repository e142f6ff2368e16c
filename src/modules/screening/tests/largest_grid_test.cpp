// SPDX-License-Identifier: Apache-2.0
// The largest grid that is allowed: its list of doors is complete, one door more is refused, and
// what the list costs is printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "modules/residents/facts.hpp"
#include "modules/screening/tests/place.hpp"

namespace wangdi::screening {
namespace {

using testing::Harness;

double cpu_ms() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// Commands in batches, as an import sends them.
class Batches {
 public:
  explicit Batches(Place& place) : place_(place) {}
  template <class Command>
  void add(const Command& command) {
    waiting_.push_back(place_.h.prepare(command, place_.community));
    if (waiting_.size() == 400) send();
  }
  void send() {
    for (const auto& outcome : place_.h.send(place_.officer, std::exchange(waiting_, {}))) {
      Place::expect_applied(outcome);
    }
  }

 private:
  Place& place_;
  std::vector<bus::PreparedCommand> waiting_;
};

void fill_grid(Place& place, std::size_t doors) {
  Batches batches(place);
  for (std::size_t i = 0; i < doors; ++i) {
    residents::AddHousehold home;
    home.id = HouseholdId{place.h.id()};
    home.grid = place.grids[0];
    home.building = place.buildings[0];
    home.unit.text = std::to_string(i % 6 + 1);
    home.floor = static_cast<std::int32_t>(i / 6 % 30 + 1);
    home.room.text = std::to_string(i / 180 + 1 + 100 * static_cast<std::size_t>(home.floor));
    batches.add(home);
    for (std::size_t person = 0; person < 2 + i % 2; ++person) {
      residents::AddPerson one;
      one.id = PersonId{place.h.id()};
      one.household = home.id;
      one.name.text = "沈阿甲";
      one.document_kind = residents::DocumentKind::none;
      batches.add(one);
      if (person > 0 || i % 8 > 0) continue;
      batches.add(residents::AddKeyGroup{one.id,
                                         residents::KeyGroup::living_alone_elder,
                                         {"登记"},
                                         place.today(),
                                         place.today().plus_days(30)});
    }
    if (i % 3 > 0) {
      batches.add(
          place.visit_form(home.id, i % 3 == 1 ? VisitOutcome::all_well : VisitOutcome::not_home));
    }
  }
  batches.send();
}

// The answer is longer than what the decoder takes from a client.
std::size_t doors_in(std::string_view answer) {
  constexpr std::string_view kDoor = "{\"household\":";
  std::size_t doors = 0;
  for (auto at = answer.find(kDoor); at != answer.npos; at = answer.find(kDoor, at + 1)) ++doors;
  return doors;
}

TEST(LargestGrid,
     given_as_many_doors_as_allowed_when_listed_then_all_are_there_and_one_more_is_not) {
  Place place;
  place.round(place.community);
  fill_grid(place, residents::kDoorsMax);
  std::vector<double> costs;
  std::string answer;
  for (int i = 0; i < 20; ++i) {
    const auto before = cpu_ms();
    auto got = Harness::must(
        place.h.query(place.officer, "screening/doors", "grid=" + place.grids[0].text()));
    costs.push_back(cpu_ms() - before);
    answer = std::move(got.bytes);
  }
  std::ranges::sort(costs);
  const auto before = cpu_ms();
  const auto figures =
      Harness::must(grid_figures(place.reader(), place.community, RoundId{}, place.today()));
  std::printf(
      "doors of a grid: %zu doors, %zu kB, CPU %.1f ms (median), %.1f ms (p95);"
      " figures of its community: %.1f ms\n",
      residents::kDoorsMax, answer.size() / 1024, costs[costs.size() / 2], costs[18],
      cpu_ms() - before);
  EXPECT_EQ(doors_in(answer), residents::kDoorsMax);
  EXPECT_EQ(figures.front().registered, static_cast<std::int64_t>(residents::kDoorsMax));

  place.household(0, 99, 1);
  EXPECT_FALSE(place.h.query(place.officer, "screening/doors", "grid=" + place.grids[0].text()));
}

}  // namespace
}  // namespace wangdi::screening
