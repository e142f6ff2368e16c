// SPDX-License-Identifier: Apache-2.0
// Tables, commands, projections and the list of the second person: few enough for one file.
#include "modules/approvals/module.hpp"

#include "common/bus/registry.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/accounts/facts.hpp"
#include "modules/approvals/facts.hpp"
#include "modules/approvals/rules.hpp"
#include "modules/approvals/tables.hpp"
#include "modules/approvals/views.hpp"
#include "modules/regions/facts.hpp"
#include "vault/reader.hpp"
#include "vault/writer.hpp"

namespace wangdi::approvals {
namespace {

using bus::CommandContext;
using bus::Decision;
using bus::QueryContext;
using bus::Recorded;
using vault::Field;

static_assert(static_cast<int>(ApprovalState::asked) == 1);
static_assert(static_cast<int>(ApprovalState::allowed) == 2);

constexpr store::Statement kWaiting{
    "approvals_waiting",
    "SELECT district, approval, action, region, purpose, state, asked_by, asked_at,"
    " decided_by, decided_at FROM approval WHERE district = $1 AND asked_at > $2 AND state = 1"
    " AND region >= $3 AND region < $3 || ':' ORDER BY asked_at, approval LIMIT $4"};
constexpr store::Statement kAllowed{
    "approvals_allowed",
    "SELECT COALESCE(MAX(decided_at), 0) AS decided_at FROM approval WHERE district = $1"
    " AND asked_by = $2 AND decided_at > $3 AND state = 2 AND action = $4 AND region = $5"
    " AND purpose = $6"};

struct DecidedRow {
  UnixMs decided_at = 0;
};
WD_DESCRIBE(DecidedRow, decided_at)

Result<Decision> ask(const AskApproval& command, CommandContext& context) {
  WD_TRY(auto asked, asking(command.approval, {command.action, command.region, command.purpose},
                            command.reason.text, context));
  Decision decision;
  decision.events.push_back(bus::event(command.approval.value, command.region, std::move(asked)));
  return decision;
}

Result<Decision> decide(const DecideApproval& command, CommandContext& context) {
  const auto* stored = context.rows.find(kApproval, {context.region.district(), command.approval});
  if (stored == nullptr || stored->region != command.region) return Error(ErrorCode::not_found);
  WD_TRY(const auto hours,
         context.parameters.integer("approvals.hours", command.region, context.today));
  WD_TRY([[maybe_unused]] auto may, may_decide({stored->asked_by, stored->asked_at, stored->state},
                                               context.actor.account, context.now, hours));
  Decision decision;
  decision.events.push_back(
      bus::event(command.approval.value, command.region, ApprovalDecided{command.allowed}));
  return decision;
}

void asked(const ApprovalAsked& event, const Recorded& frame, store::Rows& rows) {
  ApprovalRow row;
  row.district = frame.position.district;
  row.approval = ApprovalId{frame.subject};
  row.action = event.action;
  row.region = frame.region;
  row.purpose = event.purpose;
  row.state = ApprovalState::asked;
  row.asked_by = frame.actor;
  row.asked_at = frame.recorded_at;
  rows.put(kApproval, std::move(row));
}

void decided(const ApprovalDecided& event, const Recorded& frame, store::Rows& rows) {
  const auto* stored = rows.find(kApproval, {frame.position.district, ApprovalId{frame.subject}});
  if (stored == nullptr) return;
  auto row = *stored;
  row.state = event.allowed ? ApprovalState::allowed : ApprovalState::refused;
  row.decided_by = frame.actor;
  row.decided_at = frame.recorded_at;
  rows.put(kApproval, std::move(row));
}

template <class Context>
Result<UnixMs> begin_of(const RegionCode& region, Context& context) {
  WD_TRY(const auto hours, context.parameters.integer("approvals.hours", region, context.today));
  return over_until(context.now, hours);
}

Result<ApprovalsView> waiting(const ApprovalsParams& params, QueryContext& context) {
  const auto district = params.region.district();
  WD_TRY(const auto since, begin_of(params.region, context));
  WD_TRY(const auto rows,
         store::select<ApprovalRow>(context.db, kWaiting, district, since, params.region,
                                    static_cast<std::int64_t>(kApprovalRows)));
  std::vector<RegionCode> codes;
  std::vector<AccountId> askers;
  for (const auto& row : rows) {
    codes.push_back(row.region);
    askers.push_back(row.asked_by);
  }
  WD_TRY(auto places, regions::region_names(context.db, codes));
  WD_TRY(auto names, accounts::account_names(context.db, context.vault, askers));
  ApprovalsView view;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    WD_TRY(auto reason, context.vault.get(district, row.approval.value, Field::note));
    view.rows.items.push_back({row.approval, row.action, row.region, std::move(places[i]),
                               row.purpose, reason.value_or(""), std::move(names[i]), row.asked_at,
                               row.asked_by == context.actor.account});
  }
  return view;
}

template <class Context>
Result<std::optional<Standing>> standing_of(const ApprovalRow& row, Context& context) {
  WD_TRY(const auto since, begin_of(row.region, context));
  const auto from = row.state == ApprovalState::asked ? row.asked_at : row.decided_at;
  return std::optional(Standing{row.state, from <= since});
}

}  // namespace

