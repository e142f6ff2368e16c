// SPDX-License-Identifier: Apache-2.0
// How many may be set without a rule in an hour, what happens to one more, and the alarm it raises.
#pragma once

#include <optional>
#include <vector>

#include "common/bus/context.hpp"
#include "common/bus/events.hpp"
#include "modules/screening/facts.hpp"
#include "modules/status/rules.hpp"

namespace wangdi::status {

struct CountRow {
  std::int64_t count = 0;
};
WD_DESCRIBE(CountRow, count)
// Entries of one officer that wait for a second person and are not over: district, lapsed, officer.
inline constexpr store::Statement kWaitingOf{
    "status_waiting_of",
    "SELECT COUNT(*) AS count FROM status_entry WHERE district = $1 AND state = 2"
    " AND set_at > $2 AND set_by = $3"};

// What waits for a second person since this moment or longer is over.
Result<UnixMs> lapsed_before(const RegionCode& region, const Parameters& parameters,
                             CivilDate today, UnixMs now);

struct Limit {
  UnixMs window_begins = 0;
  std::int64_t minutes = 0;
  std::int64_t most = 0;
  UnixMs lapsed_before = 0;
  std::int64_t waiting_most = 0;
  Counts counts;
};

// Parameters in force, and how many were set in the window so far.
Result<Limit> limit_of(const RegionCode& grid, bus::CommandContext& context);
// Whose limit one more would exceed. Error: status_waiting_full.
Result<std::optional<AlarmKind>> over_limit(const Limit& limit, bus::CommandContext& context);
// The alarm of the level above; nothing while an earlier one of the same cause is not answered.
Result<std::optional<bus::EventDraft>> alarm_of(AlarmKind kind, const Limit& limit,
                                                bus::CommandContext& context);

// What a record leads to by the parameters in force.
Result<std::vector<Proposal>> proposals_for(const screening::RecordedFact& fact,
                                            const RegionCode& grid, const Parameters& parameters,
                                            CivilDate today);

}  // namespace wangdi::status
