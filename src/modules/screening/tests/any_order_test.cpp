// SPDX-License-Identifier: Apache-2.0
// F16: what several phones recorded comes in any order, twice or more, and up to 30 days late, as
// their outboxes and the network let it; the tables are those of in order and once. Each phone's
// own order holds, since its outbox waits for an answer before it sends what comes after; what
// depends on who comes first is not among it (docs/simulation.md).
//
//   WANGDI_ORDERS  how many plans (6; ./test --long 1,000)
//   WANGDI_SEED    the first one's seed; a failing one is printed
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "modules/screening/tests/place.hpp"

namespace wangdi::screening {
namespace {

using testing::Harness;
using Tables = std::map<std::string, std::vector<std::string>>;

constexpr int kOrders = 3;  // of each plan, beside the one in order
constexpr std::size_t kPhones = 4;
constexpr std::int64_t kLateMsMost = 27 * Place::kDayMs;  // after what is itself some days old
constexpr int kRounds = 2;
constexpr std::int64_t kStepsMost = 15, kStepMsMost = 2 * Place::kHour;  // of a phone

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr || *text == '\0' ? otherwise : std::stoull(text);
}

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t most) { return random_() % most; }
  bool one_in(std::size_t many) { return below(many) == 0; }
  Uuid id(UnixMs at) {
    std::array<std::uint8_t, 10> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    return make_uuid_v7(at, bytes);
  }

 private:
  std::mt19937_64 random_;
};

// Where every life of a plan begins: the same doors, people, key persons and rounds under the same
// ids, because they are counted.
struct Start {
  Start() {
    for (int grid = 0; grid < 2; ++grid) {
      for (int room = 1; room <= 3; ++room) {
        homes.push_back(place.household(grid, room, 1));
        persons.push_back(place.person(homes.back()));
        if (room == 1) place.key_group(persons.back(), residents::KeyGroup::disabled, -9, 9);
      }
    }
    for (int round = 0; round < kRounds; ++round) {
      place.round(round == 0 ? place.community : testing::region("320508"), round - 2, 1, 3);
    }
  }
  Place place;
  std::vector<HouseholdId> homes;
  std::vector<PersonId> persons;  // one behind each door
};

// What a worker of a phone did, in order, with the instants of its corrected clock.
class Phone {
 public:
  Phone(const Start& start, Chance& chance) : start_(start), chance_(chance) {
    // All of it in the past: a clock that is ahead of the server's counts as the server's.
    const auto ago =
        kStepsMost * kStepMsMost + static_cast<std::int64_t>(chance.below(24)) * Place::kHour;
    at_ = start.place.h.clock.now() - ago;
    for (auto steps = 4 + chance.below(kStepsMost - 3); steps > 0; --steps) step();
  }
  std::vector<bus::PreparedCommand> commands;

 private:
  void step() {
    // To the millisecond, so that two phones may also record at one instant.
    at_ += static_cast<std::int64_t>(chance_.below(5)) * kStepMsMost / 4;
    if (!own_.empty() && chance_.one_in(4)) return correct();
    RecordVisit visit;
    visit.visit = VisitId{chance_.id(at_)};
    visit.household = home();
    fill(visit);
    own_.push_back({visit.visit, visit.household});
    add(visit);
  }
  void correct() {
    const auto& [visit, household] = own_[chance_.below(own_.size())];
    CorrectVisit correction;
    correction.visit = visit;
    correction.household = household;
    correction.reason.text = "看错了门牌";
    fill(correction);
    add(correction);
  }
  HouseholdId home() const { return start_.homes[chance_.below(start_.homes.size())]; }
  template <class Form>
  void fill(Form& form) {
    form.outcome = static_cast<VisitOutcome>(1 + chance_.below(5));
    if (form.outcome != VisitOutcome::exception) return;
    const auto at = std::ranges::find(start_.homes, form.household) - start_.homes.begin();
    VisitException found;
    found.person = start_.persons[static_cast<std::size_t>(at)];
    if (chance_.one_in(2)) found.temperature = Celsius::parse("38.2").value();
    found.symptoms.items = {Symptom::cough};
    form.exceptions.items = {found};
  }
  template <class Form>
  void add(const Form& form) {
    bus::PreparedCommand command;
    command.id = CommandId{chance_.id(at_)};
    command.type = Form::kType;
    command.region = start_.place.community;
    command.occurred_at = at_;
    command.skew_measured = true;
    command.device_sequence = static_cast<std::int64_t>(commands.size()) + 1;
    command.body = codec::encode(form);
    command.value = std::make_shared<const Form>(form);
    commands.push_back(std::move(command));
  }

