// SPDX-License-Identifier: Apache-2.0
// Which group the record of a visit puts somebody into, and when one more is one too many. Pure:
// facts, parameters and the day are arguments. Nothing of it looks at more than one fact of one
// person: there is no score.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/civil_date.hpp"
#include "base/result.hpp"
#include "modules/status/messages.hpp"

namespace wangdi::status {

inline constexpr std::string_view kReturneeDays = "status.returnee_days";
inline constexpr std::string_view kKeyRegionDays = "status.key_region_returnee_days";
inline constexpr std::string_view kContactDays = "status.close_contact_days";

// What a visit recorded of one person.
struct Fact {
  CivilDate day;
  std::optional<CivilDate> arrived_on;
  bool from_key_region = false;
  bool contact = false;  // with a suspected or confirmed case
};

// In days after the day of the fact, which is day 0; the last one is included.
struct RuleDays {
  std::int32_t returnee = 0;
  std::int32_t key_region = 0;
  std::int32_t contact = 0;
};

struct Proposal {
  KeyGroup group{};
  std::string_view rule;
  CivilDate fact_on;
  CivilDate starts_on;
  CivilDate ends_on;
};

// Groups that the fact leads to and that are not over on the day.
std::vector<Proposal> proposals_of(const Fact& fact, const RuleDays& days, CivilDate today);

// How many were set without a rule within the window, by the officer and in the district.
struct Counts {
  std::int64_t by_officer = 0;
  std::int64_t in_district = 0;
};
// Whether one more is over the limit, and whose; the officer's own first.
std::optional<AlarmKind> exceeded(const Counts& counts, std::int64_t most);

// Whether an officer of this role answers what one of the other role caused: the level above does,
// and for a whole district whoever stands above it.
bool answers(access::Role reader, AlarmKind kind, access::Role cause);

// Dates and words of an entry by a document; all wrong fields at once.
Status check_document(const SetStatus& form, CivilDate today, std::int64_t days_most);

}  // namespace wangdi::status
