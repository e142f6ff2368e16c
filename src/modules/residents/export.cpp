// SPDX-License-Identifier: Apache-2.0
// Reading a community and writing it as a sheet.
#include "modules/residents/export.hpp"

#include <algorithm>
#include <unordered_map>

#include "common/parameters/parameters.hpp"
#include "common/sheet/writer.hpp"
#include "modules/approvals/facts.hpp"
#include "modules/regions/facts.hpp"
#include "modules/residents/roster_template.hpp"
#include "vault/reader.hpp"

namespace wangdi::residents {
namespace {

using vault::Field;

constexpr std::int64_t kHourMs = 3'600'000;
// Decrypting 100,000 rows takes seconds; a page of the screen must not wait for it longer.
constexpr std::int64_t kExportMs = 20'000;
constexpr vault::Fields kExported = {Field::unit,      Field::floor,           Field::room,
                                     Field::name,      Field::document_number, Field::phone,
                                     Field::birth_date};

constexpr store::Statement kRowsOfCommunity{
    "residents_export_rows",
    "SELECT h.household, h.building, h.state, p.person, p.document_kind, p.sex, p.relation"
    " FROM household h LEFT JOIN person p ON p.district = h.district AND p.household = h.household"
    " WHERE h.district = $1 AND h.grid >= $2 AND h.grid < $3"
    " ORDER BY h.grid, h.building, h.household, p.relation, p.person LIMIT $4"};
constexpr store::Statement kCountOfCommunity{
    "residents_export_count",
    "SELECT COUNT(*) AS count FROM household h LEFT JOIN person p ON p.district = h.district"
    " AND p.household = h.household WHERE h.district = $1 AND h.grid >= $2 AND h.grid < $3"};
constexpr store::Statement kExportsSince{
    "residents_exports_since",
    "SELECT COUNT(*) AS count FROM access_log WHERE district = $1 AND actor = $2"
    " AND operation = $3 AND at > $4"};
constexpr store::Statement kGroupsOfCommunity{
    "residents_export_groups",
    "SELECT k.person, k.key_group FROM household h JOIN key_member k ON k.district = h.district"
    " AND k.household = h.household WHERE h.district = $1 AND h.grid >= $2 AND h.grid < $3"
    " AND k.starts_on <= $4 AND k.ends_on >= $4 ORDER BY k.person, k.key_group"};
constexpr store::Statement kAll[] = {kRowsOfCommunity, kCountOfCommunity, kExportsSince,
                                     kGroupsOfCommunity};

struct ExportRow {
  HouseholdId household;
  BuildingId building;
  HouseholdState state = HouseholdState::occupied;
  std::optional<PersonId> person;  // none in an empty dwelling
  std::optional<std::int64_t> document_kind, sex, relation;
};
WD_DESCRIBE(ExportRow, household, building, state, person, document_kind, sex, relation)
struct CountRow {
  std::int64_t count = 0;
};
WD_DESCRIBE(CountRow, count)
struct GroupRow {
  PersonId person;
  KeyGroup key_group{};
};
WD_DESCRIBE(GroupRow, person, key_group)

std::string end_of(const RegionCode& community) { return community.text() + ":"; }

template <class E>
std::string_view title(std::optional<std::int64_t> value, bool chinese) {
  const auto* choice = value ? codec::choice_of(static_cast<E>(*value)) : nullptr;
  if (choice == nullptr) return {};
  return chinese ? choice->title_zh : choice->title_en;
}

// 2020-02-18 15:40 in the zone.
std::string local_time(UnixMs now, ZoneOffset zone) {
  constexpr std::int64_t kMinuteMs = 60'000;
  const auto day = CivilDate::of(now, zone);
  const auto minutes = (now - day.start(zone)) / kMinuteMs;
  const auto two = [](std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  return day.text() + " " + two(minutes / 60) + ":" + two(minutes % 60);
}

Result<std::string> account_name(bus::QueryContext& context) {
  const auto& actor = context.actor;
  WD_TRY(auto name, context.vault.get(actor.region.district(), actor.account.value, Field::name));
  return name.value_or(actor.account.text());
}

using Groups = std::unordered_map<PersonId, std::string>;

Result<Groups> groups_of(const RegionCode& community, bus::QueryContext& context, bool chinese) {
  WD_TRY(const auto rows,
         store::select<GroupRow>(context.db, kGroupsOfCommunity, community.district(), community,
                                 end_of(community), context.today));
  Groups groups;
  for (const auto& row : rows) {
    auto& text = groups[row.person];
    if (!text.empty()) text += chinese ? "、" : ", ";
    text += title<KeyGroup>(static_cast<std::int64_t>(row.key_group), chinese);
  }
  return groups;
}

constexpr Column kColumnsOut[] = {
    Column::building, Column::unit, Column::floor,         Column::room,
    Column::state,    Column::name, Column::document_kind, Column::document_number,
    Column::phone,    Column::sex,  Column::birth_date,    Column::relation,
    Column::key_group};

class Exporter {
 public:
  Exporter(const RegionCode& community, bus::QueryContext& context, sheet::TableWriter& writer)
      : district_(community.district()),
        context_(context),
        writer_(writer),
        chinese_(context.language != "en") {}

  Status load(const RegionCode& community) {
    WD_TRY(auto buildings, regions::buildings_of(context_.db, community));
    for (auto& building : buildings) {
      buildings_.emplace(building.building, std::move(building.name));
    }
    WD_TRY(groups_, groups_of(community, context_, chinese_));
    return ok();
  }

  Status write(std::span<const ExportRow> rows) {
    constexpr std::size_t kAtOnce = 500;
    for (std::size_t at = 0; at < rows.size(); at += kAtOnce) {
      WD_TRY([[maybe_unused]] auto written,
             write_some(rows.subspan(at, std::min(kAtOnce, rows.size() - at))));
    }
    return ok();
  }

 private:
  Status write_some(std::span<const ExportRow> rows) {
    std::vector<Uuid> doors, people;
    for (const auto& row : rows) {
      doors.push_back(row.household.value);
      people.push_back(row.person.value_or(PersonId{}).value);
    }
    WD_TRY(const auto places,
           context_.vault.get_many(district_, doors, {Field::unit, Field::floor, Field::room}));
    WD_TRY(const auto persons, context_.vault.get_many(district_, people,
                                                       {Field::name, Field::document_number,
                                                        Field::phone, Field::birth_date}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      WD_TRY([[maybe_unused]] auto added, add(rows[i], places[i], persons[i]));
    }
    return ok();
  }

  Status add(const ExportRow& row, const vault::Values& place, const vault::Values& person) {
    const auto masked = [](const vault::Values& values, Field field) {
      return vault::masked(field, values.get(field));
    };
    const auto unit = masked(place, Field::unit), floor = masked(place, Field::floor),
               room = masked(place, Field::room), name = masked(person, Field::name),
               number = masked(person, Field::document_number),
               phone = masked(person, Field::phone), birth = masked(person, Field::birth_date);
    const auto building = buildings_.find(row.building);
    const auto group = row.person ? groups_.find(*row.person) : groups_.end();
    const sheet::Value values[] = {
        building == buildings_.end() ? std::string_view() : std::string_view(building->second),
        std::string_view(unit),
        std::string_view(floor),
        std::string_view(room),
        title<HouseholdState>(static_cast<std::int64_t>(row.state), chinese_),
        std::string_view(name),
        title<DocumentKind>(row.document_kind, chinese_),
        std::string_view(number),
        std::string_view(phone),
        title<Sex>(row.sex, chinese_),
        std::string_view(birth),
        title<Relation>(row.relation, chinese_),
        group == groups_.end() ? std::string_view() : std::string_view(group->second)};
    static_assert(std::size(values) == std::size(kColumnsOut));
    return writer_.add(values);
  }

  District district_;
  bus::QueryContext& context_;
  sheet::TableWriter& writer_;
  bool chinese_;
  std::unordered_map<BuildingId, std::string> buildings_;
  Groups groups_;
};

// Many people at once leave only when a second person agreed, and once for each agreement: since
// when, so that the log refuses the second use. Nothing for few.
Result<std::optional<UnixMs>> second_person(const ExportHouseholds& params, std::int64_t count,
                                            bus::QueryContext& context) {
  WD_TRY(const auto most,
         context.parameters.integer("approvals.export_rows_free", params.community, context.today));
  if (count <= most) return std::optional<UnixMs>();
  WD_TRY(const auto allowed,
         approvals::allowed_at({approvals::Action::export_roster, params.community, params.purpose},
                               context));
  if (!allowed) return Error(ErrorCode::second_person_needed);
  return allowed;
}

// A name for a file: no separators, blanks or colons.
std::string file_part(std::string text) {
  for (auto& c : text) {
    if (std::string_view(" :/\\\"<>|*?").find(c) != std::string_view::npos) c = '-';
  }
  return text;
}

}  // namespace

std::span<const store::Statement> export_statements() { return kAll; }

Result<vault::AccessEntry> note_export(const ExportHouseholds& params, bus::QueryContext& context) {
  const auto district = params.community.district();
  const auto& actor = context.actor;
  WD_TRY(const auto before,
         store::select_one<CountRow>(context.db, kExportsSince, district, actor.account,
                                     vault::Operation::export_file, context.now - kHourMs));
  if (before && before->count >= kExportsPerHour) {
    return Error(ErrorCode::too_many_requests).with("seconds", std::to_string(kHourMs / 1000));
  }
  WD_TRY(const auto counted,
         store::select_one<CountRow>(context.db, kCountOfCommunity, district, params.community,
                                     end_of(params.community)));
  const auto count = counted ? counted->count : 0;
  if (count > static_cast<std::int64_t>(kExportRows)) {
    return Error(ErrorCode::field_too_many).with("limit", std::to_string(kExportRows));
  }
  WD_TRY(const auto agreed, second_person(params, count, context));
  return vault::AccessEntry{.district = district,
                            .actor = actor.account,
                            .purpose = params.purpose,
                            .operation = vault::Operation::export_file,
                            .region = params.community,
                            .subject = {},
                            .fields = kExported,
                            .count = count,
                            .once_since = agreed};
}

Result<bus::Answer> export_households(const ExportHouseholds& params, bus::QueryContext& context) {
  context.db.limit_time(kExportMs);
  const bool chinese = context.language != "en";
  WD_TRY(const auto account, account_name(context));
  WD_TRY(const auto view, regions::region_view(context.db, params.community));
  const auto* purpose = codec::choice_of(params.purpose);
  const auto time = local_time(context.now, context.zone);
  sheet::WriteOptions options;
  options.sheet_name = chinese ? "住户名册" : "Roster";
  for (const auto column : kColumnsOut) {
    auto described =
        sheet_column(column_text(column), chinese ? Language::kChinese : Language::kEnglish);
    described.choices.clear();
    options.columns.push_back(std::move(described));
  }
  options.watermark =
      sheet::Watermark{account, time, std::string(chinese ? purpose->title_zh : purpose->title_en)};
  WD_TRY(auto writer, sheet::open_xlsx_writer(options));
  WD_TRY(const auto rows,
         store::select<ExportRow>(context.db, kRowsOfCommunity, params.community.district(),
                                  params.community, end_of(params.community),
                                  static_cast<std::int64_t>(kExportRows)));
  Exporter exporter(params.community, context, *writer);
  WD_TRY([[maybe_unused]] auto loaded, exporter.load(params.community));
  WD_TRY([[maybe_unused]] auto written, exporter.write(rows));
  WD_TRY(auto bytes, writer->finish());
  const auto place = view ? view->name : params.community.text();
  return bus::Answer{
      std::move(bytes), std::string(kXlsxType),
      file_part(place + (chinese ? "住户名册_" : "_roster_") + account + "_" + time) + ".xlsx"};
}

}  // namespace wangdi::residents
