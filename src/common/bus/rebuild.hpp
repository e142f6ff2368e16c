// SPDX-License-Identifier: Apache-2.0
// Every table but vault, access log and credentials can be rebuilt from the journal: into a fresh
// database beside the live one to compare, or in place. Records that an event tells of as destroyed
// are passed over: what they counted stands in the events of their destruction.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/bus/registry.hpp"

namespace wangdi::bus {

struct Difference {
  std::string table;
  std::int64_t live_rows = 0;
  std::int64_t rebuilt_rows = 0;
  std::int64_t different_rows = 0;  // at the same rank by key
};

struct RebuildReport {
  std::int64_t events = 0;
  std::vector<Difference> differences;  // only tables that differ
};

// Projects one record. Errors: journal_damaged when it is of no known type or has no body.
Status project_record(const Registry& registry, const journal::RecordRow& record, ZoneOffset zone,
                      store::Rows& rows);

// Replays the journal of `from` into the empty tables of `to` (created if missing). Both may be the
// same connection in a transaction whose rebuilt tables were emptied before.
Result<std::int64_t> replay_into(const Registry& registry, store::Connection& from,
                                 store::Connection& to, ZoneOffset zone);

// Empties the rebuilt tables of `live` and replays its journal into them, inside the caller's
// transaction; returns the number of events.
Result<std::int64_t> rebuild_in_place(const Registry& registry, store::Connection& live,
                                      ZoneOffset zone);

// Replays into `beside` and compares table by table, row by row in key order.
Result<RebuildReport> rebuild_and_compare(const Registry& registry, store::Connection& live,
                                          store::Connection& beside, ZoneOffset zone);

}  // namespace wangdi::bus
