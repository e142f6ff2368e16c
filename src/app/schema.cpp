// SPDX-License-Identifier: Apache-2.0
// Comparison of a database's tables with those of the program.
#include "app/schema.hpp"

#include "journal/journal.hpp"
#include "store/forms.hpp"
#include "vault/tables.hpp"

namespace wangdi::app {
std::vector<store::TableInfo> tables_of(const bus::Registry& registry) {
  std::vector<store::TableInfo> tables{journal::kRecord.info(), journal::kSeal.info(),
                                       vault::kVaultField.info(), vault::kVaultState.info(),
                                       vault::kAccessLog.info()};
  tables.insert(tables.end(), registry.tables().begin(), registry.tables().end());
  return tables;
}

Result<std::vector<std::string>> changed_tables(store::Connection& connection,
                                                const std::vector<store::TableInfo>& tables) {
  WD_TRY(const bool has_journal, connection.has_table(journal::kRecord.name));
  if (!has_journal) return std::vector<std::string>();
  return store::differing_tables(connection, tables);
}

Status check_schema(store::Connection& connection, const std::vector<store::TableInfo>& tables) {
  WD_TRY(const auto changed, changed_tables(connection, tables));
  if (changed.empty()) return ok();
  return Error(ErrorCode::migration_needed).with("what", store::names_text(changed));
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
