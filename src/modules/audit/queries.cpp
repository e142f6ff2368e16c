// SPDX-License-Identifier: Apache-2.0
// Questions about the access log. They change nothing; taking lines away as a file is itself a line
// of the log.
#include "modules/audit/queries.hpp"

#include <limits>

#include "base/hex.hpp"
#include "common/bus/registry.hpp"
#include "modules/accounts/facts.hpp"
#include "modules/audit/line_view.hpp"
#include "modules/audit/module.hpp"
#include "modules/audit/views.hpp"
#include "modules/regions/facts.hpp"
#include "vault/access_log.hpp"

namespace wangdi::audit {
namespace {

using access::Role;
using bus::QueryContext;
using vault::AccessLogRow;

constexpr std::size_t kSubjectCharacters = 8;  // enough to see what is about the same person
constexpr std::int64_t kExportLines = 50'000;
constexpr std::int64_t kExportMs = 10'000;
constexpr std::int64_t kChainMs = 10'000;
constexpr std::string_view kLinesMedia = "application/x-ndjson";

constexpr store::Statement kReads{
    "audit_reads",
    "SELECT district, sequence, at, actor, purpose, operation, region, subject, fields, count, hash"
    " FROM access_log WHERE district = $1 AND sequence < $2 AND at >= $3 AND at < $4"
    " AND purpose >= $5 AND purpose <= $6 ORDER BY sequence DESC LIMIT $7"};
constexpr store::Statement kReadsOfActor{
    "audit_reads_of_actor",
    "SELECT district, sequence, at, actor, purpose, operation, region, subject, fields, count, hash"
    " FROM access_log WHERE district = $1 AND sequence < $2 AND at >= $3 AND at < $4"
    " AND purpose >= $5 AND purpose <= $6 AND actor = $7 ORDER BY sequence DESC LIMIT $8"};
constexpr store::Statement kLines{
    "audit_lines",
    "SELECT district, sequence, at, actor, purpose, operation, region, subject, fields, count, hash"
    " FROM access_log WHERE district = $1 AND at >= $2 AND at < $3 ORDER BY sequence LIMIT $4"};
constexpr store::Statement kCount{
    "audit_count", "SELECT count(*) FROM access_log WHERE district = $1 AND at >= $2 AND at < $3"};
constexpr store::Statement kLast{"audit_last",
                                 "SELECT coalesce(max(sequence), 0) FROM access_log"
                                 " WHERE district = $1"};
constexpr store::Statement kAll[] = {kReads, kReadsOfActor, kLines, kCount, kLast};

struct Number {
  std::int64_t value = 0;
};
WD_DESCRIBE(Number, value)

// From the first instant of a day to the last of another.
struct Span {
  UnixMs from = 0, until = 0;
};
Span span_of(CivilDate from, CivilDate until, ZoneOffset zone) {
  return {from.start(zone), until.plus_days(1).start(zone)};
}

List<vault::Field, 16> fields_of(std::int64_t bits) {
  return {vault::Fields::from_bits(bits).list()};
}

Result<AuditDistricts> districts(const AuditDistrictsParams&, QueryContext& context) {
  WD_TRY(const auto found, vault::access_log_districts(context.db));
  std::vector<RegionCode> codes;
  for (const auto district : found) {
    if (codes.size() == kDistrictsMost) break;
    WD_TRY(auto code, RegionCode::of(district));
    codes.push_back(std::move(code));
  }
  WD_TRY(auto names, regions::region_names(context.db, codes));
  AuditDistricts view;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    view.districts.items.push_back({codes[i], std::move(names[i]), codes[i].level()});
  }
  return view;
}

Result<std::vector<AccessLogRow>> page_of(const AuditReadsParams& params, QueryContext& context) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  const auto span = span_of(params.from, params.until, context.zone);
  const auto before = params.after.value_or(kEnd);
  const auto least = params.purpose ? static_cast<std::int64_t>(*params.purpose) : 0;
  const auto most = params.purpose ? least : std::int64_t{255};
  const auto limit = static_cast<std::int64_t>(limits::kPageRows + 1);
  const auto district = params.district.district();
  if (params.account) {
    return store::select<AccessLogRow>(context.db, kReadsOfActor, district, before, span.from,
                                       span.until, least, most, *params.account, limit);
  }
  return store::select<AccessLogRow>(context.db, kReads, district, before, span.from, span.until,
                                     least, most, limit);
}

Result<AuditReads> reads(const AuditReadsParams& params, QueryContext& context) {
  WD_TRY(auto rows, page_of(params, context));
  AuditReads view;
  if (rows.size() > limits::kPageRows) {
    rows.resize(limits::kPageRows);
    view.next = rows.back().sequence;
  }
  WD_TRY(view.rows.items, line_views(rows, context));
  return view;
}

