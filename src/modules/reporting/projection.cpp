// SPDX-License-Identifier: Apache-2.0
// Cut-offs into their tables; when and at which position each place's counters last moved.
#include "modules/reporting/projection.hpp"

#include "common/indicators/indicators.hpp"
#include "modules/reporting/tables.hpp"
#include "modules/residents/messages.hpp"
#include "modules/screening/messages.hpp"

namespace wangdi::reporting {
namespace {

using bus::Recorded;
using store::Rows;

// Two rows a batch and community, whatever the number of records: both are only put, never read.
template <class Event>
void note_change(const Event&, const Recorded& frame, Rows& rows) {
  rows.put(kCommunityChange,
           {frame.position.district, frame.region.at(RegionLevel::community), frame.recorded_at});
  rows.put(kDistrictChange, {frame.position.district, frame.position.sequence, frame.recorded_at});
}

template <class... Events>
void note_changes(bus::Registry& registry) {
  (registry.project<Events>(note_change<Events>), ...);
}

StoredPlace stored(const PlaceFigures& place, const Recorded& frame, std::int32_t rank) {
  const auto& doors = place.households;
  const auto& people = place.key_persons;
  return {frame.position.district, CutOffId{frame.subject}, rank,        place.code,
          place.communities,       doors.reached,           doors.due,   doors.vacant,
          doors.missing,           doors.overdue,           people.seen, people.due,
          people.missing,          place.updated_at};
}

void cut_off_taken(const CutOffTaken& event, const Recorded& frame, Rows& rows) {
  StoredCutOff row;
  row.district = frame.position.district;
  row.region = frame.region;
  row.name = event.name;
  row.cut_off = CutOffId{frame.subject};
  row.day = event.day;
  row.recorded_at = frame.recorded_at;
  row.actor = frame.actor;
  row.reached = event.households.reached;
  row.due = event.households.due;
  row.vacant = event.households.vacant;
  row.missing = event.households.missing;
  row.overdue = event.households.overdue;
  row.key_seen = event.key_persons.seen;
  row.key_due = event.key_persons.due;
  row.key_missing = event.key_persons.missing;
  row.trend = codec::encode(Trend{event.trend});
  row.positions_count = static_cast<std::int64_t>(event.positions.size());
  row.positions = codec::encode(Positions{event.positions});
  rows.put(kCutOff, std::move(row));
  std::int32_t rank = 0;
  for (const auto& place : event.places) rows.put(kPlace, stored(place, frame, rank++));
}

// The rows stand already while the records are destroyed; a rebuild makes them here.
void figures_kept(const FiguresKept& event, const Recorded& frame, Rows& rows) {
  const auto district = frame.position.district;
  for (const auto& figure : event.figures) {
    const auto day = CivilDate::from_days(figure.day);
    const auto indicator = static_cast<indicators::Indicator>(figure.indicator);
    rows.add(indicators::kCommunityDay,
             {district, figure.community, indicator, figure.round, day, figure.value});
    rows.add(indicators::kDistrictDay, {district, indicator, figure.round, day, figure.value});
  }
  for (const auto& change : event.changes) {
    const auto* stored = rows.find(kCommunityChange, {district, change.community});
    if (stored != nullptr && stored->recorded_at >= change.recorded_at) continue;
    rows.put(kCommunityChange, {district, change.community, change.recorded_at});
  }
  if (event.sequence == 0) return;
  const auto* stored = rows.find(kDistrictChange, {district});
  if (stored != nullptr && stored->sequence >= event.sequence) return;
  rows.put(kDistrictChange, {district, event.sequence, event.recorded_at});
}

}  // namespace

void register_projections(bus::Registry& registry) {
  note_changes<residents::HouseholdAdded, residents::HouseholdCorrected, residents::HouseholdErased,
               residents::PersonAdded, residents::PersonCorrected, residents::KeyGroupAdded,
               residents::KeyGroupEnded, screening::VisitRecorded, screening::VisitCorrected>(
      registry);
  registry.project<CutOffTaken>(cut_off_taken);
  registry.project<FiguresKept>(figures_kept);
}

}  // namespace wangdi::reporting
