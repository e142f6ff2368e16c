// SPDX-License-Identifier: Apache-2.0
// Names of staff whose account was closed long ago: who looked at somebody can be named as long as
// the look can be asked about, and no longer.
#pragma once

#include "modules/accounts/facts.hpp"
#include "modules/retention/destroy.hpp"

namespace wangdi::retention {

// Closed accounts of a district that still have their names, with the day of the night in which
// these go.
struct NamedUntil {
  AccountId account;
  RegionCode region;
  CivilDate over_on;
};
Result<std::vector<NamedUntil>> named_until(store::Connection& db, District district,
                                            std::int64_t days, ZoneOffset zone);

// An act of the writer: takes the names whose time is over out of the vault, at most kPortion, and
// gives the event with the certificate. No event when there are none.
Result<bus::Decision> destroy_names(std::int64_t days, const Sign& sign,
                                    bus::CommandContext& context);

}  // namespace wangdi::retention
