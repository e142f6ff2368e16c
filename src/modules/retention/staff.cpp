// SPDX-License-Identifier: Apache-2.0
// Closed accounts become ids.
#include "modules/retention/staff.hpp"

#include "common/parameters/parameters.hpp"
#include "modules/retention/messages.hpp"

namespace wangdi::retention {

Result<std::vector<NamedUntil>> named_until(store::Connection& db, District district,
                                            std::int64_t days, ZoneOffset zone) {
  std::vector<NamedUntil> named;
  WD_TRY(const auto closed, accounts::named_closed_accounts(db, district));
  for (const auto& one : closed) {
    named.push_back({one.account, one.region, over_on(CivilDate::of(one.closed_at, zone), days)});
  }
  return named;
}

Result<bus::Decision> destroy_names(std::int64_t days, const Sign& sign,
                                    bus::CommandContext& context) {
  WD_TRY([[maybe_unused]] auto flushed, context.rows.flush());
  WD_TRY(const auto named,
         named_until(context.rows.connection(), context.region.district(), days, context.zone));
  std::vector<AccountId> over;
  for (const auto& one : named) {
    if (one.over_on > context.today || over.size() == kPortion) continue;
    WD_TRY([[maybe_unused]] auto erased, accounts::erase_names(one.account, context));
    over.push_back(one.account);
  }
  bus::Decision decision;
  if (over.empty()) return decision;
  WD_TRY(const auto* row,
         context.parameters.find(parameter_of(Rule::staff_names), context.region, context.today));
  NamesDestroyed event;
  event.rule = name_of(Rule::staff_names);
  event.accounts = std::ssize(over);
  event.statement = statement_of(
      CertifiedNames{context.region, days, row->document, utc_text(context.now), over});
  event.signature = sign(event.statement);
  decision.events.push_back(bus::event(context.id.value, context.region, std::move(event)));
  return decision;
}

}  // namespace wangdi::retention
