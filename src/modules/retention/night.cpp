// SPDX-License-Identifier: Apache-2.0
// One night.
#include "modules/retention/night.hpp"

#include <algorithm>

#include "common/parameters/parameters.hpp"
#include "modules/holds/facts.hpp"
#include "modules/ledger/facts.hpp"
#include "modules/retention/messages.hpp"
#include "modules/retention/staff.hpp"
#include "modules/retention/tables.hpp"

namespace wangdi::retention {
namespace {

constexpr std::int64_t kReadRecords = 5'000;  // at once
constexpr int kTries = 20;                    // of a portion that meets a busy district

Result<Index> index_of(District district, const NightParts& parts) {
  const auto today = CivilDate::of(parts.clock.now(), parts.zone);
  WD_TRY(const auto region, RegionCode::of(district));
  Days days;
  for (const auto rule : kTimedRules) {
    const auto name = parameter_of(rule);
    WD_TRY(days[rule], parts.parameters.integer(name, region, today));
    WD_TRY([[maybe_unused]] auto checked, check_days(name, days[rule]));
  }
  Index index(district, std::move(days), today, parts.zone);
  for (;;) {
    WD_TRY(const auto rows,
           journal::records_after(parts.reader, {district, index.up_to()}, kReadRecords));
    for (const auto& row : rows) {
      WD_TRY([[maybe_unused]] auto added, index.add(row));
    }
    if (rows.size() < static_cast<std::size_t>(kReadRecords)) return index;
  }
}

template <class Item, class Into>
void cut(Rule rule, const std::vector<Item>& items, Into Portion::* into,
         std::vector<Portion>& portions) {
  for (std::size_t at = 0; at < items.size(); at += kPortion) {
    Portion portion;
    portion.rule = rule;
    const auto end = std::min(items.size(), at + kPortion);
    (portion.*into)
        .assign(items.begin() + static_cast<std::ptrdiff_t>(at),
                items.begin() + static_cast<std::ptrdiff_t>(end));
    portions.push_back(std::move(portion));
  }
}

std::vector<Portion> portions_of(const Index& index) {
  std::vector<Portion> portions;
  const auto take = [&](Rule rule, const std::set<HouseholdId>& of) {
    const std::vector<HouseholdId> homes(of.begin(), of.end());
    cut(rule, homes, &Portion::households, portions);
  };
  std::set<HouseholdId> erased;
  for (const auto& [household, persons] : index.erased()) erased.insert(household);
  for (const auto& [household, on] : index.erased_homes()) erased.insert(household);
  take(Rule::erasure, erased);
  take(Rule::visits, index.visited());
  for (const auto rule : {Rule::key_groups, Rule::requests}) take(rule, index.with_over(rule));
  cut(Rule::held_commands, index.held(), &Portion::held, portions);
  return portions;
}

// An act that meets a busy district is tried again.
Status run_act(const bus::Act& act, District district, const NightParts& parts) {
  for (int tries = 1;; ++tries) {
    auto acted = parts.writer.run_act(act, district);
    if (acted || acted.error().code() != ErrorCode::queue_full || tries == kTries) return acted;
  }
}

Status carry_out(const Portion& portion, Index& index, journal::Destructions& before,
                 const NightParts& parts, Done& done) {
  std::int64_t records = 0;
  const Tools tools{parts.registry, parts.sign};
  const auto act = [&](bus::CommandContext& context,
                       journal::Journal& journal) -> Result<bus::Decision> {
    WD_TRY(auto decision, destroy(portion, tools, index, before, context, journal));
    records = 0;
    if (decision.events.empty()) return decision;
    const auto& told =
        *static_cast<const journal::RecordsDestroyed*>(decision.events.front().value.get());
    for (const auto& range : told.records) records += range.last - range.first + 1;
    return decision;
  };
  WD_TRY([[maybe_unused]] auto acted, run_act(act, index.district(), parts));
  done.records += records;
  done.certificates += records > 0;
  return ok();
}

// By portions, until nobody is named any longer than the rule says.
Status carry_out_names(const Index& index, const NightParts& parts, Done& done) {
  const auto days = index.days(Rule::staff_names);
  for (;;) {
    WD_TRY(const auto named, named_until(parts.reader, index.district(), days, parts.zone));
    const bool is_due = std::ranges::any_of(
        named, [&](const NamedUntil& one) { return one.over_on <= index.today(); });
    if (!is_due) return ok();
    std::int64_t names = 0;
    const auto act = [&](bus::CommandContext& context, journal::Journal&) -> Result<bus::Decision> {
      WD_TRY(auto decision, destroy_names(days, parts.sign, context));
      if (decision.events.empty()) return decision;
      names = static_cast<const NamesDestroyed*>(decision.events.front().value.get())->accounts;
      return decision;
    };
    WD_TRY([[maybe_unused]] auto acted, run_act(act, index.district(), parts));
    if (names == 0) return ok();
    done.names += names;
    ++done.certificates;
  }
}

// What is shown ahead is of the last night: what is recorded later dies later than it tells.
Status keep_coming(const Index& index, const NightParts& parts) {
  const auto district = index.district();
  WD_TRY(const auto held, holds::held_households(parts.reader, district, index.today()));
  auto coming = index.coming(held);
  WD_TRY(const auto named,
         named_until(parts.reader, district, index.days(Rule::staff_names), parts.zone));
  for (const auto& one : named) {
    if (!is_coming(one.over_on, index.today())) continue;
    ++coming[{one.region.at(RegionLevel::community), Rule::staff_names, one.over_on}];
  }
  const auto keep = [&](store::Rows& rows, vault::Writer&) -> Status {
    for (const auto& row : rows.list(kDue, district)) {
      rows.erase(kDue, {row.district, row.community, row.rule, row.day});
    }
    for (const auto& [what, records] : coming) {
      rows.put(kDue, {district, what.community, what.rule, what.day, records});
    }
    rows.put(kCounted, {district, parts.clock.now(), index.today()});
    return rows.status();
  };
  return parts.writer.run_job(keep, {district});
}

Status carry_out_in(District district, const NightParts& parts, Done& done) {
  WD_TRY(auto index, index_of(district, parts));
  WD_TRY([[maybe_unused]] auto names, carry_out_names(index, parts, done));
  const auto portions = portions_of(index);
  if (portions.empty()) return keep_coming(index, parts);
  WD_TRY(auto before, journal::Destructions::load(parts.reader));
  for (const auto& portion : portions) {
    WD_TRY([[maybe_unused]] auto acted, carry_out(portion, index, before, parts, done));
  }
  // A commit more, also for a reader that kept the pages of before in the log.
  return keep_coming(index, parts);
}

}  // namespace

Result<Done> carry_out_rules(const NightParts& parts) {
  Done done;
  std::optional<Error> failed;
  // First, so that the acts after it empty the log of what these were as well.
  WD_TRY([[maybe_unused]] auto forgotten,
         parts.writer.run_job([&](store::Rows& rows, vault::Writer&) {
           done.slips = ledger::forget_slips(rows, parts.clock.now());
           return rows.status();
         }));
  WD_TRY(const auto heads, journal::heads(parts.reader));
  for (const auto& head : heads) {
    auto carried = carry_out_in(head.district, parts, done);
    if (!carried && !failed) failed = std::move(carried).error();
  }
  if (failed) return std::move(*failed);
  return done;
}

Status count_coming(const NightParts& parts) {
  WD_TRY(const auto heads, journal::heads(parts.reader));
  for (const auto& head : heads) {
    bool is_counted = false;
    WD_TRY([[maybe_unused]] auto read,
           parts.reader.by_key(kCounted.info(), 1, store::bind_all(head.district),
                               [&](const store::RowReader&) {
                                 is_counted = true;
                                 return false;
                               }));
    if (is_counted) continue;
    WD_TRY(const auto index, index_of(head.district, parts));
    WD_TRY([[maybe_unused]] auto kept, keep_coming(index, parts));
  }
  return ok();
}

Status check_rules(const Parameters& parameters) {
  for (const auto rule : kTimedRules) {
    for (const auto& row : parameters.rows()) {
      if (row.name != parameter_of(rule)) continue;
      WD_TRY(const auto days, parameters.integer(row.name, row.scope, row.in_force_from));
      WD_TRY([[maybe_unused]] auto checked, check_days(row.name, days));
    }
  }
  return ok();
}

}  // namespace wangdi::retention
