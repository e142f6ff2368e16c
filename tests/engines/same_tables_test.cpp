// SPDX-License-Identifier: Apache-2.0
// The same random commands on SQLite one by one and on PostgreSQL in batches, whose rows are read
// ahead: the same outcomes, the same tables, the same answers. Needs the server that
// WANGDI_TEST_POSTGRES names.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "modules/screening/tests/place.hpp"

namespace wangdi {
namespace {

using residents::KeyGroup;
using screening::Place;
using screening::VisitOutcome;
using testing::Harness;
using testing::TestEngine;

constexpr int kRuns = 8;
constexpr int kStepsMin = 20, kStepsMore = 40;
constexpr int kBatchMost = 24;

// Numbers that a step takes its choices from, drawn once for both engines.
struct Step {
  int kind = 0;
  int choices[4] = {};
};

int below(int most) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, most)); }

std::vector<Step> any_plan() {
  std::vector<Step> plan(static_cast<std::size_t>(kStepsMin + below(kStepsMore)));
  for (auto& step : plan) {
    step.kind = below(12);
    for (auto& choice : step.choices) choice = below(1'000);
  }
  return plan;
}

// One engine's life of a plan. Ids are counted, so both get the same.
class Life {
 public:
  // `batch`: commands of the officer that are sent at once.
  Life(TestEngine engine, int batch) : batch_(static_cast<std::size_t>(batch)), place_(engine) {
    for (int grid = 0; grid < 2; ++grid) {
      for (int room = 1; room <= 2; ++room) add_home(grid, room);
    }
  }

  void take(const Step& step) {
    const auto& [a, b, c, d] = step.choices;
    switch (step.kind) {
      case 0:
        return start_round(a, b, c, d);
      case 1:
        return add_key_group(a, b, c, d);
      case 2:
        return correct(a, b);
      case 3:
        send_waiting();
        return place_.h.clock.advance((1 + a % 30) * Place::kHour);
      case 4:
        return add_home(a % 2, 3 + b % 9);
      case 5:
        return send(last_);  // the same visit under another command
      default:
        return visit(a, b, c);
    }
  }

  // Every row of every table that follows from the journal, and what two grids' workers see.
  std::map<std::string, std::vector<std::string>> dump() {
    send_waiting();
    std::map<std::string, std::vector<std::string>> tables;
    for (const auto& table : place_.h.registry.tables()) {
      if (!table.rebuilt) continue;
      Harness::must(
          place_.reader().by_key(table, 0, store::bind_all(), [&](const store::RowReader& row) {
            tables[std::string(table.name)].push_back(text_of(table, row));
            return true;
          }));
    }
    for (const auto& grid : place_.grids) {
      tables["doors"].push_back(
          Harness::must(place_.h.query(place_.officer, "screening/doors", "grid=" + grid.text()))
              .bytes);
    }
    return tables;
  }
  const std::vector<std::string>& outcomes() {
    send_waiting();
    return outcomes_;
  }
  std::vector<bus::Difference> rebuild_differences() { return place_.h.rebuild_differences(); }

 private:
  static std::string text_of(const store::TableInfo& table, const store::RowReader& row) {
    std::string text;
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      text += "|";
      if (row.is_null(column)) continue;
      switch (table.columns[column].type) {
        case store::ColumnType::kInteger:
          text += std::to_string(row.integer(column));
          break;
        case store::ColumnType::kReal:
          text += std::to_string(row.real(column));
          break;
        case store::ColumnType::kText:
          text += row.text(column);
          break;
        case store::ColumnType::kBlob:
          for (const auto byte : row.blob(column)) text += std::to_string(byte) + ".";
          break;
      }
    }
    return text;
  }
  template <class T>
  static const T& one_of(const std::vector<T>& from, int choice) {
    return from[static_cast<std::size_t>(choice) % from.size()];
  }
  static VisitOutcome outcome_of(int choice) { return static_cast<VisitOutcome>(1 + choice % 5); }
  void note(const bus::Outcome& outcome) {
    outcomes_.push_back(
        std::to_string(static_cast<int>(outcome.status)) + " " +
        (outcome.error ? std::string(error_entry(outcome.error->code()).name) : ""));
  }
  template <class Command>
  void send(const Command& command, std::int64_t ago = 0) {
    auto prepared = place_.h.prepare(command, place_.community);
    prepared.occurred_at -= ago;
    waiting_.push_back(std::move(prepared));
    if (waiting_.size() >= batch_) send_waiting();
  }
  void send_waiting() {
    if (waiting_.empty()) return;
    for (const auto& outcome : place_.h.send(place_.officer, std::exchange(waiting_, {}))) {
      note(outcome);
    }
  }
  void add_home(int grid, int room) {
    residents::AddHousehold home;
    home.id = HouseholdId{place_.h.id()};
    home.grid = place_.grids[grid];
    home.building = place_.buildings[grid];
    home.unit.text = "1";
    home.floor = room;
    home.room.text = std::to_string(room * 100 + 1);
    send(home);
    homes_.push_back(home.id);
    residents::AddPerson person;
    person.id = PersonId{place_.h.id()};
    person.household = home.id;
    person.name.text = "沈阿甲";
    person.document_kind = residents::DocumentKind::none;
    send(person);
    persons_.push_back(person.id);
  }
  void add_key_group(int a, int b, int c, int d) {
    residents::AddKeyGroup command;
    command.person = one_of(persons_, a);
    command.group = static_cast<KeyGroup>(4 + b % 6);
    command.reason.text = "登记";
    command.starts_on = place_.today().plus_days(c % 9 - 4);
    command.ends_on = command.starts_on.plus_days(d % 9 - 1);
    send(command);
  }
  void start_round(int a, int b, int c, int d) {
    const RegionCode regions[] = {place_.grids[0], place_.community, testing::region("320508"),
                                  testing::region("")};
    const auto& where = regions[a % 4];
    send_waiting();
    const auto form = place_.round_form(where, b % 4 - 2, b % 4 - 2 + c % 3, c % 3 + d % 4);
    note(place_.h.send(Place::planner(where), form, where));
  }
  void visit(int a, int b, int c) {
    last_ = place_.visit_form(one_of(homes_, a), outcome_of(b));
    visits_.emplace_back(last_.visit, last_.household);
    send(last_, c % 96 * Place::kHour);
  }
  void correct(int a, int b) {
    if (visits_.empty()) return;
    const auto& [visit, household] = one_of(visits_, a);
    send(place_.correction(visit, household, outcome_of(b)));
  }

  std::size_t batch_;
  std::vector<bus::PreparedCommand> waiting_;
  Place place_;
  std::vector<HouseholdId> homes_;
  std::vector<PersonId> persons_;
  std::vector<std::pair<VisitId, HouseholdId>> visits_;
  screening::RecordVisit last_;
  std::vector<std::string> outcomes_;
};

