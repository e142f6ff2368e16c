// SPDX-License-Identifier: Apache-2.0
// Judges the access log day by day: reads what an account looked at and what of it rested on work,
// asks the rules, and hands over what the writer is to record. Reading goes on beside the writer
// through a connection of its own; recording is one act of the server for each district and day.
#pragma once

#include <optional>
#include <vector>

#include "common/bus/context.hpp"
#include "common/bus/events.hpp"
#include "modules/audit/rules.hpp"
#include "store/engine.hpp"

namespace wangdi::audit {

// More lines than these are judged in parts, each as if it were a day.
inline constexpr std::int64_t kLinesAtOnce = 500'000;
// Of one district and day; what is beyond is counted, the gravest come first.
inline constexpr std::size_t kCasesOfDay = 500;

struct FoundCase {
  AccountId account;
  Finding finding;
};

struct JudgedDay {
  District district;
  std::int64_t after_line = 0;  // the lines up to here were judged before
  CivilDate due_on;             // of the cases
  DayJudged day;
  std::vector<FoundCase> cases;
};

// Errors: configuration_invalid.
Result<Limits> read_limits(const Parameters& parameters, const RegionCode& region, CivilDate day);

// The first day of a district that is not judged and whose time has come; nothing when there is
// none. The connection shows one state of the database from beginning to end.
Result<std::optional<JudgedDay>> judge_next_day(store::Connection& db, const Parameters& parameters,
                                                District district, UnixMs now, ZoneOffset zone);

// For Writer::run_act: nothing when somebody has judged further meanwhile.
Result<bus::Decision> record_day(const JudgedDay& judged, bus::CommandContext& context);

}  // namespace wangdi::audit
