// SPDX-License-Identifier: Apache-2.0
// Rounds, counters and places put together.
#include "modules/reporting/figures.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "modules/regions/facts.hpp"
#include "modules/reporting/counters.hpp"
#include "modules/reporting/rules.hpp"
#include "modules/screening/facts.hpp"

namespace wangdi::reporting {
namespace {

using indicators::Indicator;
using screening::RoundFacts;

struct Part {
  HouseholdFigures households;
  KeyPersonFigures key_persons;
};
using Parts = std::map<RegionCode, Part>;

RegionLevel below(RegionLevel level) {
  return static_cast<RegionLevel>(static_cast<int>(level) + 1);
}

// The places one level below where something was ever recorded; a round elsewhere counts nothing.
Result<std::vector<RegionCode>> places_below(store::Connection& db, const RegionCode& region) {
  std::vector<RegionCode> places;
  const auto level = below(region.level());
  const auto take = [&](const RegionCode& code) {
    auto place = code.at(level);
    if (places.empty() || places.back() != place) places.push_back(std::move(place));
  };
  if (region.level() < RegionLevel::county) {
    WD_TRY(const auto districts, district_changes(db, region));
    for (const auto& row : districts) {
      if (const auto code = code_of(row.district)) take(*code);
    }
  } else {
    WD_TRY(const auto communities, community_changes(db, region));
    for (const auto& row : communities) take(row.community);
  }
  return places;
}

// The rounds that count in a region. Where more run than one answer holds, the places below are
// asked one by one.
Result<std::vector<RoundFacts>> rounds_counted(store::Connection& db, const RegionCode& region,
                                               CivilDate day) {
  std::vector<RoundFacts> found;
  std::vector<RegionCode> asked = {region};
  while (!asked.empty()) {
    const auto place = std::move(asked.back());
    asked.pop_back();
    WD_TRY(auto rounds, screening::rounds_in_force(db, place, day));
    const bool whole = rounds.size() < screening::kRoundsMax ||
                       rounds.front().region.contains(place) ||
                       place.level() >= RegionLevel::community;
    if (whole) {
      std::ranges::move(rounds, std::back_inserter(found));
      continue;
    }
    WD_TRY(auto beneath, places_below(db, place));
    std::ranges::move(beneath, std::back_inserter(asked));
  }
  std::ranges::sort(found, [](const RoundFacts& a, const RoundFacts& b) {
    const auto wide = a.region.level();
    const auto other = b.region.level();
    return std::tie(wide, a.region, b.starts_on, a.round) <
           std::tie(other, b.region, a.starts_on, b.round);
  });
  return widest(found);
}

class Adder {
 public:
  // `children` are the places of the board, by code.
  Adder(store::Connection& db, const RegionCode& region, CivilDate day,
        const std::vector<RegionCode>& children)
      : db_(db),
        region_(region),
        counters_(
            db, day,
            region.level() < RegionLevel::county ? RegionLevel::county : RegionLevel::community),
        fine_(db, day, RegionLevel::community) {
    figures_.trend = trend_until(day);
    for (const auto& child : children) {
      figures_.places.push_back({child, 0, {}, {}, std::nullopt});
      if (region.level() < RegionLevel::county && child.level() > RegionLevel::county) {
        split_.insert(child.at(RegionLevel::county));
      }
    }
  }

  Status add_round(const RoundFacts& round) {
    const auto& area = region_.contains(round.region) ? round.region : region_;
    WD_TRY(auto found, counters_.households(area, round.round));
    if (area.level() == RegionLevel::grid) {
      WD_TRY([[maybe_unused]] auto narrowed, narrow_to_grid(area, round, found));
    }
    WD_TRY([[maybe_unused]] auto refined, split_households(round.round, found.places));
    for (const auto& [place, counters] : found.places) {
      const auto part = household_figures(counters, counters_.day(), round.due_on);
      add(figures_.households, part);
      if (!by_grid()) add(parts_[place].households, part);
    }
    add_trend(found.trend, round.starts_on, figures_.trend);
    if (!by_grid()) return ok();
    WD_TRY(const auto grids, screening::grid_figures(db_, area, round.round, counters_.day()));
    for (const auto& grid : grids) {
      add(parts_[grid.grid].households,
          household_figures(counters_of(grid), counters_.day(), round.due_on));
    }
    return ok();
  }

  Status add_key_persons() {
    std::map<RegionCode, std::pair<std::int64_t, std::int64_t>> counts;  // seen, due
    WD_TRY(const auto due, refined(region_, [](CounterReader& reader, const RegionCode& area) {
             return reader.running(area, Indicator::key_persons_due);
           }));
    for (const auto& [place, value] : due) counts[place].second = value;
    WD_TRY(const auto seen, refined(region_, [](CounterReader& reader, const RegionCode& area) {
             return reader.of_day(area, Indicator::key_persons_seen);
           }));
    for (const auto& [place, value] : seen) counts[place].first = value;
    for (const auto& [place, count] : counts) {
      const auto part = key_person_figures(count.first, count.second);
      add(figures_.key_persons, part);
      if (!by_grid()) add(parts_[place].key_persons, part);
    }
    if (!by_grid()) return ok();
    WD_TRY(const auto grids, screening::grid_figures(db_, region_, {}, counters_.day()));
    for (const auto& grid : grids) {
      add(parts_[grid.grid].key_persons, key_person_figures(grid.key_seen, grid.key_due));
    }
    return ok();
  }

