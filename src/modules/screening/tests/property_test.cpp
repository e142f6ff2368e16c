// SPDX-License-Identifier: Apache-2.0
// Whatever is sent in whatever order: tables made anew equal the live ones, counters equal a
// recount from the visits, and the doors a worker sees add up to the counters of the community.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <ranges>
#include <set>

#include "modules/screening/rules.hpp"
#include "modules/screening/tables.hpp"
#include "modules/screening/tests/place.hpp"

namespace wangdi::screening {
namespace {

using indicators::Indicator;
using residents::KeyGroup;
using testing::Harness;
using testing::region;

constexpr VisitOutcome kOutcomes[] = {VisitOutcome::all_well, VisitOutcome::exception,
                                      VisitOutcome::not_home, VisitOutcome::refused,
                                      VisitOutcome::vacant};

// Random but repeatable choices of one run, all drawn from rapidcheck.
int below(int most) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, most)); }

template <class T>
const T& any_of(const std::vector<T>& from) {
  return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))];
}

struct Home {
  HouseholdId household;
  std::vector<PersonId> persons;
};
struct Sent {
  VisitId visit;
  std::size_t home;
};

class Run {
 public:
  Run() {
    for (int grid = 0; grid < 2; ++grid) {
      for (int room = 1; room <= 3; ++room) {
        Home home{place.household(grid, room, 1), {}};
        for (int i = 0; i < 2; ++i) home.persons.push_back(place.person(home.household));
        homes.push_back(std::move(home));
      }
    }
    regions = {place.grids[0], place.community, region("320508005"), region("320508"), region("")};
  }

  void step() {
    switch (below(10)) {
      case 0:
        return start_round();
      case 1:
        return end_round();
      case 2:
        return key_group();
      case 3:
      case 4:
        return correct();
      case 5:
        return place.h.clock.advance((1 + below(30)) * Place::kHour);
      default:
        return visit();
    }
  }

  Place place;
  std::vector<Home> homes;
  std::vector<Sent> sent;
  std::vector<std::pair<RoundId, RegionCode>> rounds;
  std::vector<RegionCode> regions;

 private:
  std::vector<VisitException> exceptions(const Home& home, VisitOutcome outcome) {
    std::vector<VisitException> found;
    if (outcome != VisitOutcome::exception) return found;
    for (const auto person : home.persons) {
      if (!found.empty() && below(2) == 0) break;
      auto& one = found.emplace_back();
      one.person = person;
      one.temperature = Celsius::from_tenths(368 + below(12));
    }
    return found;
  }
  void visit() {
    const auto home = static_cast<std::size_t>(below(static_cast<int>(homes.size())));
    auto form = place.visit_form(homes[home].household, kOutcomes[below(5)]);
    form.exceptions.items = exceptions(homes[home], form.outcome);
    auto prepared = place.h.prepare(form, place.community);
    // A phone whose clock is moved and that was offline for up to four days.
    prepared.skew_ms = (below(49) - 24) * Place::kHour;
    prepared.occurred_at -= below(4 * 24) * Place::kHour + prepared.skew_ms;
    RC_ASSERT(place.h.send(place.officer, {std::move(prepared)}).front().status ==
              bus::CommandStatus::applied);
    sent.push_back({form.visit, home});
  }
  void correct() {
    if (sent.empty()) return;
    const auto one = any_of(sent);
    CorrectVisit command;
    command.visit = one.visit;
    command.household = homes[one.home].household;
    command.outcome = kOutcomes[below(5)];
    command.exceptions.items = exceptions(homes[one.home], command.outcome);
    command.reason.text = "更正";
    RC_ASSERT(place.send(place.officer, command).status == bus::CommandStatus::applied);
  }
  void start_round() {
    const auto where = any_of(regions);
    const int starts = below(6) - 2;
    const int due = starts + below(3);
    const auto form = place.round_form(where, starts, due, due + below(4));
    const auto outcome = place.h.send(Place::planner(where), form, where);
    if (outcome.status == bus::CommandStatus::applied) {
      rounds.emplace_back(form.id, where);
    } else {
      RC_ASSERT(outcome.error->code() == ErrorCode::round_running);
    }
  }
  void end_round() {
    if (rounds.empty()) return;
    const auto [round, where] = any_of(rounds);
    place.h.send(Place::planner(where), EndRound{round, where, {"完成"}}, where);
  }
  void key_group() {
    const auto person = any_of(any_of(homes).persons);
    const auto group = below(2) == 0 ? KeyGroup::disabled : KeyGroup::chronic_illness;
    if (below(3) == 0) {
      place.send(place.officer, residents::EndKeyGroup{
                                    person, group, place.today().plus_days(below(4)), {"期满"}});
      return;
    }
    const auto from = place.today().plus_days(below(4) - 1);
    place.send(place.officer,
               residents::AddKeyGroup{person, group, {"登记"}, from, from.plus_days(below(6))});
  }
};

