// SPDX-License-Identifier: Apache-2.0
// Registers the certificates' table and the event that fills it.
#include "modules/retention/module.hpp"

#include "journal/destruction.hpp"
#include "modules/retention/tables.hpp"

namespace wangdi::retention {
namespace {

void records_destroyed(const journal::RecordsDestroyed& event, const bus::Recorded& frame,
                       store::Rows& rows) {
  std::int64_t records = 0;
  for (const auto& range : event.records) records += range.last - range.first + 1;
  rows.put(kCertificate, {frame.position.district, frame.position.sequence, frame.recorded_at,
                          event.rule, records, event.statement, event.signature});
}

}  // namespace

void register_module(bus::Registry& registry) {
  registry.table(kCertificate);
  registry.project<journal::RecordsDestroyed>(records_destroyed);
}

}  // namespace wangdi::retention
