// SPDX-License-Identifier: Apache-2.0
// Looking for corrections after a base position.
#include "modules/residents/conflicts.hpp"

#include "modules/residents/tables.hpp"

namespace wangdi::residents {

std::vector<bus::FieldConflict> conflicts_with(const List<FieldCorrected, 16>& changes,
                                               const Uuid& subject, bus::CommandContext& context) {
  std::vector<bus::FieldConflict> conflicts;
  if (!context.base_position) return conflicts;
  const auto district = context.region.district();
  for (const auto& change : changes) {
    const auto corrections = context.rows.list(kFieldChange, district, subject, change.field);
    const FieldChangeRow* first = nullptr;
    const FieldChangeRow* last = nullptr;
    for (const auto& row : corrections) {
      if (row.sequence <= context.base_position->sequence) continue;
      if (row.actor == context.actor.account) continue;
      if (first == nullptr) first = &row;
      last = &row;
    }
    if (last == nullptr || (last->after && last->after == change.after)) continue;
    conflicts.push_back(
        {change.field, first->before, last->after, last->actor.text(), last->recorded_at});
  }
  return conflicts;
}

}  // namespace wangdi::residents
