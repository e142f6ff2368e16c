// SPDX-License-Identifier: Apache-2.0
// The certificates of destruction, from the events that tell of it.
#pragma once

#include "journal/record.hpp"

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

}  // namespace wangdi::retention
