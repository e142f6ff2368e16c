// SPDX-License-Identifier: Apache-2.0
// The demo's people are whole, invented and the same for the same day.
#include "app/demo_data.hpp"

#include <gtest/gtest.h>

#include <set>

#include "app/demo_accounts.hpp"
#include "types/id_number.hpp"

namespace wangdi::app {
namespace {

constexpr UnixMs kNow = 1'582'011'600'000;  // 2020-02-18 15:40 in China

DemoCommunity demo() {
  const auto names = DemoNames::load(std::string(WANGDI_SOURCE_DIR) + "/data/names/demo_names.csv");
  const auto community = RegionCode::parse(kDemoCommunity);
  return make_demo_community(*community, *names, kNow, ZoneOffset{});
}

TEST(DemoData, given_a_community_when_it_is_made_then_it_has_800_doors_all_different) {
  const auto made = demo();
  std::set<std::string> doors;
  for (const auto& home : made.households) {
    doors.insert(home.household.building.text() + "/" + home.household.unit.text + "/" +
                 home.household.room.text);
  }
  EXPECT_EQ(made.households.size(), kDemoHouseholds);
  EXPECT_EQ(doors.size(), kDemoHouseholds);
  EXPECT_EQ(made.grids.size(), 3u);
}

TEST(DemoData, given_its_people_then_numbers_are_valid_unassigned_and_unique) {
  std::set<std::string> numbers;
  for (const auto& home : demo().households) {
    for (const auto& person : home.persons) {
      const auto number = IdNumber::parse(person.document_number->text);
      ASSERT_TRUE(number) << person.document_number->text;
      EXPECT_EQ(number->region().substr(0, 2), "99");
      EXPECT_FALSE(number->born_after(CivilDate::of(kNow, ZoneOffset{})));
      EXPECT_TRUE(numbers.insert(number->text()).second) << number->text();
    }
  }
  EXPECT_GT(numbers.size(), 1'500u);
}

TEST(DemoData, given_the_same_day_when_made_twice_then_it_is_the_same) {
  const auto one = demo();
  const auto other = demo();
  ASSERT_EQ(one.visits.size(), other.visits.size());
  EXPECT_EQ(codec::encode(one.visits.back().visit), codec::encode(other.visits.back().visit));
}

TEST(DemoData, given_visits_then_none_lies_in_the_future_and_doors_are_left_over) {
  const auto made = demo();
  for (const auto& visit : made.visits) EXPECT_LE(visit.at, kNow);
  EXPECT_GT(made.visits.size(), kDemoHouseholds / 2);
  EXPECT_LT(made.visits.size(), kDemoHouseholds);
}

}  // namespace
}  // namespace wangdi::app