  struct Visited {
    VisitId visit;
    HouseholdId household;
  };
  const Start& start_;
  Chance& chance_;
  UnixMs at_ = 0;
  std::vector<Visited> own_;
};

using Plan = std::vector<std::vector<bus::PreparedCommand>>;  // by phone

// One delivery of a plan.
class Life {
 public:
  void in_order(const Plan& plan) {
    std::vector<const bus::PreparedCommand*> all;
    for (const auto& phone : plan) {
      for (const auto& command : phone) all.push_back(&command);
    }
    std::ranges::stable_sort(all, {}, [](const auto* one) { return one->occurred_at; });
    for (const auto* one : all) deliver({*one});
  }

  // Batches of phones that take turns as chance has it, copies of what was sent before among new
  // rows or alone, hours or weeks after they were recorded.
  void in_any_order(const Plan& plan, Chance& chance) {
    std::vector<std::size_t> sent(plan.size());
    const auto begin = clock().now();
    const auto is_done = [&] {
      for (std::size_t i = 0; i < plan.size(); ++i) {
        if (sent[i] < plan[i].size()) return false;
      }
      return true;
    };
    while (!is_done() || !chance.one_in(6)) {
      if (chance.one_in(3)) {
        const auto late = static_cast<std::int64_t>(chance.below(kLateMsMost / 8));
        clock().set(std::min(clock().now() + late, begin + kLateMsMost));
      }
      const auto phone = chance.below(plan.size());
      std::vector<bus::PreparedCommand> batch;
      // Never in a hole: what a copy depends on was answered before it was sent.
      for (auto copies = sent[phone] > 0 ? chance.below(4) : 0; copies > 0; --copies) {
        batch.push_back(plan[phone][chance.below(sent[phone])]);
        ++copies_;
      }
      for (auto more = chance.below(5); more > 0 && sent[phone] < plan[phone].size(); --more) {
        batch.push_back(plan[phone][sent[phone]++]);
      }
      if (!batch.empty()) deliver(std::move(batch));
    }
  }

  // Every row of the tables that follow from the journal, but for what says when and where in the
  // journal it was written; and what the lists and boards show long after.
  Tables tables(UnixMs at) {
    clock().set(at);
    Tables tables;
    auto& place = start_.place;
    for (const auto& table : place.h.registry.tables()) {
      if (!table.rebuilt) continue;
      auto& rows = tables[std::string(table.name)];
      // A counter of 0 and none are one figure.
      const bool counts = table.name == indicators::kCommunityDay.name ||
                          table.name == indicators::kDistrictDay.name;
      const auto take = [&](const store::RowReader& row) {
        auto text = text_of(table, row);
        if (!counts || !text.ends_with("|0")) rows.push_back(std::move(text));
        return true;
      };
      Harness::must(place.reader().by_key(table, 0, store::bind_all(), take));
      std::ranges::sort(rows);
    }
    for (const auto& grid : place.grids) {
      tables["doors"].push_back(
          Harness::must(place.h.query(place.officer, "screening/doors", "grid=" + grid.text()))
              .bytes);
    }
    EXPECT_TRUE(place.h.rebuild_differences().empty());
    return tables;
  }

  const Start& start() const { return start_; }
  testing::FixedClock& clock() { return start_.place.h.clock; }
  // By command, the first answer: whether it was taken or why not.
  std::map<CommandId, std::string> answers;
  int copies() const { return copies_; }