  // Parts go to the child they stand in; the children are disjoint.
  Status add_places() {
    auto& places = figures_.places;
    std::vector<RegionCode> codes;
    for (const auto& place : places) codes.push_back(place.code);
    WD_TRY(const auto communities, regions::community_counts(db_, codes));
    for (std::size_t i = 0; i < codes.size(); ++i) places[i].communities = communities[i];
    for (const auto& [code, part] : parts_) {
      if (auto* place = place_over(code)) {
        add(place->households, part.households);
        add(place->key_persons, part.key_persons);
      }
    }
    WD_TRY([[maybe_unused]] auto timed, add_times());
    std::ranges::sort(places, [](const PlaceFigures& a, const PlaceFigures& b) {
      return stands_before({a.households.reached, a.households.due, a.code},
                           {b.households.reached, b.households.due, b.code});
    });
    return ok();
  }

  RegionFigures take() && { return std::move(figures_); }

 private:
  // Values of an area; where a board shows what lies below a hidden county, that by community.
  template <class Read>
  Result<std::vector<PlaceValue>> refined(const RegionCode& area, Read read) {
    WD_TRY(auto values, read(counters_, area));
    if (split_.empty()) return values;
    std::vector<PlaceValue> finer;
    for (auto& value : values) {
      if (!split_.contains(value.place)) {
        finer.push_back(std::move(value));
        continue;
      }
      WD_TRY(auto communities, read(fine_, value.place));
      std::ranges::move(communities, std::back_inserter(finer));
    }
    return finer;
  }

  // A community's places are its grids, whose figures the counters do not know.
  bool by_grid() const { return region_.level() == RegionLevel::community; }
  static HouseholdCounters counters_of(const screening::GridFigures& grid) {
    return {grid.registered, grid.reached, grid.vacant, grid.lapsed};
  }

  // The same for households.
  Status split_households(RoundId round, std::vector<PlaceHouseholds>& places) {
    if (split_.empty()) return ok();
    std::vector<PlaceHouseholds> finer;
    for (auto& entry : places) {
      if (!split_.contains(entry.place)) {
        finer.push_back(std::move(entry));
        continue;
      }
      WD_TRY(auto below_it, fine_.households(entry.place, round));
      std::ranges::move(below_it.places, std::back_inserter(finer));
    }
    places = std::move(finer);
    return ok();
  }

  // Counters know the community of a round over one grid; whom the round asks for is less. Of the
  // grid's households no day is known, so that a trend takes them as they are now.
  Status narrow_to_grid(const RegionCode& grid, const RoundFacts& round, AreaHouseholds& found) {
    WD_TRY(const auto grids, screening::grid_figures(db_, grid, round.round, counters_.day()));
    found.places.clear();
    found.trend.at_end = grids.empty() ? HouseholdCounters{} : counters_of(grids.front());
    found.trend.registered = {};
    found.places.push_back({grid, found.trend.at_end});
    return ok();
  }

  PlaceFigures* place_over(const RegionCode& code) {
    auto& places = figures_.places;
    const auto after = std::ranges::upper_bound(places, code, {}, &PlaceFigures::code);
    if (after == places.begin()) return nullptr;
    auto& place = *std::prev(after);
    return place.code.contains(code) ? &place : nullptr;
  }

  // When something was last recorded, and the positions the counters stand at.
  Status add_times() {
    const auto note = [&](const RegionCode& code, UnixMs at) {
      if (auto* place = place_over(code)) {
        place->updated_at = std::max(place->updated_at.value_or(0), at);
      }
    };
    WD_TRY(const auto districts, district_changes(db_, region_));
    for (const auto& row : districts) {
      figures_.positions.push_back({row.district, row.sequence});
      if (const auto code = code_of(row.district)) note(*code, row.recorded_at);
    }
    auto by_community = std::vector<RegionCode>(split_.begin(), split_.end());
    if (region_.level() >= RegionLevel::county) by_community.push_back(region_);
    for (const auto& area : by_community) {
      WD_TRY(const auto communities, community_changes(db_, area));
      for (const auto& row : communities) note(row.community, row.recorded_at);
    }
    return ok();
  }

  store::Connection& db_;
  const RegionCode region_;
  CounterReader counters_;
  CounterReader fine_;
  std::set<RegionCode> split_;  // districts whose parts stand on the board
  Parts parts_;
  RegionFigures figures_;
};

}  // namespace

Result<RegionFigures> region_figures(store::Connection& db, const RegionCode& region,
                                     CivilDate day) {
  WD_ASSERT(region.level() <= RegionLevel::community);
  WD_TRY(auto children, regions::displayed_children(db, region, std::nullopt, kBoardRowsMost));
  std::vector<RegionCode> codes;
  for (auto& child : children) codes.push_back(std::move(child.code));
  std::ranges::sort(codes);
  Adder adder(db, region, day, codes);
  WD_TRY(const auto rounds, rounds_counted(db, region, day));
  for (const auto& round : rounds) {
    WD_TRY([[maybe_unused]] auto added, adder.add_round(round));
  }
  WD_TRY([[maybe_unused]] auto seen, adder.add_key_persons());
  WD_TRY([[maybe_unused]] auto placed, adder.add_places());
  return std::move(adder).take();
}

}  // namespace wangdi::reporting
