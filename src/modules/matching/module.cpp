// SPDX-License-Identifier: Apache-2.0
// The commands of list matching, their rows, and when a list ends.
#include "modules/matching/module.hpp"

#include "common/bus/registry.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/approvals/facts.hpp"
#include "modules/matching/queries.hpp"
#include "modules/matching/sealed.hpp"
#include "modules/matching/tables.hpp"
#include "modules/residents/facts.hpp"
#include "vault/writer.hpp"

namespace wangdi::matching {
namespace {

using bus::CommandContext;
using bus::Decision;
using bus::Recorded;
using vault::Field;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kForgottenAtOnce = 100;

constexpr store::Statement kRowsSince{
    "matching_rows_since",
    "SELECT COALESCE(SUM(row_count), 0) AS rows FROM list_match WHERE district = $1"
    " AND asked_by = $2 AND asked_at > $3"};
constexpr store::Statement kOver{
    "matching_over",
    "SELECT district, match, list, region, purpose, row_count, asked_by, asked_at, done_at, found"
    " FROM list_match WHERE district = $1 AND asked_at <= $2 ORDER BY asked_at, match LIMIT $3"};
constexpr store::Statement kNextDistrict{
    "matching_next_district",
    "SELECT district FROM list_match WHERE district > $1 ORDER BY district, match LIMIT 1"};

struct SumRow {
  std::int64_t rows = 0;
};
WD_DESCRIBE(SumRow, rows)

Result<std::int64_t> number(std::string_view name, CommandContext& context) {
  return context.parameters.integer(name, context.region, context.today);
}

// A rolling day, so that nothing is gained by waiting for midnight.
Status check_quota(const AskMatch& command, CommandContext& context) {
  WD_TRY(const auto most, number("matching.rows_most", context));
  const auto rows = static_cast<std::int64_t>(command.rows.size());
  if (rows > most) return Error(ErrorCode::field_too_many).with("limit", std::to_string(most));
  WD_TRY(const auto a_day, number("matching.rows_a_day", context));
  WD_TRY(const auto before, context.select<SumRow>(kRowsSince, command.region.district(),
                                                   context.actor.account, context.now - kDayMs));
  const auto left = std::max<std::int64_t>(0, a_day - before.front().rows);
  if (rows <= left) return ok();
  return Error(ErrorCode::match_quota_used)
      .with("limit", std::to_string(a_day))
      .with("left", std::to_string(left));
}

Status check_rows(const AskMatch& command) {
  if (command.rows.empty()) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/rows", ErrorCode::field_missing);
  }
  for (std::size_t i = 0; i < command.rows.size(); ++i) {
    const auto& row = command.rows.items[i];
    if (row.number || row.phone) continue;
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/rows/" + std::to_string(i) + "/number", ErrorCode::field_missing);
  }
  return ok();
}

Result<Decision> ask(const AskMatch& command, CommandContext& context) {
  const auto district = command.region.district();
  WD_TRY([[maybe_unused]] auto written, check_rows(command));
  if (context.rows.find(kMatch, {district, command.match})) {
    return Error(ErrorCode::command_id_reused);
  }
  WD_TRY([[maybe_unused]] auto within, check_quota(command, context));
  WD_TRY([[maybe_unused]] auto sealed, context.vault.put(district, command.list.value, Field::list,
                                                         codec::encode(SealedList{command.rows})));
  WD_TRY(auto asked,
         approvals::asking(command.match,
                           {approvals::Action::list_match, command.region, command.purpose},
                           command.reason.text, context));
  Decision decision;
  decision.events.push_back(bus::event(
      command.match.value, command.region,
      MatchAsked{command.list, command.purpose, static_cast<std::int64_t>(command.rows.size())}));
  decision.events.push_back(bus::event(command.match.value, command.region, std::move(asked)));
  return decision;
}

// Who or what has this value and stands in the region: persons, and households by their phone.
class Finding {
 public:
  Finding(const MatchRow& match, CommandContext& context) : match_(match), context_(context) {}

  Status look(const ListRow& row) {
    const auto before = found_.rows.size();
    if (row.number) {
      WD_TRY([[maybe_unused]] auto done,
             look_for(row.row, Field::document_number, row.number->text));
    }
    if (row.phone && found_.rows.size() == before) {
      WD_TRY([[maybe_unused]] auto done, look_for(row.row, Field::phone, row.phone->text));
    }
    return ok();
  }
  const SealedFound& found() const { return found_; }

 private:
  Status look_for(std::int32_t row, Field field, const std::string& value) {
    WD_TRY(const auto subjects, context_.vault.find_exact(match_.district, field, value));
    for (const auto& subject : subjects) {
      const auto person =
          residents::stored_person(context_.rows, match_.district, PersonId{subject});
      std::optional<RegionCode> grid;
      if (person) grid = person->grid;
      if (!person) {
        const auto household =
            residents::household_facts(context_.rows, match_.district, HouseholdId{subject});
        if (household) grid = household->grid;
      }
      if (!grid || !match_.region.contains(*grid)) continue;
      if (found_.rows.size() >= kFoundMost) {
        return Error(ErrorCode::field_too_many).with("limit", std::to_string(kFoundMost));
      }
      WD_TRY([[maybe_unused]] auto logged, log(*grid, subject, field));
      found_.rows.items.push_back({row, subject, person.has_value()});
    }
    return ok();
  }

