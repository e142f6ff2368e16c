// SPDX-License-Identifier: Apache-2.0
// Opening all values by portions.
#include "app/vault_check.hpp"

#include <vector>

#include "vault/reader.hpp"
#include "vault/tables.hpp"

namespace wangdi::app {
namespace {

struct Subject {
  District district;
  Uuid id;
  std::size_t rows = 0;
};

// Everybody of whom the vault holds something, in the order of the rows.
Result<std::vector<Subject>> subjects_of(store::Connection& connection) {
  std::vector<Subject> subjects;
  WD_TRY([[maybe_unused]] auto read,
         connection.by_key(vault::kVaultField.info(), 0, store::bind_all(),
                           [&](const store::RowReader& raw) {
                             const auto district = store::ColumnTraits<District>::read(raw, 0);
                             const auto id = store::ColumnTraits<Uuid>::read(raw, 1);
                             if (subjects.empty() || subjects.back().district != district ||
                                 subjects.back().id != id) {
                               subjects.push_back({district, id});
                             }
                             ++subjects.back().rows;
                             return true;
                           }));
  return subjects;
}

void judge(const Subject& subject, const vault::Values& values, VaultFindings& findings) {
  if (values.empty()) {
    ++findings.keyless;
  } else if (values.size() != subject.rows) {
    ++findings.unreadable;  // a row names a field that there is not
  }
}

}  // namespace

// A portion that does not open is tried one by one.
Result<VaultFindings> examine_vault(vault::Vault& vault, store::Connection& connection) {
  constexpr std::size_t kPortion = 200;
  constexpr auto kAllFields = vault::Fields::from_bits(~std::int64_t{0});
  WD_TRY(const auto reader, vault.open_reader(connection));
  WD_TRY(const auto subjects, subjects_of(connection));
  VaultFindings findings;
  for (std::size_t from = 0; from < subjects.size();) {
    const auto begin = from;
    std::vector<Uuid> portion;
    const auto district = subjects[from].district;
    for (; from < subjects.size() && portion.size() < kPortion; ++from) {
      if (subjects[from].district != district) break;
      portion.push_back(subjects[from].id);
    }
    const auto all = reader->get_many(district, portion, kAllFields);
    for (std::size_t i = 0; i < portion.size(); ++i) {
      if (all) {
        judge(subjects[begin + i], (*all)[i], findings);
      } else if (const auto one = reader->get(district, portion[i], kAllFields)) {
        judge(subjects[begin + i], *one, findings);
      } else {
        ++findings.unreadable;
      }
    }
  }
  return findings;
}

}  // namespace wangdi::app