// ---- the recount ----

struct Figure {
  Indicator indicator;
  RoundId round;
  CivilDate day;
  auto operator<=>(const Figure&) const = default;
};
using Figures = std::map<Figure, std::int64_t>;

template <class Row, std::size_t K>
std::vector<Row> all(store::Connection& db, const store::Table<Row, K>& table) {
  std::vector<Row> rows;
  Harness::must(db.by_key(table.info(), 0, store::bind_all(), [&](const store::RowReader& from) {
    rows.push_back(store::read_row<Row>(from));
    return true;
  }));
  return rows;
}

bool later(const VisitRow& a, const VisitRow& b) {
  return VisitTime{b.occurred_at, b.visit} < VisitTime{a.occurred_at, a.visit};
}

Indicator indicator_of(DoorCount counter) {
  switch (counter) {
    case DoorCount::reached:
      return Indicator::households_reached;
    case DoorCount::vacant:
      return Indicator::households_vacant;
    case DoorCount::revisit_lapsed:
      break;
  }
  return Indicator::revisits_lapsed;
}

// What counts at a door at the end of a day: of the visits up to that day the latest, once it has
// an effect.
std::optional<DoorCount> counted_on(CivilDate day, const std::vector<const VisitRow*>& visits) {
  const VisitRow* standing = nullptr;
  for (const auto* visit : visits) {
    if (visit->day <= day && (standing == nullptr || later(*visit, *standing))) standing = visit;
  }
  if (standing == nullptr) return std::nullopt;
  const auto counted = contribution(standing->outcome, standing->day, standing->revisit_by);
  if (!counted || counted->day > day) return std::nullopt;
  return counted->counter;
}

// Day by day, the slow and plain way.
void recount_door(RoundId round, const std::vector<const VisitRow*>& visits, Figures& figures) {
  constexpr int kDaysAfter = 10;  // more than any revisit is promised for
  const auto days = std::views::transform(visits, [](const auto* visit) { return visit->day; });
  const auto first = std::ranges::min(days);
  const auto last = std::ranges::max(days).plus_days(kDaysAfter);
  std::optional<DoorCount> before;
  for (auto day = first; day <= last; day = day.plus_days(1)) {
    const auto now = counted_on(day, visits);
    if (now == before) continue;
    if (before) --figures[{indicator_of(*before), round, day}];
    if (now) ++figures[{indicator_of(*now), round, day}];
    before = now;
  }
}

// From the visits alone: what counts at each door of a round day by day, the latest of each door
// and day, and the persons of whom something was found on a day.
Figures recounted(const std::vector<VisitRow>& visits) {
  Figures figures;
  std::map<std::pair<RoundId, HouseholdId>, std::vector<const VisitRow*>> doors;
  std::map<std::pair<CivilDate, HouseholdId>, const VisitRow*> days;
  std::set<std::tuple<CivilDate, PersonId, bool>> persons;
  const auto take = [](auto& latest, const auto& key, const VisitRow& visit) {
    auto& standing = latest[key];
    if (standing == nullptr || later(visit, *standing)) standing = &visit;
  };
  for (const auto& visit : visits) {
    ++figures[{Indicator::visits, {}, visit.day}];
    // A visit that found nobody of a key group there says nothing of who was seen, whether it was
    // made before the group was known or after the person had left.
    if (visit.key_persons > 0) take(days, std::pair(visit.day, visit.household), visit);
    if (!visit.rounds.empty()) {
      for (const auto& round : Harness::must(codec::decode<CoveredRounds>(visit.rounds)).rounds) {
        doors[std::pair(round.round, visit.household)].push_back(&visit);
      }
    }
    if (visit.findings.empty()) continue;
    for (const auto& one : Harness::must(codec::decode<Findings>(visit.findings)).findings) {
      persons.insert({visit.day, one.person, false});
      if (one.fever) persons.insert({visit.day, one.person, true});
    }
  }
  for (const auto& [key, of_door] : doors) recount_door(key.first, of_door, figures);
  for (const auto& [key, visit] : days) {
    if (is_reached(visit->outcome)) {
      figures[{Indicator::key_persons_seen, {}, key.first}] += visit->key_persons;
    }
  }
  for (const auto& [day, person, is_fever] : persons) {
    ++figures[{is_fever ? Indicator::fevers : Indicator::exceptions, {}, day}];
  }
  std::erase_if(figures, [](const auto& entry) { return entry.second == 0; });
  return figures;
}

