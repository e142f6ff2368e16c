// SPDX-License-Identifier: Apache-2.0
// Comparison of a database's tables with those of the program.
#include "app/schema.hpp"

#include "journal/journal.hpp"
#include "store/forms.hpp"
#include "vault/tables.hpp"

namespace wangdi::app {
namespace {

// Whether all columns can be read; a district that nobody has gives no row.
Result<bool> can_be_read(store::Connection& connection, const store::TableInfo& table) {
  WD_TRY(const bool there, connection.has_table(table.name));
  if (!there) return false;
  const District nobody{-1};
  return connection
      .by_key(table, 1, store::bind_all(nobody), [](const store::RowReader&) { return true; })
      .has_value();
}

}  // namespace

std::vector<store::TableInfo> tables_of(const bus::Registry& registry) {
  std::vector<store::TableInfo> tables{journal::kRecord.info(), journal::kSeal.info(),
                                       vault::kVaultField.info(), vault::kVaultState.info(),
                                       vault::kAccessLog.info()};
  tables.insert(tables.end(), registry.tables().begin(), registry.tables().end());
  return tables;
}

Result<std::vector<std::string>> changed_tables(store::Connection& connection,
                                                const std::vector<store::TableInfo>& tables) {
  std::vector<std::string> changed;
  WD_TRY(const bool has_journal, connection.has_table(journal::kRecord.name));
  if (!has_journal) return changed;
  WD_TRY(auto stored, store::stored_forms(connection));
  const bool kept = !stored.empty();
  for (const auto& table : tables) {
    bool same = false;
    if (kept) {
      const auto found = stored.find(table.name);
      same = found != stored.end() && found->second == store::form_of(table);
      if (found != stored.end()) stored.erase(found);
    } else {
      WD_TRY(same, can_be_read(connection, table));
    }
    if (!same) changed.emplace_back(table.name);
  }
  for (const auto& [name, form] : stored) changed.push_back(name);
  return changed;
}

Status check_schema(store::Connection& connection, const std::vector<store::TableInfo>& tables) {
  constexpr std::size_t kNamedMost = 5;
  WD_TRY(const auto changed, changed_tables(connection, tables));
  if (changed.empty()) return ok();
  std::string what;
  for (std::size_t i = 0; i < changed.size() && i < kNamedMost; ++i) {
    what += (i == 0 ? "" : ", ") + changed[i];
  }
  if (changed.size() > kNamedMost) what += " ..";
  return Error(ErrorCode::migration_needed).with("what", std::move(what));
}

Status create_schema(store::Connection& connection, const std::vector<store::TableInfo>& tables) {
  WD_TRY([[maybe_unused]] auto journal, journal::Journal::create(connection));
  for (const auto& table : tables) {
    WD_TRY([[maybe_unused]] auto created, connection.create(table));
  }
  WD_TRY([[maybe_unused]] auto made, connection.create(store::kForm.info()));
  const auto forms = store::forms_of(tables);
  WD_TRY(const auto stored, store::stored_forms(connection));
  if (stored == forms) return ok();
  WD_TRY([[maybe_unused]] auto begun, connection.begin());
  auto kept = store::keep_forms(connection, forms);
  if (kept) kept = connection.commit();
  if (!kept) connection.rollback();
  return kept;
}

}  // namespace wangdi::app
