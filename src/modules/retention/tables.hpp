// SPDX-License-Identifier: Apache-2.0
// The certificates of destruction, from the events that tell of it.
#pragma once

#include "journal/record.hpp"
#include "modules/retention/rules.hpp"

namespace wangdi::retention {

struct CertificateRow {
  District district;
  std::int64_t sequence = 0;  // of the event
  UnixMs recorded_at = 0;
  std::string rule;
  std::int64_t records = 0;
  std::string statement;
  std::string signature;  // base64
};
WD_DESCRIBE(CertificateRow, district, sequence, recorded_at, rule, records, statement, signature)
inline constexpr store::Table<CertificateRow, 2> kCertificate{"certificate"};

// What dies in the days to come, as the last night counted it: no person, no household.
struct DueRow {
  District district;
  RegionCode community;
  Rule rule{};
  CivilDate day;  // of the night
  std::int64_t records = 0;
};
WD_DESCRIBE(DueRow, district, community, rule, day, records)
inline constexpr store::Table<DueRow, 4> kDue{"retention_due", {}, false};

struct CountedRow {
  District district;
  UnixMs counted_at = 0;
  CivilDate day;  // the days counted come after it
};
WD_DESCRIBE(CountedRow, district, counted_at, day)
inline constexpr store::Table<CountedRow, 1> kCounted{"retention_counted", {}, false};

}  // namespace wangdi::retention
