// SPDX-License-Identifier: Apache-2.0
// The recount knows the meaning of the figures, and nothing of how projections keep them.
#include "tests/sim/recount.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "common/indicators/indicators.hpp"
#include "modules/residents/tables.hpp"
#include "modules/screening/tables.hpp"

namespace wangdi::sim {
namespace {

using indicators::Indicator;
using screening::VisitOutcome;
using screening::VisitRow;

struct Figure {
  RegionCode community;
  Indicator indicator;
  RoundId round;
  CivilDate day;
  auto operator<=>(const Figure&) const = default;
};
using Figures = std::map<Figure, std::int64_t>;

bool is_later(const VisitRow& a, const VisitRow& b) {
  return std::pair(b.occurred_at, b.visit) < std::pair(a.occurred_at, a.visit);
}

class Recount {
 public:
  explicit Recount(store::Connection& db) : visits_(all_rows(db, screening::kVisit)) {
    for (const auto& row : all_rows(db, residents::kHousehold)) grids_[row.household] = row.grid;
    for (const auto& row : all_rows(db, residents::kKeyMember)) {
      members_[{row.person, row.household}].push_back({row.starts_on, row.ends_on});
    }
    count_visits();
    count_doors();
    count_key_persons();
  }

  Figures figures() && {
    std::erase_if(figures_, [](const auto& entry) { return entry.second == 0; });
    return std::move(figures_);
  }

 private:
  void add(const RegionCode& where, Indicator indicator, RoundId round, CivilDate day,
           std::int64_t value) {
    figures_[{where.at(RegionLevel::community), indicator, round, day}] += value;
  }

  void count_visits() {
    std::map<std::pair<HouseholdId, CivilDate>, const VisitRow*> last_with_key_persons;
    std::set<std::tuple<RegionCode, CivilDate, PersonId, bool>> found;
    for (const auto& visit : visits_) {
      add(visit.grid, Indicator::visits, {}, visit.day, 1);
      if (visit.key_persons > 0) {
        auto& last = last_with_key_persons[{visit.household, visit.day}];
        if (last == nullptr || is_later(visit, *last)) last = &visit;
      }
      if (visit.findings.empty()) continue;
      const auto findings = codec::decode<screening::Findings>(visit.findings);
      for (const auto& finding : findings->findings) {
        found.insert({visit.grid, visit.day, finding.person, false});
        if (finding.fever) found.insert({visit.grid, visit.day, finding.person, true});
      }
    }
    for (const auto& [key, visit] : last_with_key_persons) {
      const bool seen =
          visit->outcome == VisitOutcome::all_well || visit->outcome == VisitOutcome::exception;
      if (seen) add(visit->grid, Indicator::key_persons_seen, {}, key.second, visit->key_persons);
    }
    for (const auto& [grid, day, person, is_fever] : found) {
      add(grid, is_fever ? Indicator::fevers : Indicator::exceptions, {}, day, 1);
    }
  }

  // What counts at a door at the end of a day, by its latest visit of the round up to then.
  static std::optional<Indicator> counted_on(CivilDate day,
                                             const std::vector<const VisitRow*>& visits) {
    const VisitRow* last = nullptr;
    for (const auto* visit : visits) {
      if (visit->day <= day && (last == nullptr || is_later(*visit, *last))) last = visit;
    }
    if (last == nullptr) return std::nullopt;
    switch (last->outcome) {
      case VisitOutcome::all_well:
      case VisitOutcome::exception:
        return Indicator::households_reached;
      case VisitOutcome::vacant:
        return Indicator::households_vacant;
      case VisitOutcome::not_home:
        if (day > last->revisit_by) return Indicator::revisits_lapsed;
        break;
      case VisitOutcome::refused:
        break;
    }
    return std::nullopt;
  }

  void count_doors() {
    constexpr std::int32_t kDaysAfter = 10;  // more than any revisit is promised for
    std::map<std::pair<RoundId, HouseholdId>, std::vector<const VisitRow*>> doors;
    for (const auto& visit : visits_) {
      if (visit.rounds.empty()) continue;
      const auto covered = codec::decode<screening::CoveredRounds>(visit.rounds);
      for (const auto& round : covered->rounds) {
        doors[{round.round, visit.household}].push_back(&visit);
      }
    }
    for (const auto& [key, visits] : doors) {
      auto [first, last] =
          std::ranges::minmax(visits, {}, [](const VisitRow* visit) { return visit->day; });
      std::optional<Indicator> before;
      for (auto day = first->day; day <= last->day.plus_days(kDaysAfter); day = day.plus_days(1)) {
        const auto now = counted_on(day, visits);
        if (now == before) continue;
        if (before) add(first->grid, *before, key.first, day, -1);
        if (now) add(first->grid, *now, key.first, day, 1);
        before = now;
      }
    }
  }

