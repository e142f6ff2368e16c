// SPDX-License-Identifier: Apache-2.0
// What dies in the days to come, and what was destroyed.
#include "modules/retention/queries.hpp"

#include "common/parameters/parameters.hpp"
#include "modules/holds/facts.hpp"
#include "modules/residents/facts.hpp"
#include "modules/retention/tables.hpp"
#include "modules/retention/views.hpp"

namespace wangdi::retention {
namespace {

using bus::QueryContext;

constexpr store::Statement kDueOfRegion{
    "retention_due_of_region",
    "SELECT rule, day, SUM(records) AS records FROM retention_due WHERE district = $1"
    " AND community >= $2 AND community < $2 || ':' AND day > $3 GROUP BY rule, day"
    " ORDER BY day, rule"};
constexpr store::Statement kCountedAt{
    "retention_counted_at",
    "SELECT district, counted_at, day FROM retention_counted WHERE district = $1"};
constexpr store::Statement kCertificates{
    "retention_certificates",
    "SELECT district, sequence, recorded_at, rule, records, statement, signature FROM certificate"
    " WHERE district = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3"};

struct DueSumRow {
  Rule rule{};
  CivilDate day;
  std::int64_t records = 0;
};
WD_DESCRIBE(DueSumRow, rule, day, records)

Result<RuleView> rule_view(Rule rule, const RegionCode& region, QueryContext& context) {
  if (rule == Rule::erasure) {
    return RuleView{rule, std::nullopt, std::string(kErasureDocument), ""};
  }
  WD_TRY(const auto* row, context.parameters.find(parameter_of(rule), region, context.today));
  WD_TRY(const auto days, context.parameters.integer(parameter_of(rule), region, context.today));
  return RuleView{rule, days, row->document, row->clause};
}

Result<PreviewView> preview(const PreviewParams& params, QueryContext& context) {
  const auto district = params.region.district();
  PreviewView view;
  for (const auto rule : kRules) {
    WD_TRY(auto one, rule_view(rule, params.region, context));
    view.rules.items.push_back(std::move(one));
  }
  WD_TRY(const auto held, holds::held_households(context.db, district, context.today));
  view.held = std::ssize(held);
  WD_TRY(const auto counted, store::select_one<CountedRow>(context.db, kCountedAt, district));
  const auto night = counted ? counted->day : context.today;
  if (counted) view.counted_at = counted->counted_at;
  view.from = night.plus_days(1);
  view.until = night.plus_days(kDaysAhead);
  WD_TRY(view.erased, residents::erased_since(context.db, district, night));
  WD_TRY(view.erased_doors, residents::doors_erased_since(context.db, district, night));
  WD_TRY(const auto rows,
         store::select<DueSumRow>(context.db, kDueOfRegion, district, params.region, night));
  for (const auto& row : rows) view.rows.items.push_back({row.rule, row.day, row.records});
  return view;
}

Result<CertificatesView> certificates(const CertificatesParams& params, QueryContext& context,
                                      const std::string& public_key) {
  const auto district = params.region.district();
  constexpr auto kRows = static_cast<std::int64_t>(kCertificatesAtOnce);
  WD_TRY(const auto rows,
         store::select<CertificateRow>(
             context.db, kCertificates, district,
             params.before.value_or(std::numeric_limits<std::int64_t>::max()), kRows + 1));
  CertificatesView view;
  view.public_key = public_key;
  for (const auto& row : rows) {
    if (std::ssize(view.rows.items) == kRows) {
      view.next = view.rows.items.back().sequence;
      break;
    }
    view.rows.items.push_back(
        {std::to_string(row.district.number) + "-" + std::to_string(row.sequence), row.sequence,
         row.recorded_at, rule_of(row.rule), row.records, row.statement, row.signature});
  }
  return view;
}

}  // namespace

void register_queries(bus::Registry& registry, const std::string& public_key) {
  registry.query<PreviewParams, PreviewView>(
      {bus::QueryMethod::get, "retention/preview", access::kOfficers,
       [](const PreviewParams& params, QueryContext&) -> Result<RegionCode> {
         return params.region;
       },
       "接下来七天要销毁的", "What is destroyed in the next seven days"},
      preview);
  registry.query<CertificatesParams, CertificatesView>(
      {bus::QueryMethod::get, "retention/certificates", access::kOfficers,
       [](const CertificatesParams& params, QueryContext&) -> Result<RegionCode> {
         return params.region;
       },
       "销毁证明", "Certificates of destruction"},
      [public_key](const CertificatesParams& params, QueryContext& context) {
        return certificates(params, context, public_key);
      });
}

}  // namespace wangdi::retention