  // In the batch of the match itself: it is on disk before anybody can see the result.
  Status log(const RegionCode& grid, const Uuid& subject, Field field) {
    return context_.vault.log(vault::AccessEntry{.district = match_.district,
                                                 .actor = context_.actor.account,
                                                 .purpose = match_.purpose,
                                                 .operation = vault::Operation::list_match,
                                                 .region = grid,
                                                 .subject = subject,
                                                 .fields = {field},
                                                 .count = 1},
                              context_.now);
  }

  const MatchRow& match_;
  CommandContext& context_;
  SealedFound found_;
};

Result<Decision> run(const RunMatch& command, CommandContext& context) {
  const auto district = command.region.district();
  const auto* stored = context.rows.find(kMatch, {district, command.match});
  if (stored == nullptr || stored->region != command.region ||
      stored->asked_by != context.actor.account) {
    return Error(ErrorCode::not_found);
  }
  const auto match = *stored;
  if (match.done_at != 0) return Error(ErrorCode::already_decided);
  WD_TRY(const auto standing, approvals::standing(command.match, command.region, context));
  if (!standing || standing->state != approvals::ApprovalState::allowed || standing->is_over) {
    return Error(ErrorCode::second_person_needed);
  }
  WD_TRY(const auto sealed, context.vault.get(district, match.list.value, Field::list));
  if (!sealed) return Error(ErrorCode::match_list_gone);
  WD_TRY(const auto list, codec::decode<SealedList>(*sealed));
  Finding finding(match, context);
  for (const auto& row : list.rows) {
    WD_TRY([[maybe_unused]] auto looked, finding.look(row));
  }
  WD_TRY([[maybe_unused]] auto kept, context.vault.put(district, command.match.value, Field::list,
                                                       codec::encode(finding.found())));
  // What was uploaded has done its work.
  WD_TRY([[maybe_unused]] auto gone, context.vault.erase(district, match.list.value));
  Decision decision;
  decision.events.push_back(
      bus::event(command.match.value, match.region,
                 MatchRun{static_cast<std::int64_t>(finding.found().rows.size())}));
  return decision;
}

void asked(const MatchAsked& event, const Recorded& frame, store::Rows& rows) {
  MatchRow row;
  row.district = frame.position.district;
  row.match = approvals::ApprovalId{frame.subject};
  row.list = event.list;
  row.region = frame.region;
  row.purpose = event.purpose;
  row.row_count = event.rows;
  row.asked_by = frame.actor;
  row.asked_at = frame.recorded_at;
  rows.put(kMatch, std::move(row));
}

void done(const MatchRun& event, const Recorded& frame, store::Rows& rows) {
  const auto* stored =
      rows.find(kMatch, {frame.position.district, approvals::ApprovalId{frame.subject}});
  if (stored == nullptr) return;
  auto row = *stored;
  row.done_at = frame.recorded_at;
  row.found = event.found;
  rows.put(kMatch, std::move(row));
}

void forgotten(const MatchForgotten&, const Recorded& frame, store::Rows& rows) {
  rows.erase(kMatch, {frame.position.district, approvals::ApprovalId{frame.subject}});
}

}  // namespace

Result<std::optional<District>> next_district(store::Connection& from, District after) {
  std::optional<District> next;
  WD_TRY([[maybe_unused]] auto read,
         from.query(kNextDistrict, store::bind_all(after), [&](const store::RowReader& row) {
           next = District{static_cast<std::int32_t>(row.integer(0))};
           return false;
         }));
  return next;
}

Result<Decision> forget_over(CommandContext& context, District district) {
  WD_TRY(const auto days, number("matching.days_kept", context));
  WD_TRY(const auto over,
         context.select<MatchRow>(kOver, district, context.now - days * kDayMs, kForgottenAtOnce));
  Decision decision;
  for (const auto& row : over) {
    for (const auto& subject : {row.list.value, row.match.value}) {
      WD_TRY([[maybe_unused]] auto erased, context.vault.erase(district, subject));
    }
    decision.events.push_back(bus::event(row.match.value, row.region, MatchForgotten{}));
  }
  return decision;
}

void register_module(bus::Registry& registry) {
  registry.table(kMatch);
  bus::CommandRules<AskMatch> asks{
      access::kOfficers,
      [](const AskMatch& command, CommandContext&) -> Result<RegionCode> { return command.region; },
      "请另一人同意比对一份名单", "Ask a second person for a list match"};
  asks.needs_fresh_proof = true;
  registry.command<AskMatch>(std::move(asks), ask);
  bus::CommandRules<RunMatch> runs{
      access::kOfficers,
      [](const RunMatch& command, CommandContext&) -> Result<RegionCode> { return command.region; },
      "比对名单", "Match a list"};
  runs.needs_fresh_proof = true;
  registry.command<RunMatch>(std::move(runs), run);
  registry.project<MatchAsked>(asked);
  registry.project<MatchRun>(done);
  registry.project<MatchForgotten>(forgotten);
  register_queries(registry);
}

}  // namespace wangdi::matching