 private:
  void deliver(std::vector<bus::PreparedCommand> batch) {
    const auto outcomes = start_.place.h.send(start_.place.officer, std::move(batch));
    for (const auto& outcome : outcomes) {
      const std::string why(outcome.error ? error_entry(outcome.error->code()).name : "");
      const bool is_copy = outcome.status == bus::CommandStatus::duplicate;
      const auto [known, is_new] = answers.try_emplace(outcome.id, why);
      EXPECT_TRUE(is_new || is_copy || (!why.empty() && known->second == why))
          << "a copy got another answer: " << why;
      EXPECT_FALSE(is_new && is_copy) << "a copy without its original";
    }
  }

  static std::string text_of(const store::TableInfo& table, const store::RowReader& row) {
    std::string text;
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const auto& [name, type, nullable] = table.columns[column];
      if (name == "sequence" || name == "recorded_at") continue;
      text += "|";
      if (row.is_null(column)) continue;
      if (type == store::ColumnType::kInteger) text += std::to_string(row.integer(column));
      if (type == store::ColumnType::kReal) text += std::to_string(row.real(column));
      if (type == store::ColumnType::kText) text += row.text(column);
      if (type == store::ColumnType::kBlob) {
        for (const auto byte : row.blob(column)) text += std::to_string(byte) + ".";
      }
    }
    return text;
  }

  Start start_;
  int copies_ = 0;
};

void expect_same(const Tables& expected, const Tables& found) {
  for (const auto& [table, rows] : expected) {
    const auto other = found.find(table);
    ASSERT_NE(other, found.end()) << table;
    std::vector<std::string> only_here, only_there;
    std::ranges::set_difference(rows, other->second, std::back_inserter(only_here));
    std::ranges::set_difference(other->second, rows, std::back_inserter(only_there));
    EXPECT_THAT(only_here, ::testing::IsEmpty()) << table << ", in order only";
    EXPECT_THAT(only_there, ::testing::IsEmpty()) << table << ", in any order only";
  }
  EXPECT_EQ(expected.size(), found.size());
}

// fault: F16
TEST(AnyOrder, given_rows_in_any_order_twice_and_late_then_the_tables_are_those_of_in_order) {
  const auto plans = number_of("WANGDI_ORDERS", 6);
  const auto first = number_of("WANGDI_SEED", 1);
  std::size_t commands = 0, refused = 0;
  int copies = 0;
  for (auto seed = first; seed < first + plans; ++seed) {
    const ::testing::ScopedTrace trace(__FILE__, __LINE__,
                                       "WANGDI_ORDERS=1 WANGDI_SEED=" + std::to_string(seed));
    Chance chance(seed);
    Life reference;
    Plan plan;
    for (std::size_t i = 0; i < kPhones; ++i) {
      plan.push_back(Phone(reference.start(), chance).commands);
      commands += plan.back().size();
    }
    const auto end = reference.clock().now() + kLateMsMost + Place::kDayMs;
    reference.in_order(plan);
    const auto expected = reference.tables(end);
    for (const auto& [id, why] : reference.answers) refused += !why.empty();
    for (int order = 0; order < kOrders; ++order) {
      Life life;
      life.in_any_order(plan, chance);
      for (const auto& [id, why] : reference.answers) {
        EXPECT_EQ(life.answers[id], why) << "command " << id.value.text();
      }
      expect_same(expected, life.tables(end));
      copies += life.copies();
    }
    if (::testing::Test::HasFailure()) return;
  }
  std::printf("%llu plans, %zu commands, %zu of them refused, %d copies\n",
              static_cast<unsigned long long>(plans), commands, refused, copies);
  EXPECT_GT(static_cast<std::size_t>(copies), commands / 2) << "hardly anything came twice";
  EXPECT_LT(refused, commands / 4) << "hardly anything was taken";
}

}  // namespace
}  // namespace wangdi::screening
