// SPDX-License-Identifier: Apache-2.0
// Looking for corrections after a base position.
#include "modules/residents/conflicts.hpp"

#include "modules/residents/tables.hpp"
#include "vault/writer.hpp"

namespace wangdi::residents {
namespace {

// Whoever corrects a household works in its district, where the account's name is kept too.
Result<std::string> name_of(AccountId account, District district, vault::Writer& vault) {
  WD_TRY(auto name, vault.get(district, account.value, vault::Field::name));
  return name && !name->empty() ? std::move(*name) : account.text();
}

}  // namespace

Result<std::vector<bus::FieldConflict>> conflicts_with(const List<FieldCorrected, 16>& changes,
                                                       const Uuid& subject,
                                                       bus::CommandContext& context) {
  std::vector<bus::FieldConflict> conflicts;
  if (!context.base_position) return conflicts;
  const auto district = context.region.district();
  const bool same_district = context.base_position->district == district;
  const auto known = same_district ? context.base_position->sequence : 0;
  for (const auto& change : changes) {
    const auto corrections = context.rows.list(kFieldChange, district, subject, change.field);
    const FieldChangeRow* first = nullptr;
    const FieldChangeRow* last = nullptr;
    for (const auto& row : corrections) {
      if (row.sequence <= known || row.actor == context.actor.account) continue;
      if (first == nullptr) first = &row;
      last = &row;
    }
    if (last == nullptr || (last->after && last->after == change.after)) continue;
    WD_TRY(auto who, name_of(last->actor, district, context.vault));
    conflicts.push_back(
        {change.field, first->before, last->after, std::move(who), last->recorded_at});
  }
  return conflicts;
}

}  // namespace wangdi::residents
