// SPDX-License-Identifier: Apache-2.0
// One night.
#include "modules/retention/night.hpp"

#include "common/parameters/parameters.hpp"
#include "modules/holds/facts.hpp"
#include "modules/ledger/facts.hpp"
#include "modules/retention/tables.hpp"

namespace wangdi::retention {
namespace {

constexpr std::int64_t kReadRecords = 5'000;  // at once
constexpr int kTries = 20;                    // of a portion that meets a busy district

Result<Index> index_of(District district, const NightParts& parts) {
  const auto today = CivilDate::of(parts.clock.now(), parts.zone);
  WD_TRY(const auto region, RegionCode::of(district));
  Days days;
  WD_TRY(days.visits, parts.parameters.integer(parameter_of(Rule::visits), region, today));
  WD_TRY(days.held_commands,
         parts.parameters.integer(parameter_of(Rule::held_commands), region, today));
  WD_TRY([[maybe_unused]] auto a, check_days(parameter_of(Rule::visits), days.visits));
  WD_TRY([[maybe_unused]] auto b,
         check_days(parameter_of(Rule::held_commands), days.held_commands));
  Index index(district, days, today, parts.zone);
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
  std::vector<HouseholdId> homes;
  for (const auto& [household, erased] : index.erased()) homes.push_back(household);
  cut(Rule::erasure, homes, &Portion::households, portions);
  homes.assign(index.visited().begin(), index.visited().end());
  cut(Rule::visits, homes, &Portion::households, portions);
  cut(Rule::held_commands, index.held(), &Portion::held, portions);
  return portions;
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
  for (int tries = 1;; ++tries) {
    const auto acted = parts.writer.run_act(act, index.district());
    if (acted) break;
    if (acted.error().code() != ErrorCode::queue_full || tries == kTries) return acted.error();
  }
  done.records += records;
  done.certificates += records > 0;
  return ok();
}

// What is shown ahead is of the last night: what is recorded later dies later than it tells.
Status keep_coming(const Index& index, const NightParts& parts) {
  const auto district = index.district();
  WD_TRY(const auto held, holds::held_households(parts.reader, district, index.today()));
  const auto coming = index.coming(held);
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
    // Above the county nobody lives.
    if (head.district.is_pseudo()) continue;
    auto carried = carry_out_in(head.district, parts, done);
    if (!carried && !failed) failed = std::move(carried).error();
  }
  if (failed) return std::move(*failed);
  return done;
}

Status count_coming(const NightParts& parts) {
  WD_TRY(const auto heads, journal::heads(parts.reader));
  for (const auto& head : heads) {
    if (head.district.is_pseudo()) continue;
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
  for (const auto rule : {Rule::visits, Rule::held_commands}) {
    for (const auto& row : parameters.rows()) {
      if (row.name != parameter_of(rule)) continue;
      WD_TRY(const auto days, parameters.integer(row.name, row.scope, row.in_force_from));
      WD_TRY([[maybe_unused]] auto checked, check_days(row.name, days));
    }
  }
  return ok();
}

}  // namespace wangdi::retention
