// SPDX-License-Identifier: Apache-2.0
// Random days of work and looks: every line is judged once, tables made anew equal the live ones,
// whoever judges late finds what daily judging finds, and SQLite finds what PostgreSQL finds.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "modules/audit/tests/office.hpp"

namespace wangdi::audit {
namespace {

using testing::Harness;
using testing::TestEngine;
using vault::Operation;

constexpr int kDoors = 8;
constexpr int kRuns = 15;
constexpr int kManyLeast = 10;  // households at once; more than 15 are asked about

struct Step {
  int kind = 0, who = 0, door = 0, more = 0;
};

// The whole range at every size.
int below(int most) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, most)); }

std::vector<Step> any_plan() {
  std::vector<Step> plan(static_cast<std::size_t>(20 + below(20)));
  for (auto& step : plan) step = {below(12), below(3), below(kDoors), 1 + below(19)};
  return plan;
}

// One life of a plan; ids are counted, so that each life has the same ones but for cases.
class Life {
 public:
  Life(TestEngine engine, bool judges_daily) : office_(engine), judges_daily_(judges_daily) {
    for (int i = 0; i < kDoors; ++i) {
      doors_.push_back(office_.place.household(0, 1 + i / 4, 1 + i % 4));
      people_.push_back(office_.place.person(doors_.back()));
    }
    pass(5 * 24);
  }

  void take(const Step& step) {
    const access::Actor people[] = {office_.officer(), office_.workers[0], office_.township};
    const auto& by = people[step.who];
    office_.h().clock.advance(Office::kMinute);
    switch (step.kind) {
      case 0:
        return pass(step.more);
      case 1:
        return pass(24);
      case 2:
        return office_.visit(office_.workers[0], doors_[step.door]);
      case 3:
        return static_cast<void>(office_.place.person(doors_[step.door]));
      case 4:
        return look(by, Operation::exact_search, people_[step.door].value, 1, step.more);
      case 5:
        return look(by, Operation::exact_search, {}, 0, step.more);
      case 6:
        return look(by, Operation::export_file, {}, 1'500, step.more % 5);
      case 7:
        return look(by, Operation::list_match, {}, 0, step.more % 5);
      case 8:  // households that are not in the roster any more
        lines_ += kManyLeast + step.more;
        return office_.log_all(by, Operation::unmask, office_.ids(kManyLeast + step.more));
      default:
        return look(by, Operation::unmask,
                    step.more % 2 == 0 ? people_[step.door].value : doors_[step.door].value, 1, 1);
    }
  }

  // What was found, in words that hold no id of a case.
  std::vector<std::string> end() {
    pass(3 * 24);
    office_.judge_all();
    std::vector<std::string> words;
    Harness::must(office_.place.reader().by_key(
        kCase.info(), 0, store::bind_all(), [&](const store::RowReader& reader) {
          const auto row = store::read_row<CaseRow>(reader);
          words.push_back(row.account.text() + " " + std::string(codec::name_of(row.kind)) + " " +
                          row.first_day.text() + " " + row.last_day.text() + " " +
                          std::to_string(row.days) + " " + std::to_string(row.reads) + " " +
                          std::to_string(row.without_task) + " " + row.lines);
          return true;
        }));
    std::ranges::sort(words);
    RC_ASSERT(office_.h().rebuild_differences().empty());
    RC_ASSERT(judged_lines() == lines_);
    return words;
  }

 private:
  void look(const access::Actor& by, Operation operation, const Uuid& subject, std::int64_t count,
            int times) {
    lines_ += times;
    office_.log_all(by, operation, std::vector(static_cast<std::size_t>(times), subject), count);
  }
  // With a kill between finding and recording at random: what was found is found again.
  void pass(int hours) {
    office_.h().clock.advance(hours * Office::kHour);
    if (!judges_daily_) return;
    if (hours % 3 == 0) Harness::must(office_.judge_next());
    office_.judge_all();
  }
  std::int64_t judged_lines() {
    std::int64_t sum = 0;
    Harness::must(journal::replay(*office_.h().connection, [&](const journal::RecordRow& record) {
      if (record.type == DayJudged::kType) {
        sum += Harness::must(codec::decode<DayJudged>(*record.body)).lines;
      }
      return ok();
    }));
    return sum;
  }

  Office office_;
  bool judges_daily_;
  std::int64_t lines_ = 0;
  std::vector<HouseholdId> doors_;
  std::vector<PersonId> people_;
};

std::vector<std::string> lived(TestEngine engine, bool judges_daily,
                               const std::vector<Step>& plan) {
  Life life(engine, judges_daily);
  for (const auto& step : plan) life.take(step);
  return life.end();
}

// security: LG5
TEST(RandomCases, are_the_same_live_and_rebuilt_late_and_daily_and_on_each_engine) {
  int cases = 0, run = 0;
  const bool held = rc::check([&] {
    if (run++ >= kRuns) return;  // each run has two installations of its own
    const auto plan = any_plan();
    const auto daily = lived(testing::engine_of_tests(), true, plan);
    RC_ASSERT(lived(TestEngine::sqlite, false, plan) == daily);
    cases += static_cast<int>(daily.size());
  });
  EXPECT_TRUE(held);
  EXPECT_GT(cases, kRuns) << "too few cases to tell";
}

}  // namespace
}  // namespace wangdi::audit