bool is_of_visits(Indicator indicator) {
  return indicator != Indicator::households_registered &&
         indicator != Indicator::persons_registered && indicator != Indicator::key_persons_due;
}

template <class Row, std::size_t K>
Figures counted(store::Connection& db, const store::Table<Row, K>& table) {
  Figures figures;
  for (const auto& row : all(db, table)) {
    if (row.value == 0 || row.day == indicators::kAllDays || !is_of_visits(row.indicator)) continue;
    figures[{row.indicator, row.round, row.day}] += row.value;
  }
  return figures;
}

void check_doors(Run& run) {
  auto& place = run.place;
  const auto today = place.today();
  const auto round = Harness::must(rounds_over(place.reader(), place.community, today));
  const auto id = round.empty() ? RoundId{} : round.front().round;
  const auto counter = [&](Indicator indicator, RoundId of) {
    return place.counter(indicator, of, today);
  };
  GridFigures sum;
  for (const auto& one : Harness::must(grid_figures(place.reader(), place.community, id, today))) {
    sum.registered += one.registered;
    sum.reached += one.reached;
    sum.vacant += one.vacant;
    sum.lapsed += one.lapsed;
    sum.key_due += one.key_due;
    sum.key_seen += one.key_seen;
  }
  RC_ASSERT(sum.registered == counter(Indicator::households_registered, {}));
  RC_ASSERT(sum.reached == counter(Indicator::households_reached, id));
  RC_ASSERT(sum.vacant == counter(Indicator::households_vacant, id));
  RC_ASSERT(sum.lapsed == counter(Indicator::revisits_lapsed, id));
  RC_ASSERT(sum.key_due == counter(Indicator::key_persons_due, {}));
  RC_ASSERT(sum.key_seen == counter(Indicator::key_persons_seen, {}));
  if (round.empty()) return;

  DoorCounts doors;
  KeyPersonCounts persons;
  for (int grid = 0; grid < 2; ++grid) {
    const auto view = place.doors(grid);
    RC_ASSERT(view.round && view.round->id == id);
    doors.done += view.households.done;
    doors.due += view.households.due;
    doors.overdue += view.households.overdue;
    doors.vacant += view.households.vacant;
    persons.done += view.key_persons.done;
    persons.due += view.key_persons.due;
  }
  RC_ASSERT(doors.done == sum.reached);
  RC_ASSERT(doors.vacant == sum.vacant);
  RC_ASSERT(doors.due == households_due(sum.registered, sum.vacant));
  RC_ASSERT(doors.overdue ==
            households_overdue(today, round.front().due_on, doors.due, sum.reached, sum.lapsed));
  RC_ASSERT(persons.done == sum.key_seen);
  RC_ASSERT(persons.due == sum.key_due);
}

// As many records stand behind a figure as it says, also behind those of days gone by.
void check_records(Run& run) {
  auto& place = run.place;
  constexpr std::pair<Indicator, const char*> kRunning[] = {
      {Indicator::households_reached, "households_reached"},
      {Indicator::households_vacant, "households_vacant"},
      {Indicator::revisits_lapsed, "revisits_lapsed"}};
  for (int ago = 0; ago < 4; ++ago) {
    const auto day = place.today().plus_days(-ago);
    const auto rounds = Harness::must(rounds_over(place.reader(), place.community, day));
    for (const auto& [indicator, name] : kRunning) {
      const auto records = place.visits("community=" + place.community.text() +
                                        "&indicator=" + name + "&day=" + day.text());
      const auto figure = rounds.empty() ? 0 : place.counter(indicator, rounds.front().round, day);
      RC_ASSERT(static_cast<std::int64_t>(records.rows.size()) == figure);
    }
  }
}