Result<AuditChain> chain(const AuditChainParams& params, QueryContext& context) {
  const auto district = params.district.district();
  context.db.limit_time(kChainMs);
  AuditChain view;
  WD_TRY(const auto last, store::select_one<Number>(context.db, kLast, district));
  view.lines = last ? last->value : 0;
  WD_TRY(view.broken_at, vault::first_broken_access_row(context.db, district));
  return view;
}

Result<vault::AccessEntry> note_export(const ExportReads& params, QueryContext& context) {
  const auto span = span_of(params.from, params.until, context.zone);
  const auto district = params.district.district();
  WD_TRY(const auto counted,
         store::select_one<Number>(context.db, kCount, district, span.from, span.until));
  const auto count = counted ? counted->value : 0;
  if (count > kExportLines) {
    return Error(ErrorCode::field_too_many).with("limit", std::to_string(kExportLines));
  }
  return vault::AccessEntry{.district = district,
                            .actor = context.actor.account,
                            .purpose = vault::Purpose::official_request,
                            .operation = vault::Operation::export_file,
                            .region = params.district,
                            .subject = {},
                            .fields = {},
                            .count = count};
}

Result<bus::Answer> export_lines(const ExportReads& params, QueryContext& context) {
  context.db.limit_time(kExportMs);
  const auto span = span_of(params.from, params.until, context.zone);
  WD_TRY(const auto rows,
         store::select<AccessLogRow>(context.db, kLines, params.district.district(), span.from,
                                     span.until, kExportLines));
  bus::Answer answer;
  for (const auto& row : rows) {
    codec::encode(
        AuditLine{row.district.number, row.sequence, row.at, row.actor, row.purpose, row.operation,
                  row.region, row.subject, fields_of(row.fields), row.count, to_hex(row.hash)},
        answer.bytes);
    answer.bytes.push_back('\n');
  }
  answer.content_type = kLinesMedia;
  answer.file_name = "access-log-" + params.from.text() + "-" + params.until.text() + ".ndjson";
  return answer;
}

// The log is the nation's: an auditor has no smaller region.
template <class Params>
Result<RegionCode> everywhere(const Params&, QueryContext&) {
  return RegionCode();
}

}  // namespace

Result<std::vector<AuditRead>> line_views(std::span<const AccessLogRow> rows,
                                          QueryContext& context) {
  std::vector<AccountId> readers;
  std::vector<RegionCode> codes;
  for (const auto& row : rows) {
    readers.push_back(row.actor);
    codes.push_back(row.region);
  }
  WD_TRY(auto names, accounts::account_names(context.db, context.vault, readers));
  WD_TRY(auto places, regions::region_names(context.db, codes));
  std::vector<AuditRead> views;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    AuditRead shown{row.sequence,
                    row.at,
                    row.actor,
                    std::move(names[i]),
                    row.purpose,
                    row.operation,
                    {row.region, std::move(places[i]), row.region.level()},
                    {},
                    fields_of(row.fields),
                    row.count};
    if (!row.subject.is_nil()) {
      // The end of a UUIDv7 is random, its beginning is the time.
      const auto text = row.subject.text();
      shown.subject = text.substr(text.size() - kSubjectCharacters);
    }
    views.push_back(std::move(shown));
  }
  return views;
}

std::span<const store::Statement> statements() { return kAll; }

void register_queries(bus::Registry& registry) {
  constexpr access::Roles kAuditors = {Role::audit_administrator};
  registry.query<AuditDistrictsParams, AuditDistricts>(
      {.path = "audit/districts",
       .roles = kAuditors,
       .region_of = everywhere<AuditDistrictsParams>,
       .summary_zh = "有查阅记录的区县",
       .summary_en = "Districts with an access log"},
      districts);
  registry.query<AuditReadsParams, AuditReads>({.path = "audit/reads",
                                                .roles = kAuditors,
                                                .region_of = everywhere<AuditReadsParams>,
                                                .summary_zh = "查阅记录",
                                                .summary_en = "Lines of the access log"},
                                               reads);
  registry.query<AuditChainParams, AuditChain>({.path = "audit/chain",
                                                .roles = kAuditors,
                                                .region_of = everywhere<AuditChainParams>,
                                                .summary_zh = "核对查阅记录有没有被改过",
                                                .summary_en = "Examine the chain of the log"},
                                               chain);
  registry.file_query<ExportReads>({.method = bus::QueryMethod::post,
                                    .path = "audit/export",
                                    .roles = kAuditors,
                                    .region_of = everywhere<ExportReads>,
                                    .summary_zh = "导出查阅记录",
                                    .summary_en = "Lines of the access log as a file",
                                    .note = note_export,
                                    .needs_fresh_proof = true,
                                    .file_media = kLinesMedia},
                                   export_lines);
}

}  // namespace wangdi::audit
