// SPDX-License-Identifier: Apache-2.0
// Replay of the journal and comparison of tables.
#include "common/bus/rebuild.hpp"

#include "common/bus/writer.hpp"
#include "journal/destruction.hpp"
#include "journal/journal.hpp"

namespace wangdi::bus {
namespace {

constexpr std::size_t kFlushRows = 400'000;

// A digest of each row, read without knowing the row's type.
Result<std::vector<journal::Digest>> row_digests(store::Connection& connection,
                                                 const store::TableInfo& table) {
  std::vector<journal::Digest> digests;
  journal::Digester sha;
  WD_TRY([[maybe_unused]] auto read,
         connection.by_key(table, 0, store::bind_all(), [&](const store::RowReader& row) {
           for (std::size_t column = 0; column < table.columns.size(); ++column) {
             sha.number(row.is_null(column));
             if (row.is_null(column)) continue;
             switch (table.columns[column].type) {
               case store::ColumnType::kInteger:
                 sha.number(row.integer(column));
                 break;
               case store::ColumnType::kReal:
                 sha.field(std::to_string(row.real(column)));
                 break;
               case store::ColumnType::kText:
                 sha.field(row.text(column));
                 break;
               case store::ColumnType::kBlob:
                 sha.field(row.blob(column));
                 break;
             }
           }
           digests.push_back(sha.finish());
           return true;
         }));
  return digests;
}

}  // namespace

Status project_record(const Registry& registry, const journal::RecordRow& record, ZoneOffset zone,
                      store::Rows& rows) {
  const auto* type = registry.find_event(record.type, record.version);
  if (type == nullptr || !record.body) {
    return Error(ErrorCode::journal_damaged)
        .with("where",
              std::to_string(record.district.number) + "/" + std::to_string(record.sequence));
  }
  if (type->projections.empty()) return ok();
  WD_TRY(const auto value, type->decode(*record.body));
  project(*type, value.get(),
          {{record.district, record.sequence},
           record.region,
           record.subject,
           record.actor,
           record.device,
           record.occurred_at,
           record.recorded_at,
           CivilDate::of(record.occurred_at, zone)},
          rows);
  return rows.status();
}

Result<std::int64_t> replay_into(const Registry& registry, store::Connection& from,
                                 store::Connection& to, ZoneOffset zone) {
  WD_TRY(const auto destructions, journal::Destructions::load(from));
  auto rows = std::make_unique<store::Rows>(to, store::Start::kEmpty);
  WD_TRY(const auto count, journal::replay(from, [&](const journal::RecordRow& record) -> Status {
           if (!record.body && destructions.covers({record.district, record.sequence})) return ok();
           WD_TRY([[maybe_unused]] auto projected, project_record(registry, record, zone, *rows));
           if (rows->pending() < kFlushRows) return ok();
           // Too much to hold: write it, and from here on look up what is not in memory.
           WD_TRY([[maybe_unused]] auto flushed, rows->flush());
           rows = std::make_unique<store::Rows>(to, store::Start::kStored);
           return ok();
         }));
  WD_TRY([[maybe_unused]] auto flushed, rows->flush());
  return count;
}

Result<std::int64_t> rebuild_in_place(const Registry& registry, store::Connection& live,
                                      ZoneOffset zone) {
  for (const auto& table : registry.tables()) {
    if (!table.rebuilt) continue;
    WD_TRY([[maybe_unused]] auto emptied, live.erase_all(table));
  }
  return replay_into(registry, live, live, zone);
}

Result<RebuildReport> rebuild_and_compare(const Registry& registry, store::Connection& live,
                                          store::Connection& beside, ZoneOffset zone) {
  RebuildReport report;
  for (const auto& table : registry.tables()) {
    if (!table.rebuilt) continue;
    // Only read by key and then thrown away: indexes would cost as much as the rows.
    auto bare = table;
    bare.indexes = {};
    WD_TRY([[maybe_unused]] auto created, beside.create(bare));
  }
  WD_TRY([[maybe_unused]] auto begun, beside.begin());
  WD_TRY(report.events, replay_into(registry, live, beside, zone));
  WD_TRY([[maybe_unused]] auto committed, beside.commit());
  for (const auto& table : registry.tables()) {
    if (!table.rebuilt) continue;
    WD_TRY(const auto left, row_digests(live, table));
    WD_TRY(const auto right, row_digests(beside, table));
    Difference difference{std::string(table.name), static_cast<std::int64_t>(left.size()),
                          static_cast<std::int64_t>(right.size()), 0};
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
      difference.different_rows += left[i] != right[i];
    }
    if (left.size() != right.size() || difference.different_rows > 0) {
      report.differences.push_back(std::move(difference));
    }
  }
  return report;
}

}  // namespace wangdi::bus