void check_run() {
  Run run;
  const int steps = 10 + below(40);
  for (int i = 0; i < steps; ++i) run.step();
  auto& db = run.place.reader();
  const auto visits = all(db, kVisit);
  RC_ASSERT(visits.size() == run.sent.size());
  for (const auto& visit : visits) RC_ASSERT(visit.occurred_at <= visit.recorded_at);
  const auto expected = recounted(visits);
  RC_ASSERT(counted(db, indicators::kCommunityDay) == expected);
  RC_ASSERT(counted(db, indicators::kDistrictDay) == expected);
  RC_ASSERT(run.place.h.rebuild_differences().empty());
  check_doors(run);
  check_records(run);
}

// Runs are whole servers: fewer of them than rapidcheck's hundred, unless RC_PARAMS says a number.
constexpr int kRuns = 12;

void check(const std::string& what, void (*property)()) {
  rc::detail::TestParams parameters = rc::detail::configuration().testParams;
  if (parameters.maxSuccess == rc::detail::TestParams().maxSuccess) parameters.maxSuccess = kRuns;
  parameters.disableShrinking = true;
  const rc::detail::TestMetadata metadata{what, what};
  const auto result = rc::detail::checkTestable(property, metadata, parameters);
  if (result.is<rc::detail::SuccessResult>()) return;
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  ADD_FAILURE() << what << " (seed " << parameters.seed << ")\n" << text.str();
}

TEST(ScreeningProperties, given_random_commands_when_recounted_and_rebuilt_then_all_agree) {
  check("recount and rebuild", check_run);
}

// The same visits at the same times, sent in two orders to two servers.
void check_order() {
  struct Planned {
    std::size_t home;
    VisitOutcome outcome;
    std::int64_t ago;
    VisitId visit;
  };
  std::vector<Planned> plan(static_cast<std::size_t>(2 + below(14)));
  Run first, second;
  for (auto& one : plan) {
    one = {static_cast<std::size_t>(below(6)), kOutcomes[below(5)], below(5) * Place::kHour,
           VisitId{first.place.h.id()}};
    if (one.outcome == VisitOutcome::exception) one.outcome = VisitOutcome::all_well;
  }
  auto shuffled = plan;
  for (std::size_t i = shuffled.size(); i > 1; --i) {
    std::swap(shuffled[i - 1], shuffled[static_cast<std::size_t>(below(static_cast<int>(i)))]);
  }
  const auto stand = [](Run& run, const std::vector<Planned>& visits) {
    const auto round = run.place.round(run.place.community);
    for (const auto& one : visits) {
      RecordVisit form;
      form.visit = one.visit;
      form.household = run.homes[one.home].household;
      form.outcome = one.outcome;
      RC_ASSERT(run.place.send_at(form, one.ago).status == bus::CommandStatus::applied);
    }
    std::map<std::size_t, std::tuple<VisitId, UnixMs, VisitOutcome>> doors;
    for (const auto& row : all(run.place.reader(), kDoor)) {
      for (std::size_t home = 0; home < run.homes.size(); ++home) {
        if (run.homes[home].household != row.household) continue;
        doors[home] = {row.visit, row.occurred_at, row.outcome};
      }
    }
    auto figures = counted(run.place.reader(), indicators::kCommunityDay);
    Figures without_round;
    for (const auto& [figure, value] : figures) {
      without_round[{figure.indicator, figure.round == round ? RoundId{} : figure.round,
                     figure.day}] += value;
    }
    return std::pair(doors, without_round);
  };
  RC_ASSERT(stand(first, plan) == stand(second, shuffled));
}

TEST(ScreeningProperties, given_the_same_visits_when_sent_in_any_order_then_doors_stand_the_same) {
  check("order of arrival", check_order);
}

}  // namespace
}  // namespace wangdi::screening