  // A person counts on each day on which some entry holds.
  void count_key_persons() {
    for (const auto& [key, terms] : members_) {
      std::set<CivilDate> days;
      for (const auto& [starts_on, ends_on] : terms) {
        for (auto day = starts_on; day <= ends_on; day = day.plus_days(1)) days.insert(day);
      }
      const auto& grid = grids_.at(key.second);
      for (const auto day : days) {
        if (!days.contains(day.plus_days(-1))) add(grid, Indicator::key_persons_due, {}, day, 1);
        if (!days.contains(day.plus_days(1))) {
          add(grid, Indicator::key_persons_due, {}, day.plus_days(1), -1);
        }
      }
    }
  }

  std::vector<VisitRow> visits_;
  std::map<HouseholdId, RegionCode> grids_;
  std::map<std::pair<PersonId, HouseholdId>, std::vector<std::pair<CivilDate, CivilDate>>> members_;
  Figures figures_;
};

// Registrations count on the day they were made, which no table keeps: their sums are compared.
bool is_of_registration(Indicator indicator) {
  return indicator == Indicator::households_registered ||
         indicator == Indicator::persons_registered;
}

std::string text_of(const Figure& figure, std::int64_t counted, std::int64_t expected) {
  return std::string(codec::name_of(figure.indicator)) + " of " + figure.community.text() + " on " +
         figure.day.text() + ": " + std::to_string(counted) + ", a recount gives " +
         std::to_string(expected) + "; ";
}

std::string differences(const Figures& counted, const Figures& expected) {
  std::string text;
  std::set<Figure> all;
  for (const auto& [figure, value] : counted) all.insert(figure);
  for (const auto& [figure, value] : expected) all.insert(figure);
  const auto value_in = [](const Figures& figures, const Figure& figure) {
    const auto found = figures.find(figure);
    return found == figures.end() ? 0 : found->second;
  };
  for (const auto& figure : all) {
    const auto left = value_in(counted, figure), right = value_in(expected, figure);
    if (left != right) text += text_of(figure, left, right);
  }
  return text;
}

template <class Row, class Community>
Figures counted_in(const std::vector<Row>& rows, Community community_of) {
  Figures figures;
  for (const auto& row : rows) {
    if (row.day == indicators::kAllDays || is_of_registration(row.indicator)) continue;
    if (row.value != 0) figures[{community_of(row), row.indicator, row.round, row.day}] = row.value;
  }
  return figures;
}

Figures summed(const Figures& figures) {
  Figures sums;
  for (const auto& [figure, value] : figures) {
    auto sum = figure;
    sum.community = figure.community.at(RegionLevel::county);
    sums[sum] += value;
  }
  std::erase_if(sums, [](const auto& entry) { return entry.second == 0; });
  return sums;
}

// The row of all days is the sum of the days.
template <class Row, class Key>
std::string running_differences(const std::vector<Row>& rows, Key key_of) {
  std::map<decltype(key_of(rows.front())), std::int64_t> left;
  for (const auto& row : rows) {
    if (!indicators::is_running(row.indicator)) continue;
    left[key_of(row)] += row.day == indicators::kAllDays ? -row.value : row.value;
  }
  for (const auto& [key, value] : left) {
    if (value != 0) return "a row of all days is off by " + std::to_string(value) + "; ";
  }
  return {};
}

std::string registration_differences(store::Connection& db,
                                     const std::vector<indicators::DistrictDayRow>& rows) {
  std::map<Indicator, std::int64_t> counted;
  for (const auto& row : rows) {
    if (is_of_registration(row.indicator) && row.day != indicators::kAllDays) {
      counted[row.indicator] += row.value;
    }
  }
  const auto households = static_cast<std::int64_t>(all_rows(db, residents::kHousehold).size());
  const auto persons = static_cast<std::int64_t>(all_rows(db, residents::kPerson).size());
  if (counted[Indicator::households_registered] == households &&
      counted[Indicator::persons_registered] == persons) {
    return {};
  }
  return "registered households or persons are not as many as there are; ";
}

}  // namespace

std::string counter_differences(store::Connection& db) {
  const auto by_community = all_rows(db, indicators::kCommunityDay);
  const auto by_district = all_rows(db, indicators::kDistrictDay);
  const auto expected = Recount(db).figures();
  auto text = differences(counted_in(by_community, [](const auto& row) { return row.community; }),
                          expected);
  text += differences(
      counted_in(by_district,
                 [](const auto& row) {
                   return RegionCode::parse(std::to_string(row.district.number)).value();
                 }),
      summed(expected));
  text += running_differences(by_community, [](const auto& row) {
    return std::tuple(row.community, row.indicator, row.round);
  });
  text += running_differences(by_district,
                              [](const auto& row) { return std::tuple(row.indicator, row.round); });
  return text + registration_differences(db, by_district);
}

}  // namespace wangdi::sim
