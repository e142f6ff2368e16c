// SPDX-License-Identifier: Apache-2.0
// Which reads of a day a person should look at. Pure: what was read, what it rested on and the
// limits are arguments. It finds what to ask about, never who is guilty: there is no score, and
// nothing happens to the reader by it (docs/adr/0042).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "modules/audit/messages.hpp"
#include "vault/fields.hpp"

namespace wangdi::audit {

// What a read rested on.
enum class Ground : std::uint8_t {
  none,
  own_record,  // the reader recorded something of the household around that time
  work_waits,  // a finding at the door, an entry to decide, a request of the resident
  key_person,  // somebody there is in a key group, whom the community looks after
  door_due,    // a door of the reader's own grid that was still to be gone to
};

// One line of the log.
struct Look {
  std::int64_t line = 0;
  UnixMs at = 0;
  vault::Operation operation = vault::Operation::unmask;
  Uuid household;  // nil: of many, of several, or nobody was found
  Ground ground = Ground::none;
  std::int64_t count = 0;  // rows of an export
};

// A household read without ground, and on how many earlier days of the window it was so too.
struct Repeated {
  Uuid household;
  std::int64_t earlier_days = 0;
};

// What one account did on a day.
struct AccountDay {
  std::vector<Look> looks;      // in the order of the log
  std::vector<UnixMs> records;  // when it recorded something of its own, in order
  bool has_registered = false;  // a household or person, around that day
  std::vector<Repeated> repeated;
};

// Rows of parameters/audit.csv.
struct Limits {
  std::int64_t ground_hours = 0;      // before and after a read
  std::int64_t follow_up_days = 0;    // how long a finding may wait
  std::int64_t requests_days = 0;     // how long after a resident asked
  std::int64_t households_least = 0;  // many_households, and of share:
  std::int64_t share_percent_least = 0;
  std::int64_t same_days_least = 0;  // same_household: days, the judged one among them
  std::int64_t same_window_days = 0;
  std::int64_t searches_least = 0;
  std::int64_t search_minutes = 0;  // within which something is done after a search
  std::int64_t night_least = 0;
  std::int64_t night_from_hour = 0;   // that hour included
  std::int64_t night_until_hour = 0;  // that hour not
  std::int64_t export_rows_least = 0;
  std::int64_t trials_least = 0;
  std::int64_t case_days = 0;
};

struct Finding {
  CaseKind kind{};
  std::int64_t reads = 0;         // households, searches, rows or trials of the day
  std::int64_t without_task = 0;  // of these
  CaseLines lines;
  bool operator==(const Finding&) const = default;
};

// What of one account's day is worth a question, in the order of the kinds; usually nothing.
std::vector<Finding> judge(const AccountDay& day, const Limits& limits, ZoneOffset zone);

// A day is judged when what the reads rested on has had the time to be recorded.
UnixMs judged_from(CivilDate day, const Limits& limits, ZoneOffset zone);

// Errors: already_decided, second_person_needed (the case is about the closer).
Status may_close(bool is_open, AccountId about, AccountId closer);

}  // namespace wangdi::audit
