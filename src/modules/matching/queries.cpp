// SPDX-License-Identifier: Apache-2.0
// Each officer sees their own matches only.
#include "modules/matching/queries.hpp"

#include "common/crypto/crypto.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/approvals/facts.hpp"
#include "modules/matching/list_file.hpp"
#include "modules/matching/sealed.hpp"
#include "modules/matching/tables.hpp"
#include "modules/regions/facts.hpp"
#include "modules/residents/facts.hpp"
#include "vault/reader.hpp"

namespace wangdi::matching {
namespace {

using bus::QueryContext;
using bus::QueryMethod;
using vault::Field;

constexpr std::int64_t kDayMs = 86'400'000;

constexpr store::Statement kOwn{
    "matching_own",
    "SELECT district, match, list, region, purpose, row_count, asked_by, asked_at, done_at, found"
    " FROM list_match WHERE district = $1 AND asked_by = $2"
    " ORDER BY asked_at DESC, match DESC LIMIT $3"};

template <class Params>
Result<RegionCode> region_of(const Params& params, QueryContext&) {
  return params.region;
}

// The rows go through the one door like every write; the file itself is kept nowhere.
Result<Uploaded> upload(const UploadParams& params, std::string_view file, QueryContext& context) {
  WD_TRY(const auto most,
         context.parameters.integer("matching.rows_most", params.region, context.today));
  WD_TRY(auto list, read_list(file, params.file_name.text, most));
  crypto::Random random;
  const auto id = [&] { return make_uuid_v7(context.now, random.take<10>()); };
  AskMatch asked{
      approvals::ApprovalId{id()}, ListId{id()}, params.region, params.purpose, params.reason, {}};
  asked.rows.items = std::move(list.rows);
  list.counts.match = asked.match;
  bus::PreparedCommand command;
  command.id = CommandId{asked.match.value};
  command.type = AskMatch::kType;
  command.region = params.region;
  command.occurred_at = context.now;
  command.body = codec::encode(asked);
  command.value = std::make_shared<const AskMatch>(std::move(asked));
  std::vector<bus::PreparedCommand> one;
  one.push_back(std::move(command));
  WD_TRY(auto outcomes, context.commands.send(context.actor, std::move(one)));
  auto& outcome = outcomes.front();
  if (outcome.error) return std::move(*outcome.error);
  return list.counts;
}

Result<MatchState> state_of(const MatchRow& row, QueryContext& context) {
  if (row.done_at != 0) return MatchState::done;
  WD_TRY(const auto standing, approvals::standing(row.match, row.region, context));
  if (!standing) return MatchState::over;
  if (standing->state == approvals::ApprovalState::refused) return MatchState::refused;
  if (standing->is_over) return MatchState::over;
  return standing->state == approvals::ApprovalState::allowed ? MatchState::allowed
                                                              : MatchState::waits;
}

Result<MatchesView> matches(const MatchesParams& params, QueryContext& context) {
  WD_TRY(const auto days,
         context.parameters.integer("matching.days_kept", params.region, context.today));
  WD_TRY(const auto rows,
         store::select<MatchRow>(context.db, kOwn, params.region.district(), context.actor.account,
                                 static_cast<std::int64_t>(kMatchesShown)));
  MatchesView view;
  for (const auto& row : rows) {
    if (!params.region.contains(row.region)) continue;
    WD_TRY(const auto state, state_of(row, context));
    WD_TRY(auto place, regions::region_names(context.db, std::vector{row.region}));
    view.rows.items.push_back({row.match, row.region, std::move(place.front()), row.purpose,
                               row.row_count, row.found, state, row.asked_at,
                               row.asked_at + days * kDayMs});
  }
  return view;
}

Result<std::optional<FoundPerson>> shown(const FoundSubject& found, District district,
                                         QueryContext& context) {
  if (found.is_person) {
    WD_TRY(auto place, residents::person_place(context.db, context.vault, district,
                                               PersonId{found.subject}, context.language));
    if (!place) return std::optional<FoundPerson>();
    return std::optional(FoundPerson{found.row, place->household, std::move(place->name_masked),
                                     std::move(place->door)});
  }
  WD_TRY(const auto grid, residents::stored_grid(context.db, district, HouseholdId{found.subject}));
  if (!grid) return std::optional<FoundPerson>();
  WD_TRY(auto door, context.vault.get(district, found.subject, Field::display));
  return std::optional(
      FoundPerson{found.row, HouseholdId{found.subject}, std::nullopt, door.value_or("")});
}

// Masked; that they were found is in the access log since the match.
Result<ResultView> result(const ResultParams& params, QueryContext& context) {
  const auto district = params.region.district();
  WD_TRY(const auto row, store::get(context.db, kMatch, {district, params.match}));
  if (!row || row->region != params.region || row->asked_by != context.actor.account) {
    return Error(ErrorCode::not_found);
  }
  ResultView view;
  WD_TRY(const auto sealed, context.vault.get(district, params.match.value, Field::list));
  if (!sealed) return view;
  WD_TRY(const auto found, codec::decode<SealedFound>(*sealed));
  for (const auto& one : found.rows) {
    WD_TRY(auto person, shown(one, district, context));
    if (person) view.rows.items.push_back(std::move(*person));
  }
  return view;
}

}  // namespace

void register_queries(bus::Registry& registry) {
  bus::QueryRules<UploadParams> uploads{QueryMethod::post,  "matching/upload",
                                        access::kOfficers,  region_of<UploadParams>,
                                        "上传要比对的名单", "Upload a list to match"};
  uploads.needs_fresh_proof = true;
  registry.upload<UploadParams, Uploaded>(std::move(uploads), upload);
  registry.query<MatchesParams, MatchesView>(
      {QueryMethod::get, "matching", access::kOfficers, region_of<MatchesParams>, "自己的名单比对",
       "Own list matches"},
      matches);
  registry.query<ResultParams, ResultView>(
      {QueryMethod::get, "matching/result", access::kOfficers, region_of<ResultParams>,
       "比对找到的人", "Who was found by a match"},
      result);
}

}  // namespace wangdi::matching
