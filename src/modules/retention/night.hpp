// SPDX-License-Identifier: Apache-2.0
// All rules over all districts: read beside the writer, carried out in it by portions. Whoever
// calls waits; never the network thread or a writer.
#pragma once

#include "common/bus/registry.hpp"
#include "common/bus/writer.hpp"
#include "modules/retention/destroy.hpp"

namespace wangdi::retention {

struct NightParts {
  const bus::Registry& registry;
  bus::Writer& writer;
  store::Connection& reader;  // its own, outside any transaction
  const Parameters& parameters;
  const Clock& clock;
  ZoneOffset zone;
  Sign sign;
};

struct Done {
  std::int64_t records = 0;       // destroyed
  std::int64_t certificates = 0;  // one a portion
  std::int64_t names = 0;         // of closed accounts
  std::int64_t slips = 0;         // forgotten: over, or of somebody erased
};

// What a portion that failed has left is done the next time. Errors: that of the first portion that
// failed, after the other districts were done.
Result<Done> carry_out_rules(const NightParts& parts);

// Counts what dies in the days to come in districts where no night has done so yet.
Status count_coming(const NightParts& parts);

// Whether the shipped rules keep to the limit, today and later. Error: configuration_invalid.
Status check_rules(const Parameters& parameters);

}  // namespace wangdi::retention
