// SPDX-License-Identifier: Apache-2.0
// Key groups: the entries decide from when to when somebody is counted, the reasons stay in the
// vault.
#include "modules/residents/key_groups.hpp"

#include <algorithm>

#include "modules/residents/facts.hpp"
#include "modules/residents/key_reasons.hpp"
#include "modules/residents/rules.hpp"
#include "modules/residents/tables.hpp"
#include "vault/writer.hpp"

namespace wangdi::residents {
namespace {

using bus::CommandContext;
using bus::Decision;
using vault::Field;

struct Member {
  HouseholdId household;
  RegionCode grid;
  std::vector<KeyEntry> entries;
};

Result<Member> member_of(PersonId person, CommandContext& context) {
  const auto district = context.region.district();
  const auto household = household_of(context.rows, district, person);
  if (!household) return Error(ErrorCode::not_found);
  const auto facts = household_facts(context.rows, district, *household);
  if (!facts) return Error(ErrorCode::not_found);
  Member member{*household, facts->grid, {}};
  for (const auto& row : context.rows.list(kKeyMember, district, *household, person)) {
    member.entries.push_back({row.key_group, {row.starts_on, row.ends_on}});
  }
  return member;
}

template <class Change>
Status change_reasons(PersonId person, CommandContext& context, Change change) {
  const auto district = context.region.district();
  WD_TRY(const auto stored, context.vault.get(district, person.value, Field::note));
  WD_TRY(auto reasons, read_reasons(stored.value_or("")));
  change(reasons.entries.items);
  return context.vault.put(district, person.value, Field::note, write_reasons(reasons));
}

}  // namespace

Result<Decision> add_key_group(const AddKeyGroup& command, CommandContext& context) {
  WD_TRY(const auto member, member_of(command.person, context));
  const KeyEntry added{command.group, {command.starts_on, command.ends_on}};
  WD_TRY(auto turns, add_entry(member.entries, added));
  WD_TRY([[maybe_unused]] auto kept,
         change_reasons(command.person, context, [&](std::vector<KeyReason>& reasons) {
           reasons.push_back({command.group, command.starts_on, command.reason.text, std::nullopt});
         }));
  Decision decision;
  decision.events.push_back(bus::event(command.person.value, member.grid,
                                       KeyGroupAdded{member.household,
                                                     command.group,
                                                     command.starts_on,
                                                     command.ends_on,
                                                     {std::move(turns.from)},
                                                     {std::move(turns.until)}}));
  return decision;
}

Result<Decision> end_key_group(const EndKeyGroup& command, CommandContext& context) {
  WD_TRY(const auto member, member_of(command.person, context));
  WD_TRY(auto ended, end_entry(member.entries, command.group, command.ends_on));
  WD_TRY([[maybe_unused]] auto kept,
         change_reasons(command.person, context, [&](std::vector<KeyReason>& reasons) {
           const auto found = std::ranges::find_if(reasons, [&](const KeyReason& entry) {
             return entry.group == command.group && entry.starts_on == ended.starts_on;
           });
           if (found != reasons.end()) found->ended_because = command.reason.text;
         }));
  Decision decision;
  decision.events.push_back(bus::event(command.person.value, member.grid,
                                       KeyGroupEnded{member.household,
                                                     command.group,
                                                     ended.starts_on,
                                                     command.ends_on,
                                                     {std::move(ended.turns.from)},
                                                     {std::move(ended.turns.until)}}));
  return decision;
}

}  // namespace wangdi::residents