TEST(SameTables, given_the_same_commands_then_both_engines_hold_and_answer_the_same) {
  if (testing::postgres_of_tests().empty()) {
    GTEST_SKIP() << "WANGDI_TEST_POSTGRES names no server";
  }
  int run = 0;
  std::size_t rows = 0;
  EXPECT_TRUE(rc::check("SQLite = PostgreSQL", [&] {
    if (run++ >= kRuns) return;  // each run has two servers of its own
    const auto plan = any_plan();
    Life sqlite(TestEngine::sqlite, 1), postgres(TestEngine::postgres, 1 + below(kBatchMost));
    for (const auto& step : plan) {
      sqlite.take(step);
      postgres.take(step);
    }
    RC_ASSERT(sqlite.outcomes() == postgres.outcomes());
    const auto left = sqlite.dump(), right = postgres.dump();
    for (const auto& [table, content] : left) {
      rows += content.size();
      const auto other = right.find(table);
      EXPECT_TRUE(other != right.end() && other->second == content) << table << " differs";
    }
    RC_ASSERT(left == right);
    RC_ASSERT(postgres.rebuild_differences().empty());
  }));
  EXPECT_GT(rows, 200u) << "hardly anything was compared";
  RecordProperty("rows", static_cast<int>(rows));
}

}  // namespace
}  // namespace wangdi
