// SPDX-License-Identifier: Apache-2.0
// Registers tables, the events that fill the certificates', and the questions.
#include "modules/retention/module.hpp"

#include "journal/destruction.hpp"
#include "modules/retention/messages.hpp"
#include "modules/retention/queries.hpp"
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

void names_destroyed(const NamesDestroyed& event, const bus::Recorded& frame, store::Rows& rows) {
  rows.put(kCertificate, {frame.position.district, frame.position.sequence, frame.recorded_at,
                          event.rule, event.accounts, event.statement, event.signature});
}

}  // namespace

void register_module(bus::Registry& registry, const ModuleParts& parts) {
  registry.table(kCertificate);
  registry.table(kDue);
  registry.table(kCounted);
  registry.project<journal::RecordsDestroyed>(records_destroyed);
  registry.project<NamesDestroyed>(names_destroyed);
  register_queries(registry, parts.public_key);
}

}  // namespace wangdi::retention
