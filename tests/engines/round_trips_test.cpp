// SPDX-License-Identifier: Apache-2.0
// How often a batch asks PostgreSQL: what commands read is foreseen, so that many ask no more than
// one does. Needs the server that WANGDI_TEST_POSTGRES names.
#include <gtest/gtest.h>

#include "modules/screening/tests/place.hpp"

namespace wangdi {
namespace {

using screening::Place;
using screening::VisitOutcome;
using testing::Harness;

constexpr store::Statement kAsked{
    "asked", "SELECT SUM(generic_plans + custom_plans) FROM pg_prepared_statements WHERE $1 = $1"};

class RoundTrips : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::postgres_of_tests().empty()) {
      GTEST_SKIP() << "WANGDI_TEST_POSTGRES names no server";
    }
    place_ = std::make_unique<Place>(testing::TestEngine::postgres, 1);
  }

  // Statements that the writing session has run.
  std::int64_t asked() {
    std::int64_t count = 0;
    Harness::must(place_->h.writer->run_job([&](store::Rows& rows, vault::Writer&) -> Status {
      return rows.connection().query(kAsked, store::bind_all(std::int64_t{1}),
                                     [&](const store::RowReader& row) {
                                       count = row.integer(0);
                                       return false;
                                     });
    }));
    return count;
  }
  // How many statements one batch of the commands was.
  template <class Command>
  std::int64_t asked_by(const std::vector<Command>& commands) {
    std::vector<bus::PreparedCommand> prepared;
    for (const auto& command : commands) {
      prepared.push_back(place_->h.prepare(command, place_->community));
    }
    const auto before = asked();
    for (const auto& outcome : place_->h.send(place_->officer, std::move(prepared))) {
      Place::expect_applied(outcome);
    }
    return asked() - before;
  }
  // The same number for a batch of one and of many, once every statement is prepared.
  template <class Make>
  void expect_as_few(Make make) {
    const auto batch_of = [&](std::size_t size) {
      std::vector<decltype(make())> commands;
      for (std::size_t i = 0; i < size; ++i) commands.push_back(make());
      return asked_by(commands);
    };
    batch_of(2);
    const auto one = batch_of(1);
    EXPECT_EQ(batch_of(16), one);
    EXPECT_LT(one, 30);
  }

  std::unique_ptr<Place> place_;
};

TEST_F(RoundTrips, given_many_visits_in_a_batch_then_it_asks_as_often_as_for_one) {
  place_->round(place_->community);
  place_->round(testing::region(""));
  std::vector<HouseholdId> homes;
  for (int number = 1; number <= 24; ++number) {
    homes.push_back(place_->household(0, 1 + number / 9, number % 9 + 1));
    place_->key_group(place_->person(homes.back()), residents::KeyGroup::living_alone_elder, 0, 3);
  }
  std::size_t next = 0;
  expect_as_few(
      [&] { return place_->visit_form(homes[next++ % homes.size()], VisitOutcome::all_well); });
  std::vector<std::pair<HouseholdId, VisitId>> visits;
  for (const auto home : homes) {
    visits.emplace_back(home, place_->visit(home, VisitOutcome::all_well));
  }
  next = 0;
  expect_as_few([&] {
    const auto& [home, visit] = visits[next++ % visits.size()];
    auto correction = Place::correction(visit, home, VisitOutcome::not_home);
    correction.reason.text = "看错了门牌";
    return correction;
  });
  EXPECT_TRUE(place_->h.rebuild_differences().empty());
}

TEST_F(RoundTrips, given_many_people_in_a_batch_then_it_asks_as_often_as_for_one) {
  std::vector<HouseholdId> homes;
  int number = 0;
  expect_as_few([&] {
    residents::AddHousehold command;
    command.id = HouseholdId{place_->h.id()};
    command.grid = place_->grids[0];
    command.building = place_->buildings[0];
    command.unit.text = "2";
    command.floor = 1;
    command.room.text = std::to_string(100 + ++number);
    homes.push_back(command.id);
    return command;
  });
  std::size_t next = 0;
  expect_as_few([&] {
    residents::AddPerson command;
    command.id = PersonId{place_->h.id()};
    command.household = homes[next++ % homes.size()];
    command.name.text = "沈阿甲";
    command.document_kind = residents::DocumentKind::none;
    return command;
  });
  EXPECT_TRUE(place_->h.rebuild_differences().empty());
}

}  // namespace
}  // namespace wangdi
