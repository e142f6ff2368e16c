// SPDX-License-Identifier: Apache-2.0
// Comparing the kept tables column by column.
#include "app/migrate_plan.hpp"

#include <algorithm>

#include "app/schema.hpp"

namespace wangdi::app {
namespace {

using Steps = std::span<const ColumnStep>;

Error refused(std::string_view table, std::string_view column, std::string_view why) {
  auto what = std::string(table);
  if (!column.empty()) what += "." + std::string(column);
  return Error(ErrorCode::migration_refused).with("what", what + " (" + std::string(why) + ")");
}

// What a column was called before.
std::string_view earlier_name(std::string_view table, std::string_view column, Steps steps) {
  const auto step = std::ranges::find_if(
      steps, [&](const ColumnStep& one) { return one.table == table && one.to == column; });
  return step == steps.end() ? column : step->from;
}

bool may_go(std::string_view table, std::string_view column, Steps steps) {
  return std::ranges::any_of(steps, [&](const ColumnStep& one) {
    return one.table == table && one.from == column && one.to.empty();
  });
}

std::optional<std::size_t> place_of(std::string_view column, const store::TableInfo& table) {
  const auto found = std::ranges::find(table.columns, column, &store::Column::name);
  if (found == table.columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - table.columns.begin());
}

// Rows are told apart by the same columns as before, else two could become one.
Status check_key(const store::TableInfo& old, const store::TableInfo& now,
                 const ColumnSources& sources) {
  bool same = old.key_columns == now.key_columns;
  for (std::size_t at = 0; same && at < now.key_columns; ++at) same = sources[at] == at;
  return same ? ok() : Status(refused(now.name, "", "key"));
}

Result<ColumnSources> sources_of(const store::TableInfo& old, const store::TableInfo& now,
                                 Steps steps) {
  ColumnSources sources;
  for (const auto& column : now.columns) {
    const auto source = place_of(earlier_name(now.name, column.name, steps), old);
    if (source) {
      const auto& before = old.columns[*source];
      if (before.type != column.type) return refused(now.name, column.name, "type");
      if (before.nullable && !column.nullable) return refused(now.name, column.name, "null");
    }
    sources.push_back(source);
  }
  for (std::size_t at = 0; at < old.columns.size(); ++at) {
    const auto name = old.columns[at].name;
    const bool goes_on = std::ranges::find(sources, std::optional(at)) != sources.end();
    if (!goes_on && !may_go(now.name, name, steps)) return refused(now.name, name, "gone");
  }
  WD_TRY([[maybe_unused]] auto key, check_key(old, now, sources));
  return sources;
}

Result<CarriedTable> carry(store::Connection& connection, const store::TableInfo& table,
                           const store::Forms& stored, Steps steps) {
  CarriedTable carried{.now = table, .old = nullptr, .sources = same_columns(table)};
  const auto found = stored.find(table.name);
  if (found == stored.end()) {
    // Without forms the table is taken to be as it is now; what is not is found when it is read.
    WD_TRY(const bool there, connection.has_table(table.name));
    carried.is_new = !there;
    if (there && !stored.empty()) return refused(table.name, "", "not known before");
    return carried;
  }
  if (found->second == store::form_of(table)) return carried;
  WD_TRY(carried.old, store::StoredTable::parse(table.name, found->second));
  if (carried.old->info().rebuilt) return refused(table.name, "", "rebuilt before");
  WD_TRY(carried.sources, sources_of(carried.old->info(), table, steps));
  return carried;
}

}  // namespace

Result<MigratePlan> plan_migration(store::Connection& connection,
                                   const std::vector<store::TableInfo>& tables, Steps steps) {
  MigratePlan plan;
  WD_TRY(plan.changed, changed_tables(connection, tables));
  if (plan.changed.empty()) return plan;
  WD_TRY(const auto stored, store::stored_forms(connection));
  for (const auto& table : tables) {
    if (table.rebuilt) continue;
    WD_TRY(auto carried, carry(connection, table, stored, steps));
    plan.carried.push_back(std::move(carried));
  }
  for (const auto& [name, form] : stored) {
    if (std::ranges::find(tables, name, &store::TableInfo::name) != tables.end()) continue;
    WD_TRY(const auto old, store::StoredTable::parse(name, form));
    if (!old->info().rebuilt && !may_go(name, "", steps)) return refused(name, "", "gone");
    plan.abandoned.push_back(name);
  }
  return plan;
}

}  // namespace wangdi::app