Result<ApprovalAsked> asking(ApprovalId approval, const Wanted& wanted, std::string_view reason,
                             CommandContext& context) {
  const auto district = wanted.region.district();
  if (context.rows.find(kApproval, {district, approval})) {
    return Error(ErrorCode::command_id_reused);
  }
  WD_TRY([[maybe_unused]] auto kept,
         context.vault.put(district, approval.value, Field::note, reason));
  return ApprovalAsked{wanted.action, wanted.purpose};
}

Result<std::optional<Standing>> standing(ApprovalId approval, const RegionCode& region,
                                         CommandContext& context) {
  const auto* row = context.rows.find(kApproval, {region.district(), approval});
  if (row == nullptr) return std::optional<Standing>();
  return standing_of(*row, context);
}

Result<std::optional<Standing>> standing(ApprovalId approval, const RegionCode& region,
                                         QueryContext& context) {
  WD_TRY(const auto row, store::get(context.db, kApproval, {region.district(), approval}));
  if (!row) return std::optional<Standing>();
  return standing_of(*row, context);
}

Result<std::optional<UnixMs>> allowed_at(const Wanted& wanted, QueryContext& context) {
  WD_TRY(const auto since, begin_of(wanted.region, context));
  WD_TRY(const auto row, store::select_one<DecidedRow>(
                             context.db, kAllowed, wanted.region.district(), context.actor.account,
                             since, wanted.action, wanted.region, wanted.purpose));
  if (!row || row->decided_at == 0) return std::optional<UnixMs>();
  return std::optional(row->decided_at);
}

void register_module(bus::Registry& registry) {
  registry.table(kApproval);
  registry.command<AskApproval>(
      {access::kOfficers,
       [](const AskApproval& command, CommandContext&) -> Result<RegionCode> {
         return command.region;
       },
       "请另一人同意", "Ask a second person"},
      ask);
  registry.command<DecideApproval>(
      {access::kOfficers,
       [](const DecideApproval& command, CommandContext&) -> Result<RegionCode> {
         return command.region;
       },
       "作为第二人答复", "Answer as the second person"},
      decide);
  registry.project<ApprovalAsked>(asked);
  registry.project<ApprovalDecided>(decided);
  registry.query<ApprovalsParams, ApprovalsView>(
      {bus::QueryMethod::get, "approvals", access::kOfficers,
       [](const ApprovalsParams& params, QueryContext&) -> Result<RegionCode> {
         return params.region;
       },
       "等另一人同意的", "Requests for a second person"},
      waiting);
}

}  // namespace wangdi::approvals
