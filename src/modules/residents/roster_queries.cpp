// SPDX-License-Identifier: Apache-2.0
// Registration of import, template and export.
#include "modules/residents/roster_queries.hpp"

#include "common/bus/registry.hpp"
#include "modules/residents/export.hpp"
#include "modules/residents/import_jobs.hpp"
#include "modules/residents/roster_template.hpp"

namespace wangdi::residents {
namespace {

using bus::Answer;
using bus::QueryContext;
using bus::QueryMethod;

// A trial decrypts the community and looks up each number: at most 200,000 rows.
constexpr std::int64_t kTrialMs = 60'000;

Language language_of(const QueryContext& context) {
  return context.language == "en" ? Language::kEnglish : Language::kChinese;
}

template <class Params>
Result<RegionCode> community_of(const Params& params, QueryContext& context) {
  WD_TRY([[maybe_unused]] auto allowed, check_community(context.actor, params.community));
  return params.community;
}

Result<RegionCode> exported_community(const ExportHouseholds& params, QueryContext& context) {
  WD_TRY([[maybe_unused]] auto allowed,
         check_community(context.actor, params.community, kExporters));
  return params.community;
}

// A trial tells of each number whether it is registered in the district: that is a match of lists.
template <class Params>
Result<vault::AccessEntry> note_trial(const Params& params, QueryContext& context) {
  return vault::AccessEntry{.district = params.community.district(),
                            .actor = context.actor.account,
                            .purpose = vault::Purpose::correction,
                            .operation = vault::Operation::list_match,
                            .region = params.community,
                            .subject = {},
                            .fields = {vault::Field::document_number},
                            .count = 0};
}

template <class View>
Answer json_answer(const View& view, int status = 200) {
  Answer answer;
  codec::encode(view, answer.bytes);
  answer.status = status;
  return answer;
}

Result<Answer> import_file(const ImportParams& params, std::string_view file, QueryContext& context,
                           ImportJobs& imports) {
  if (params.mode == ImportMode::try_it) {
    context.db.limit_time(kTrialMs);
    const RosterRequest request{context.actor, params.community, file, params.file_name.text,
                                language_of(context)};
    WD_TRY(const auto trial, try_roster(request, {context.db, context.vault, context.today}));
    return json_answer(trial);
  }
  if (!params.digest) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/digest", ErrorCode::field_missing);
  }
  WD_TRY(const auto job,
         imports.submit({context.actor, params.community, std::string(file), params.file_name.text,
                         *params.digest, language_of(context)},
                        context.now));
  constexpr int kAccepted = 202;
  return json_answer(ImportStarted{job}, kAccepted);
}

Result<Answer> errors_file(const ImportErrorsParams& params, std::string_view file,
                           QueryContext& context) {
  context.db.limit_time(kTrialMs);
  const RosterRequest request{context.actor, params.community, file, params.file_name.text,
                              language_of(context)};
  WD_TRY(auto bytes, roster_errors_file(request, {context.db, context.vault, context.today}));
  const bool chinese = request.language == Language::kChinese;
  return Answer{std::move(bytes), std::string(kXlsxType),
                chinese ? "名册要改的地方.xlsx" : "roster-findings.xlsx"};
}

void register_import(bus::Registry& registry, ImportJobs& imports) {
  registry.query<ImportStateParams, ImportState>(
      {QueryMethod::get, "residents/import", kImporters,
       [&imports](const ImportStateParams& params, QueryContext&) -> Result<RegionCode> {
         const auto job = imports.find(params.job);
         if (!job) return Error(ErrorCode::not_found);
         return job->community;
       },
       "导入的进度", "State of an import"},
      [&imports](const ImportStateParams& params, QueryContext&) -> Result<ImportState> {
        const auto job = imports.find(params.job);
        if (!job) return Error(ErrorCode::not_found);
        return job->state;
      });
  registry.upload<ImportParams, Answer>(
      {QueryMethod::post, "residents/import", kImporters, &community_of<ImportParams>,
       "试导或导入名册", "Try or apply an import", note_trial<ImportParams>,
       &codec::kType<ImportTrial>},
      [&imports](const ImportParams& params, std::string_view file, QueryContext& context) {
        return import_file(params, file, context, imports);
      });
  registry.upload<ImportErrorsParams, Answer>(
      {QueryMethod::post, "residents/import/errors", kImporters, &community_of<ImportErrorsParams>,
       "全部错误和可能重复", "All errors as a sheet", note_trial<ImportErrorsParams>},
      errors_file);
}

}  // namespace

void register_roster(bus::Registry& registry, ImportJobs& imports) {
  register_import(registry, imports);
  registry.file_query<TemplateParams>(
      {QueryMethod::get, "residents/template", kImporters,
       [](const TemplateParams&, QueryContext& context) -> Result<RegionCode> {
         return context.actor.region;
       },
       "名册模板", "Template"},
      [](const TemplateParams&, QueryContext& context) -> Result<Answer> {
        const auto language = language_of(context);
        WD_TRY(auto bytes, roster_template(language));
        return Answer{
            std::move(bytes), std::string(kXlsxType),
            language == Language::kChinese ? "住户名册模板.xlsx" : "roster-template.xlsx"};
      });
  registry.file_query<ExportHouseholds>(
      {QueryMethod::post, "residents/export", kExporters, exported_community, "导出名册", "Export",
       note_export, nullptr, true},
      export_households);
}

}  // namespace wangdi::residents
