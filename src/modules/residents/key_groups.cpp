// SPDX-License-Identifier: Apache-2.0
// Key groups: the entries decide from when to when somebody is counted, the reasons stay in the
// vault.
#include "modules/residents/key_groups.hpp"

#include <algorithm>

#include "modules/residents/facts.hpp"
#include "modules/residents/key_reasons.hpp"
#include "modules/residents/rules.hpp"
#include "modules/residents/tables.hpp"
#include "vault/reader.hpp"
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

}  // namespace

Status change_reasons(PersonId person, CommandContext& context,
                      const std::function<void(std::vector<KeyReason>&)>& change) {
  const auto district = context.region.district();
  WD_TRY(const auto stored, context.vault.get(district, person.value, Field::note));
  WD_TRY(auto reasons, read_reasons(stored.value_or("")));
  change(reasons.entries.items);
  if (reasons.entries.items.size() > kKeyEntriesMost) {
    return Error(ErrorCode::field_too_many).with("limit", std::to_string(kKeyEntriesMost));
  }
  return context.vault.put(district, person.value, Field::note, write_reasons(reasons));
}

Status forget_reasons(PersonId person, KeyGroup group, CivilDate starts_on,
                      CommandContext& context) {
  const auto district = context.region.district();
  WD_TRY(const auto stored, context.vault.get(district, person.value, Field::note));
  WD_TRY(auto reasons, read_reasons(stored.value_or("")));
  auto& entries = reasons.entries.items;
  const auto gone = std::erase_if(entries, [&](const KeyReason& reason) {
    return reason.group == group && reason.starts_on == starts_on;
  });
  // Who was erased has no words, and must not get a key again.
  if (gone == 0) return ok();
  return context.vault.put(district, person.value, Field::note,
                           entries.empty() ? std::string() : write_reasons(reasons));
}

Result<std::vector<KeyReason>> reasons_of(vault::Reader& vault, District district,
                                          PersonId person) {
  WD_TRY(const auto stored, vault.get(district, person.value, Field::note));
  WD_TRY(auto reasons, read_reasons(stored.value_or("")));
  return std::move(reasons.entries.items);
}

Result<KeyGroupAdded> entering(PersonId person, const KeyTerm& term, CommandContext& context) {
  WD_TRY(const auto member, member_of(person, context));
  WD_TRY(auto turns, add_entry(member.entries, {term.group, {term.starts_on, term.ends_on}}));
  return KeyGroupAdded{member.household,        term.group,
                       term.starts_on,          term.ends_on,
                       {std::move(turns.from)}, {std::move(turns.until)}};
}

Result<std::optional<KeyGroupEnded>> leaving(PersonId person, const KeyTerm& term,
                                             CivilDate last_day, CommandContext& context) {
  WD_TRY(const auto member, member_of(person, context));
  const auto entry = std::ranges::find_if(member.entries, [&](const KeyEntry& one) {
    return one.group == term.group && one.term.starts_on == term.starts_on;
  });
  if (entry == member.entries.end()) return Error(ErrorCode::key_group_unknown);
  if (entry->term.ends_on <= last_day) return std::optional<KeyGroupEnded>();
  WD_TRY(auto ended, end_entry(member.entries, term.group, last_day));
  return std::optional(KeyGroupEnded{member.household,
                                     term.group,
                                     ended.starts_on,
                                     last_day,
                                     {std::move(ended.turns.from)},
                                     {std::move(ended.turns.until)}});
}

Result<Decision> add_key_group(const AddKeyGroup& command, CommandContext& context) {
  WD_TRY(const auto member, member_of(command.person, context));
  if (restricts(command.group)) return needs_basis(command.group);
  const KeyEntry added{command.group, {command.starts_on, command.ends_on}};
  WD_TRY(auto turns, add_entry(member.entries, added));
  WD_TRY([[maybe_unused]] auto kept,
         change_reasons(command.person, context, [&](std::vector<KeyReason>& reasons) {
           reasons.push_back(
               {command.group, command.starts_on, command.reason.text, std::nullopt, std::nullopt});
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
  if (restricts(command.group)) {
    // Who goes to the doors reports; to let somebody go early is an officer's word, and nobody
    // prolongs like this.
    const bool is_later = std::ranges::any_of(member.entries, [&](const KeyEntry& entry) {
      return entry.group == command.group && entry.term.starts_on == ended.starts_on &&
             entry.term.ends_on < command.ends_on;
    });
    if (is_later || context.actor.role == access::Role::grid_worker) {
      return needs_basis(command.group);
    }
  }
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
